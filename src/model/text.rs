//! Text that came from outside: kept as written, compared folded, shown only after cleaning.

use std::borrow::Cow;

/// A text value of a contact. It has no `Display`: what the CRM says is untrusted, so whoever shows it goes through
/// [`Text::shown`], which takes out everything that could steer a terminal or a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    written: Box<str>,
    /// Present only when folding changes the text, so that plain lower-case values cost nothing.
    folded: Option<Box<str>>,
}

impl Text {
    /// Surrounding space is dropped: it never carries meaning in a CRM field.
    pub fn new(raw: &str) -> Self {
        let written = raw.trim();
        let folded = match fold(written) {
            Cow::Borrowed(_) => None,
            Cow::Owned(folded) => Some(folded.into_boxed_str()),
        };
        Self { written: written.into(), folded }
    }

    /// The form that comparisons use: no surrounding space, no letter case.
    pub fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.written)
    }

    /// As the CRM wrote it. For machines only (keys, JSON, another API); people get [`Text::shown`].
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// One clean line of at most `chars_max` characters.
    pub fn shown(&self, chars_max: usize) -> String {
        one_line(&self.written, chars_max)
    }
}

/// Trims and lower-cases; borrows when the text is already folded.
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    let plain = trimmed.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if plain {
        Cow::Borrowed(trimmed)
    } else {
        let lower = trimmed.to_lowercase();
        if lower == trimmed { Cow::Borrowed(trimmed) } else { Cow::Owned(lower) }
    }
}

/// Makes untrusted text printable: one line, no control or formatting characters (terminal escapes, bidirectional
/// overrides, zero-width marks, tag characters), runs of space collapsed, cut with `…` after `chars_max` characters.
pub fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars_max * 2));
    let mut chars = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = chars > 0;
            continue;
        }
        if steers(c) {
            continue;
        }
        if chars + usize::from(gap) >= chars_max {
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            chars += 1;
            gap = false;
        }
        line.push(c);
        chars += 1;
    }
    line
}

/// The same JSON, with escapes in its texts for what would steer a terminal.
pub fn harmless_json(json: &str) -> String {
    let mut harmless = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !steers(c) {
            harmless.push(c);
        } else {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            harmless.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    harmless
}

/// Whether a terminal obeys it, or it reorders or hides text: control characters, format characters of Unicode (category
/// Cf) and its line separators.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Makes an id safe inside a link: everything but letters, digits, and `-._~`.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_ignores_case_and_surrounding_space() {
        assert_eq!(Text::new("  Fintech ").folded(), "fintech");
        assert_eq!(Text::new("ÖSTERREICH").folded(), "österreich");
    }

    #[test]
    fn shown_text_cannot_steer_a_terminal() {
        let hostile = "Ann\u{1b}[2J\r\nLee\u{202e}exe\u{200b}\u{7}";
        assert_eq!(one_line(hostile, 80), "Ann [2J Leeexe");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(one_line("ääää", 3), "äää…");
        assert_eq!(one_line("ab", 2), "ab");
        assert_eq!(one_line("a b", 2), "a…");
    }
}
