//! Examples as a JUnit report, which every CI shows.

use crate::examples::Checked;

/// The report as XML.
pub(crate) fn report(checked: &[Checked<'_>]) -> String {
    let failed = checked.iter().filter(|checked| !checked.mismatches.is_empty()).count();
    let cases: Vec<String> = checked.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"handoff test\" tests=\"{}\" failures=\"{failed}\">\n{}\n</testsuite>\n",
        checked.len(),
        cases.join("\n")
    )
}

fn case(checked: &Checked<'_>) -> String {
    let name = escape(&checked.example.name);
    if checked.mismatches.is_empty() {
        return format!("  <testcase classname=\"rules.toml\" name=\"{name}\"/>");
    }
    let what: Vec<String> = checked
        .mismatches
        .iter()
        .map(|mismatch| {
            format!("{}: expected '{}', got '{}'", mismatch.what, mismatch.expected, mismatch.got)
        })
        .collect();
    let (what, trace) = (escape(&what.join("; ")), escape(&checked.trace.join("\n")));
    format!(
        "  <testcase classname=\"rules.toml\" name=\"{name}\">\n    <failure message=\"{what}\">{trace}</failure>\n  </testcase>"
    )
}

/// Characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
