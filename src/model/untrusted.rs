//! Text with somebody else's words in it, which is shown nowhere before the place has been named.

use serde::{Deserialize, Serialize};

use super::one_line;

/// A text in which stand words of a contact, a rep or a service. It has no `Display` and is no `str`, so that nobody shows
/// it without saying where: each place has its own way of being misled.
///
/// ```
/// use handoff::model::Untrusted;
/// let name = Untrusted::new("Ann\u{1b}[2J <b>");
/// assert_eq!(name.for_terminal(80), "Ann [2J <b>");
/// assert_eq!(name.for_html(80), "Ann [2J &lt;b&gt;");
/// println!("{}", handoff::model::Untrusted::new("Ann").for_terminal(80));
/// ```
///
/// ```compile_fail,E0277
/// println!("{}", handoff::model::Untrusted::new("Ann"));
/// ```
///
/// ```compile_fail,E0308
/// let line: &str = &handoff::model::Untrusted::new("Ann");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

/// Where a text is shown that has rules of its own, such as the markup of one service.
pub trait Escape {
    /// The text as it may stand there: nothing in it is obeyed.
    fn escape(&self, written: &str) -> String;
}

impl Untrusted {
    pub fn new(written: impl Into<String>) -> Self {
        Self(written.into())
    }

    /// For what no person reads as it stands: JSON, comparisons, another text that is untrusted in turn.
    pub fn as_written(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One clean line of at most `chars_max` characters, for a terminal or a plain text.
    pub fn for_terminal(&self, chars_max: usize) -> String {
        one_line(&self.0, chars_max)
    }

    /// One clean line, safe between tags and inside a quoted attribute.
    pub fn for_html(&self, chars_max: usize) -> String {
        escape_html(&one_line(&self.0, chars_max))
    }

    pub fn put_into(&self, place: &impl Escape) -> String {
        place.escape(&self.0)
    }
}

/// Text of our own as HTML: safe between tags and inside a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_has_a_tag_or_ends_an_attribute(text in any::<String>()) {
            let shown = Untrusted::new(text).for_html(80);
            prop_assert!(!shown.contains(['<', '>', '"', '\'']), "{shown}");
            let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
            let known: usize = entities.iter().map(|entity| shown.matches(entity).count()).sum();
            prop_assert_eq!(shown.matches('&').count(), known);
        }

        #[test]
        fn no_text_leaves_its_line_or_steers_a_terminal(text in any::<String>()) {
            let shown = Untrusted::new(text).for_terminal(80);
            let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!shown.contains(obeyed));
        }
    }

    #[test]
    fn as_json_it_is_the_text_as_it_was_written() {
        let text = Untrusted::new("Ann\u{1b}");
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, r#""Ann\u001b""#);
        assert_eq!(serde_json::from_str::<Untrusted>(&json).unwrap(), text);
    }
}
