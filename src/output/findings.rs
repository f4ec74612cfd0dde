//! Findings about `rules.toml`: with the line and a caret for people, as annotations for GitHub, as data for programs.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::place::Places;
use crate::model::one_line;
use crate::rules::{Finding, Severity, Source};

/// Messages quote names from the file; nobody reads more than this.
const MESSAGE_CHARS_MAX: usize = 400;

/// As rustc shows them: the message, the place, the line with a caret, the way out; a blank line after each.
pub fn text(findings: &[Finding], source: &Source, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let places = Places::new(&source.text);
    let path = source.path.to_string_lossy();
    let path = one_line(&path, MESSAGE_CHARS_MAX);
    let mut text = String::new();
    for finding in findings {
        let level = match finding.severity {
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let element: Element<'_> = match &finding.span {
            Some(span) => snippet(&places, span).path(&path).into(),
            None => Origin::path(&path).into(),
        };
        let title = level
            .primary_title(one_line(&finding.message, MESSAGE_CHARS_MAX))
            .id(finding.code);
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
    text.chars()
        .map(|c| {
            let shown = c == '\t' || c == ' ' || !one_line(c.encode_utf8(&mut [0; 4]), 1).is_empty();
            if shown { c } else { char::REPLACEMENT_CHARACTER }
        })
        .collect()
}

/// Workflow commands: GitHub shows each beside the line it is about.
pub fn github(findings: &[Finding], source: &Source) -> String {
    let places = Places::new(&source.text);
    let file = escape_property(&source.path.to_string_lossy());
    let annotation = |finding: &Finding| {
        let severity = finding.severity.name();
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
pub fn json(findings: &[Finding], source: &Source) -> Value {
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
    Value::Array(findings.iter().map(object).collect())
}
