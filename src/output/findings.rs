//! Findings about `rules.toml`: with the line and a caret for people, as annotations for GitHub, as data for programs.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::Printable;
use super::place::Places;
use crate::model::{one_line, steers};
use crate::rules::{Finding, Severity, Source};

/// Messages quote names from the file; nobody reads more than this.
const MESSAGE_CHARS_MAX: usize = 400;

/// All of them, for the printer.
pub(crate) fn shown(findings: &[Finding], source: &Source, colour: bool) -> Printable {
    let text = text(findings, source, colour);
    if colour { Printable::coloured(&text) } else { Printable::laid_out(&text) }
}

/// As rustc shows them: the message, the place, the line with a caret, the way out; a blank line after each.
pub fn text(findings: &[Finding], source: &Source, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let places = Places::new(&source.text);
    let path = source.path.to_string_lossy();
    let path = one_line(&path, MESSAGE_CHARS_MAX);
    let mut text = String::new();
    for finding in findings {
        let level = match finding.severity {
            Severity::Note => Level::NOTE,
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let element: Element<'_> = match &finding.span {
            Some(span) => snippet(&places, span).path(&path).into(),
            None => Origin::path(&path).into(),
        };
        let title = level.primary_title(one_line(&finding.message, MESSAGE_CHARS_MAX)).id(finding.code);
        let help = finding.help.as_ref();
        let help = help.map(|help| Level::HELP.message(one_line(help, MESSAGE_CHARS_MAX)));
        let group: Group<'_> = title.element(element).elements(help);
        text.push_str(&renderer.render(&[group]));
        text.push_str("\n\n");
    }
    text
}

/// The first line of the span, harmless to a terminal, with a caret under the span.
fn snippet<'a>(places: &Places<'_>, span: &Range<usize>) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let line = places.line(span.start);
    let within = |at: usize| at.clamp(line.start, line.end) - line.start;
    let (before, rest) = line.text.split_at(within(span.start));
    let (marked, after) = rest.split_at(within(span.end).saturating_sub(before.len()));
    let (before, marked, after) = (printable(before), printable(marked), printable(after));
    let caret = before.len()..before.len() + marked.len();
    Snippet::source([before, marked, after].concat())
        .line_start(line.number)
        .annotation(AnnotationKind::Primary.span(caret))
}

/// Every character that could steer a terminal, shown as a sign of its own, so that columns stay what they are.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == '\t' || !steers(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Workflow commands: GitHub shows each beside the line it is about.
pub fn github(findings: &[Finding], source: &Source) -> String {
    let places = Places::new(&source.text);
    let file = escape_property(&source.path.to_string_lossy());
    let annotation = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Note => "notice",
            Severity::Warning | Severity::Error => finding.severity.name(),
        };
        let place = finding.span.as_ref().map(|span| annotated(&places, span));
        let message = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        };
        format!(
            "::{severity} file={file}{},title={}::{}\n",
            place.unwrap_or_default(),
            finding.code,
            escape_data(&message)
        )
    };
    findings.iter().map(annotation).collect()
}

/// `,line=…,col=…`, with the ends that GitHub can show: it takes no end column when the end is on another line.
fn annotated(places: &Places<'_>, span: &Range<usize>) -> String {
    let (start, end) = (places.of(span.start), places.of(span.end));
    let begin = format!(",line={},col={}", start.line, start.column);
    if start.line == end.line {
        format!("{begin},endLine={},endColumn={}", end.line, end.column)
    } else {
        format!("{begin},endLine={}", end.line)
    }
}

