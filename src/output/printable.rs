//! What the printer takes. Text from outside that got into a line unnoticed becomes harmless here at the latest.

use serde::Serialize;

use crate::model::{harmless_json, steering};

/// Text that may be printed. Nothing in it steers a terminal; in what is built of lines, no text begins a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printable(String);

impl Printable {
    pub fn line(text: impl AsRef<str>) -> Self {
        Self::lines([text])
    }

    pub fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> Self {
        let lines = lines.into_iter().map(|line| in_one_line(line.as_ref()));
        Self(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Nothing is lost: what would steer is written as an escape of JSON.
    pub fn json(value: &(impl Serialize + ?Sized)) -> serde_json::Result<Self> {
        Ok(Self(harmless_json(&serde_json::to_string_pretty(value)?)))
    }

    /// For what has lines by rules of its own, such as tables, diffs and pages: who laid it out saw to the lines.
    pub fn laid_out(text: &str) -> Self {
        Self(harmless(text.trim_end()))
    }

    /// As [`Printable::laid_out`], with colours.
    pub fn coloured(text: &str) -> Self {
        let mut pieces = text.trim_end().split('\u{1b}');
        let mut shown = harmless(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (colour, rest) = piece.split_at(colour_len(piece));
            if !colour.is_empty() {
                shown.extend(["\u{1b}", colour]);
            }
            shown.push_str(&harmless(rest));
        }
        Self(shown)
    }

    /// With `next` below it, where there is anything.
    #[must_use]
    pub fn above(mut self, next: &Self) -> Self {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(&next.0);
        self
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Indents stay as they are, unlike in [`crate::model::one_line`].
fn in_one_line(text: &str) -> String {
    let text = text.trim_end().replace("\r\n", " ");
    let plain =
        |(c, steers): (char, bool)| if c.is_control() { Some(' ') } else { Some(c).filter(|_| !steers) };
    steering(&text).filter_map(plain).collect()
}

fn harmless(text: &str) -> String {
    let shown = steering(text).filter(|(c, steers)| matches!(c, '\n' | '\t') || !steers);
    shown.map(|(c, _)| c).collect()
}

/// The length of `[1;31m`, which sets a colour, at the start; 0 where there is none.
fn colour_len(text: &str) -> usize {
    let Some(digits) = text.strip_prefix('[') else { return 0 };
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| digits[*end..].starts_with('m')).map_or(0, |end| end + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const HOSTILE: &str = "Ann\u{1b}[2J\r\nBo\u{9b}31m\u{202e}\u{e0041}\u{2028}";

    proptest! {
        #[test]
        fn no_text_steers_or_begins_a_line(texts in proptest::collection::vec(any::<String>(), 1..4)) {
            let shown = Printable::lines(&texts);
            prop_assert_eq!(shown.as_str().split('\n').count(), texts.len());
            prop_assert!(!steering(shown.as_str()).any(|(c, steers)| c != '\n' && steers));
        }

        #[test]
        fn what_was_laid_out_does_not_steer(text in any::<String>()) {
            let obeyed = |text: &str| steering(text).any(|(c, steers)| !matches!(c, '\n' | '\t') && steers);
            prop_assert!(!obeyed(Printable::laid_out(&text).as_str()));
            let coloured = Printable::coloured(&text);
            let mut pieces = coloured.as_str().split('\u{1b}');
            prop_assert!(!obeyed(pieces.next().unwrap()));
            for piece in pieces {
                prop_assert!(colour_len(piece) > 0, "{piece:?}");
                prop_assert!(!obeyed(piece));
            }
        }

        #[test]
        fn json_is_whole_and_does_not_steer(text in any::<String>()) {
            let text = format!("{text}{HOSTILE}");
            let shown = Printable::json(&[&text]).unwrap();
            prop_assert!(!shown.as_str().contains(|c| c != '\n' && crate::model::steers(c)));
            prop_assert_eq!(serde_json::from_str::<Value>(shown.as_str()).unwrap(), serde_json::json!([text]));
        }
    }

    #[test]
    fn lines_keep_their_indents_and_colours_stay() {
        assert_eq!(Printable::line(format!("  {HOSTILE}")).as_str(), "  Ann [2J Bo 31m");
        let coloured = format!("\u{1b}[1;31merror\u{1b}[0m: {HOSTILE}");
        assert_eq!(Printable::coloured(&coloured).as_str(), "\u{1b}[1;31merror\u{1b}[0m: Ann[2J\nBo31m");
    }
}
