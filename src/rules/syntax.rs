//! What is said of text that is not TOML.

use std::ops::Range;

use super::codes::SYNTAX;
use super::finding::{Finding, Findings};

/// More would follow from these.
const FINDINGS_MAX: usize = 10;

/// Begins the parser's words for each kind of mistake; ours, and the way out.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "string values must be quoted",
        "a value is missing, or a text without quotes",
        "write texts in quotes: name = \"engaged\"",
    ),
    ("invalid literal string", "a value is missing", "write one after the `=`"),
    ("invalid basic string", "the text does not end", "close it with a quote on the same line"),
    (
        "missing escaped value",
        "a backslash in a text in double quotes begins an escape",
        "write patterns in single quotes: '^vp\\b'",
    ),
    ("duplicate key", "this key or table is here twice", "a table is opened once, and has each key once"),
    ("invalid unquoted key", "this cannot be a key", "write key = value; a comment begins with #"),
    ("key with no value", "a key without a value", "write key = value; a comment begins with #"),
    (
        "missing assignment",
        "an `=` is missing",
        "write key = value; comparisons are words: score.at_least = 65",
    ),
    (
        "unexpected key or value",
        "something follows on the same line",
        "write each key = value on a line of its own",
    ),
    ("unexpected leading zero", "a number with a leading zero", "leave the zero out"),
];

/// The parser's errors as findings: the first of each line, since those after it are guesses. When a bracket is never
/// closed, everything after it is a guess as well.
pub(super) fn report(mut errors: Vec<(Range<usize>, &str)>, text: &str, findings: &mut Findings) {
    errors.sort_by_key(|(span, _)| span.start);
    let is_unclosed = errors.last().is_some_and(|(_, message)| message.starts_with("unclosed "));
    if let Some((opened, bracket)) = first_unclosed(text).filter(|_| is_unclosed && errors.len() > 1) {
        errors.retain(|(span, _)| span.start < opened.start);
        let message = format!("`{bracket}` is never closed");
        let finding = Finding::error(SYNTAX, opened, message);
        findings.add(finding.help("what follows it cannot be read until it is"));
    }
    let mut last_line = None;
    let first_of_line = errors.into_iter().filter(|(span, _)| {
        let line = text.get(..span.start).unwrap_or_default().matches('\n').count();
        last_line.replace(line) != Some(line)
    });
    for (span, message) in first_of_line.take(FINDINGS_MAX) {
        findings.add(finding(span, message));
    }
}

fn finding(span: Range<usize>, message: &str) -> Finding {
    match WORDS.iter().find(|(begin, _, _)| message.starts_with(begin)) {
        Some((_, words, help)) => Finding::error(SYNTAX, span, *words).help(*help),
        None => Finding::error(SYNTAX, span, message.trim().replace('\n', ", ")),
    }
}

/// The first bracket in values that has no partner, and what it is.
fn first_unclosed(text: &str) -> Option<(Range<usize>, char)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => at += quoted(rest, c),
            _ => {
                match c {
                    '[' | '{' => open.push((at, c)),
                    ']' | '}' => {
                        let partner = if c == ']' { '[' } else { '{' };
                        open.pop_if(|(_, bracket)| *bracket == partner);
                    }
                    _ => {}
                }
                at += c.len_utf8();
            }
        }
    }
    open.first().map(|(at, bracket)| (*at..*at + 1, *bracket))
}

/// The length of the quoted text at the start of `rest`; one that does not end, ends with its line.
fn quoted(rest: &str, quote: char) -> usize {
    let triple = String::from_iter([quote; 3]);
    if let Some(body) = rest.strip_prefix(&triple) {
        return body.find(&triple).map_or(rest.len(), |end| end + 2 * triple.len());
    }
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bracket_that_is_never_closed_is_the_first_without_a_partner() {
        for (text, expected) in [
            ("a = [1, [2]\n[[b]]\n", Some(4)),
            ("a = { b = { c = 1 }\n[d]\n", Some(4)),
            ("a = '[' # [\nb = \"\\\"[\"\nc = [", Some(26)),
            ("a = \"\"\"[\n[\"\"\"\nb = {", Some(18)),
            ("a = [1]", None),
            ("a = ]", None),
        ] {
            assert_eq!(first_unclosed(text).map(|(span, _)| span.start), expected, "{text}");
        }
    }
}
