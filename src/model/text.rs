//! Text that came from outside: kept as written, compared folded, shown only after cleaning.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;

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

    /// A text that is compared in a form of its own, already folded.
    pub fn compared_as(raw: &str, folded: &str) -> Self {
        let written = raw.trim();
        let folded = (folded != written).then(|| folded.into());
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

/// The form in which texts are compared: trimmed, in Unicode's full case folding and its compatibility composition
/// (NFKC), so that `STRASSE` is `straße`, and an accent is the same however it was typed. The four letters i of Turkish are
/// one, and invisible characters are none. Borrows when the text is folded already.
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        let is_folded = !trimmed.bytes().any(|byte| byte.is_ascii_uppercase());
        return if is_folded { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.to_ascii_lowercase()) };
    }
    if trimmed.chars().all(is_plain_latin) {
        let lower = trimmed.to_lowercase();
        return if lower == trimmed { Cow::Borrowed(trimmed) } else { Cow::Owned(lower) };
    }
    fold_any(trimmed)
}

/// Letters of Europe's languages that are one character each, and folded by lower case alone.
fn is_plain_latin(c: char) -> bool {
    c.is_ascii() || matches!(c, 'À'..='Þ' | 'à'..='į' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž')
}

fn fold_any(trimmed: &str) -> Cow<'_, str> {
    let mut text = COMPOSER.normalize(trimmed);
    if text.contains(is_invisible) {
        text = Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).collect());
    }
    // What is compatible with a letter may be an upper-case one, so the letters are composed before they are folded.
    let mut lower = CaseMapper::new().fold_string(&text);
    if lower.contains(['\u{307}', 'ı']) {
        lower = Cow::Owned(lower.replace("i\u{307}", "i").replace('ı', "i"));
    }
    let folded = COMPOSER.normalize(lower.trim());
    if *folded == *trimmed { Cow::Borrowed(trimmed) } else { Cow::Owned(folded.into_owned()) }
}

const COMPOSER: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();

/// The same letters, each with its accents in one character where there is one.
pub fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Without a form of its own: joiners, marks of direction, soft hyphens.
fn is_invisible(c: char) -> bool {
    steers(c) && !c.is_control()
}

/// Makes untrusted text printable: one line, no control or formatting characters (terminal escapes, bidirectional
/// overrides, zero-width marks, tag characters), runs of space collapsed, cut with `…` after `chars_max` characters.
pub fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars_max * 2));
    let mut chars = 0;
    let mut gap = false;
    for (c, steers) in steering(text) {
        if c.is_whitespace() || c.is_control() {
            gap = chars > 0;
            continue;
        }
        if steers {
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

/// Each character with whether it steers where it stands. U+200C and U+200D do not where they join: scripts such as Persian
/// and Hindi are spelled with them, and families of several emoji. One alone between letters that are no Latin ones hides
/// nothing.
pub fn steering(text: &str) -> impl Iterator<Item = (char, bool)> {
    let is_shown = |c: char| !c.is_ascii() && !c.is_whitespace() && !steers(c);
    let mut before = None;
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let joins = matches!(c, '\u{200C}' | '\u{200D}')
            && before.is_some_and(is_shown)
            && rest.clone().next().is_some_and(is_shown);
        before = Some(c);
        Some((c, steers(c) && !joins))
    })
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
        for (one, other) in [
            ("STRASSE", "straße"),
            ("İSTANBUL", "istanbul"),
            ("DIYARBAKIR", "Diyarbakır"),
            ("Rene\u{301}e", "RENÉE"),
            ("ＡＣＭＥ", "acme"),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("ac\u{ad}me\u{200b}", "\u{a0}Acme"),
            ("ﬁntech", "FINTECH"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn shown_text_cannot_steer_a_terminal() {
        let hostile = "Ann\u{1b}[2J\r\nLee\u{202e}exe\u{200b}\u{7}";
        assert_eq!(one_line(hostile, 80), "Ann [2J Leeexe");
        for whole in ["علی\u{200c}رضا", "👩\u{200d}💻", "क्\u{200d}ष"] {
            assert_eq!(one_line(whole, 80), whole);
        }
        assert_eq!(one_line("a\u{200d}b\u{200c} 👩\u{200d}\u{200d}💻\u{200d}", 80), "ab 👩💻");
    }

    #[test]
    fn the_quick_way_says_what_the_long_one_says() {
        for c in ('\0'..'\u{250}').filter(|c| is_plain_latin(*c) && !c.is_whitespace()) {
            let text = format!("a{c}i");
            assert_eq!(fold(&text), fold_any(&text));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text: String) {
            let once = fold(&text).into_owned();
            proptest::prop_assert_eq!(&*fold(&once), &once);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(one_line("ääää", 3), "äää…");
        assert_eq!(one_line("ab", 2), "ab");
        assert_eq!(one_line("a b", 2), "a…");
    }
}