/// <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>: a raw line break would begin
/// another command.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// One object a finding. Lines and columns count from 1, columns in characters; they are null for a finding about the
/// file as a whole.
pub fn json(findings: &[Finding], source: &Source) -> Vec<Value> {
    let places = Places::new(&source.text);
    let file = source.path.to_string_lossy();
    let object = |finding: &Finding| {
        let start = finding.span.as_ref().map(|span| places.of(span.start));
        let end = finding.span.as_ref().map(|span| places.of(span.end));
        json!({
            "code": finding.code,
            "severity": finding.severity.name(),
            "file": file,
            "line": start.map(|place| place.line),
            "column": start.map(|place| place.column),
            "end_line": end.map(|place| place.line),
            "end_column": end.map(|place| place.column),
            "message": finding.message,
            "help": finding.help,
        })
    };
    findings.iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn source(text: &str) -> Source {
        Source::of("rules.toml", text)
    }

    /// An error at the first place of `marked`, with help.
    fn finding(text: &str, marked: &str) -> Finding {
        let start = text.find(marked).unwrap();
        Finding::error("H010", start..start + marked.len(), "unknown field `compnay.employees`")
            .help("did you mean 'company.employees'?")
    }

    const TEXT: &str = "version = 1\nwhen = { compnay.employees.at_least = 50 }\n";

    #[test]
    fn a_finding_is_shown_with_its_line_a_caret_and_the_way_out() {
        let found = [finding(TEXT, "compnay.employees")];
        assert_snapshot!(text(&found, &source(TEXT), false), @r##"
        error[H010]: unknown field `compnay.employees`
         --> rules.toml:2:10
          |
        2 | when = { compnay.employees.at_least = 50 }
          |          ^^^^^^^^^^^^^^^^^
          |
          = help: did you mean 'company.employees'?
        "##);
    }

    #[test]
    fn a_warning_at_the_end_of_the_file_and_a_finding_about_all_of_it_are_shown() {
        let whole = Finding { span: None, ..Finding::error("H004", 0..0, "the definition needs `version`") };
        let end = Finding::warning("H041", TEXT.len()..TEXT.len(), "nothing follows");
        assert_snapshot!(text(&[whole, end], &source(TEXT), false), @r##"
        error[H004]: the definition needs `version`
        --> rules.toml

        warning[H041]: nothing follows
         --> rules.toml:3:1
          |
        3 |
          | ^
        "##);
    }

    #[test]
    fn what_is_worth_knowing_is_a_note_and_a_notice() {
        let mut found = crate::rules::Findings::default();
        found.note("H090", 0..7, "good to know");
        let source = source(TEXT);
        assert!(text(found.as_slice(), &source, false).starts_with("note[H090]: good to know\n"));
        assert!(github(found.as_slice(), &source).starts_with("::notice file=rules.toml,line=1,col=1,"));
        assert_eq!(json(found.as_slice(), &source)[0]["severity"], "note");
    }

    #[test]
    fn a_span_over_several_lines_is_marked_on_its_first() {
        let source_text = "a = [\n  1,\n]\n";
        let found = [Finding::error("H003", 4..source_text.len() - 1, "`a` must be a text, not a list")];
        assert_snapshot!(text(&found, &source(source_text), false), @r##"
        error[H003]: `a` must be a text, not a list
         --> rules.toml:1:5
          |
        1 | a = [
          |     ^
        "##);
    }

    #[test]
    fn nothing_in_the_file_reaches_the_terminal_as_a_command() {
        let hostile = "a = \"\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\u{7}\" # \u{1b}]0;x\n";
        let found = [Finding::error("H001", 4..9, "bad \u{1b}[2J value\nsecond").help("try \u{7}x")];
        let shown = text(&found, &source(hostile), false);
        let commands: Vec<char> = shown.chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert!(commands.is_empty(), "{commands:?}");
        assert!(!shown.contains(['\u{202e}', '\u{200b}']));
        assert_snapshot!(shown, @r##"
        error[H001]: bad [2J value second
         --> rules.toml:1:5
          |
        1 | a = "�[2J�31m���" # �]0;x
          |     ^^^^^
          |
          = help: try x
        "##);
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let found = [finding(TEXT, "compnay.employees")];
        let coloured = text(&found, &source(TEXT), true);
        assert!(coloured.contains('\u{1b}'));
        let mut plain = String::new();
        let mut parts = coloured.split('\u{1b}');
        plain.push_str(parts.next().unwrap());
        plain.extend(parts.map(|part| part.split_once('m').unwrap().1));
        assert_eq!(plain, text(&found, &source(TEXT), false));
    }

    #[test]
    fn an_annotation_escapes_what_would_begin_another() {
        let mut found = finding(TEXT, "compnay.employees");
        found.message = "100% wrong\r\n::error::x".to_owned();
        let source = Source { path: "a:b,c.toml".into(), ..source(TEXT) };
        assert_eq!(
            github(&[found], &source),
            "::error file=a%3Ab%2Cc.toml,line=2,col=10,endLine=2,endColumn=27,title=H010::100%25 wrong%0D%0A::error::x%0Adid you mean 'company.employees'?\n"
        );
    }

    #[test]
    fn as_data_a_finding_has_its_place_in_characters() {
        let text = "näme = 1 # ä\nb = 2\n";
        let found = [
            Finding::warning("H041", 7..text.len(), "not used"),
            Finding { span: None, ..Finding::error("H004", 0..0, "missing") },
        ];
        let expected = json!([
            { "code": "H041", "severity": "warning", "file": "rules.toml", "line": 1, "column": 7, "end_line": 3, "end_column": 1, "message": "not used", "help": null },
            { "code": "H004", "severity": "error", "file": "rules.toml", "line": null, "column": null, "end_line": null, "end_column": null, "message": "missing", "help": null },
        ]);
        assert_eq!(Value::from(json(&found, &source(text))), expected);
    }
}
