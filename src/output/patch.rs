//! Numbers changed in place, as a unified diff that `patch` and `git apply` take.

use std::ops::Range;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The text with every edit made; edits do not overlap and stay within the text.
pub(crate) fn edited(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut edits: Vec<&(Range<usize>, String)> = edits.iter().collect();
    edits.sort_by_key(|(span, _)| span.start);
    let mut edited = String::with_capacity(text.len());
    let mut end = 0;
    for (span, new) in edits {
        edited.push_str(text.get(end..span.start).unwrap_or_default());
        edited.push_str(new);
        end = span.end;
    }
    edited.push_str(text.get(end..).unwrap_or_default());
    edited
}

/// The diff of two texts with the same number of lines; empty when they are the same.
pub(crate) fn unified(path: &str, before: &str, after: &str) -> String {
    let pairs: Vec<(&str, &str)> = before.split_inclusive('\n').zip(after.split_inclusive('\n')).collect();
    let changed = pairs.iter().enumerate().filter(|(_, (old, new))| old != new).map(|(at, _)| at);
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for at in changed {
        let near = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(pairs.len());
        match hunks.last_mut() {
            Some(last) if near.start <= last.end => last.end = near.end,
            Some(_) | None => hunks.push(near),
        }
    }
    if hunks.is_empty() {
        return String::new();
    }
    let mut diff = format!("--- a/{path}\n+++ b/{path}\n");
    for hunk in hunks {
        let place = format!("{},{}", hunk.start + 1, hunk.len());
        diff.push_str(&["@@ -", &place, " +", &place, " @@\n"].concat());
        for (old, new) in pairs.get(hunk).unwrap_or_default() {
            if old == new {
                push_line(&mut diff, ' ', old);
            } else {
                push_line(&mut diff, '-', old);
                push_line(&mut diff, '+', new);
            }
        }
    }
    diff
}

fn push_line(diff: &mut String, mark: char, line: &str) {
    diff.push(mark);
    diff.push_str(line);
    if !line.ends_with('\n') {
        diff.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_changed_in_place_and_nothing_else() {
        let before = "a = 1\nb = 2\nc = { at_least = 65 } # as agreed\nd = 4\ne = 5\nf = 6\ng = 7";
        let at = before.find("65").unwrap();
        let after = edited(before, &[(at..at + 2, "60".to_owned())]);
        insta::assert_snapshot!(unified("rules.toml", before, &after), @"
        --- a/rules.toml
        +++ b/rules.toml
        @@ -1,6 +1,6 @@
         a = 1
         b = 2
        -c = { at_least = 65 } # as agreed
        +c = { at_least = 60 } # as agreed
         d = 4
         e = 5
         f = 6
        ");
    }

    #[test]
    fn a_last_line_without_an_end_says_so() {
        let diff = unified("r", "a = 1", "a = 2");
        assert!(
            diff.ends_with("-a = 1\n\\ No newline at end of file\n+a = 2\n\\ No newline at end of file\n")
        );
        assert_eq!(unified("r", "a", "a"), "");
    }
}
