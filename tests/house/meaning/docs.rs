//! `docs`: the page of a definition.

use crate::support::{MONDAY_10, Place};

#[test]
fn the_page_says_who_qualifies_who_takes_it_and_how_fast() {
    let ran = Place::quickstart().handoff_at(MONDAY_10, &["docs"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    for heading in
        ["What disqualifies", "MQL tiers", "Ideal customer profile", "Who takes it", "Reps", "Limits"]
    {
        assert!(ran.stdout.contains(&format!("\n## {heading}\n")), "{heading}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("respond within"), "{}", ran.stdout);
}

#[test]
fn what_names_say_is_never_markup() {
    let place = Place::quickstart();
    let hostile = "<script>alert('x')</script> \\\"a\\\" & | `b` *c* [d](e)\\u001b[2J";
    place.append(
        "rules.toml",
        &format!("\n[[disqualify]]\nname = \"{hostile}\"\nwhen = {{ email = \"a@b.example\" }}\n"),
    );
    let html = place.handoff_at(MONDAY_10, &["docs", "--html"]);
    assert_eq!(html.status, 0, "{}", html.all());
    let shown = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;a&quot; &amp; | `b` *c* [d](e) [2J";
    assert!(html.stdout.contains(shown), "{}", html.stdout);
    assert!(!html.stdout.contains("<script"), "{}", html.stdout);
    let markdown = place.handoff_at(MONDAY_10, &["docs"]);
    let shown = "&lt;script&gt;alert('x')&lt;/script&gt; \"a\" &amp; \\| \\`b\\` \\*c\\* \\[d\\](e) \\[2J";
    assert!(markdown.stdout.contains(shown), "{}", markdown.stdout);
}

#[test]
fn the_html_loads_nothing_and_runs_nothing() {
    let html = Place::quickstart().handoff_at(MONDAY_10, &["docs", "--html"]).stdout;
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    for loaded in ["src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!html.contains(loaded), "{loaded}");
    }
}
