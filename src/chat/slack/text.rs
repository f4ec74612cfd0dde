//! Text for Slack, cut to a length and escaped. Lengths are counted in UTF-16 units, the largest way to count that a client or
//! server may use.

use crate::model::{Escape, Untrusted, one_line};

/// Text for mrkdwn: one clean line in which nothing is a mention, a channel or a link. Slack asks for these three characters
/// and no others: <https://docs.slack.dev/messaging/formatting-message-text#escaping>
pub(super) fn escaped(text: &str, max: usize) -> String {
    cut(text, max, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    })
}

/// Text for `plain_text`: one clean line, taken literally by Slack.
pub(super) fn plain(text: &str, max: usize) -> String {
    cut(text, max, |_| None)
}

/// Where words from outside may stand in a message, each with the most units that it takes there.
pub(super) enum TextFormat {
    Markup(usize),
    Plain(usize),
}

impl Escape for TextFormat {
    fn escape(&self, written: &str) -> String {
        match *self {
            Self::Markup(max) => escaped(written, max),
            Self::Plain(max) => plain(written, max),
        }
    }
}

/// As [`escaped`], of a text with words from outside.
pub(super) fn markup(text: &Untrusted, max: usize) -> String {
    text.put_into(&TextFormat::Markup(max))
}

/// As [`plain`], of a text with words from outside.
pub(super) fn literal(text: &Untrusted, max: usize) -> String {
    text.put_into(&TextFormat::Plain(max))
}

/// What somebody wrote in Slack, with the three entities taken back, as one clean line.
pub(super) fn unescaped(text: &str, max: usize) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    one_line(&text, max)
}

/// The length as Slack may count it.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most `max` units, `…` included; replacements are kept whole, so an entity is never cut in two.
fn cut(text: &str, max: usize, replacement: impl Fn(char) -> Option<&'static str>) -> String {
    let line = one_line(text, max);
    let mut result = String::with_capacity(line.len());
    let mut units = 0;
    // Where the text ends if what follows turns out not to fit.
    let mut end_with_ellipsis = 0;
    for c in line.chars() {
        let replaced = replacement(c);
        units += replaced.map_or(c.len_utf16(), str::len);
        if units > max {
            result.truncate(end_with_ellipsis);
            result.push('…');
            return result;
        }
        match replaced {
            Some(entity) => result.push_str(entity),
            None => result.push(c),
        }
        if units < max {
            end_with_ellipsis = result.len();
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let hostile = "<!channel> <@U1> <http://evil.example|Open> a&b &lt;!here&gt;";
        let shown = escaped(hostile, 500);
        assert!(!shown.contains(['<', '>']), "{shown}");
        assert_eq!(
            shown,
            "&lt;!channel&gt; &lt;@U1&gt; &lt;http://evil.example|Open&gt; a&amp;b &amp;lt;!here&amp;gt;"
        );
        assert_eq!(unescaped(&shown, 500), hostile);
    }

    #[test]
    fn a_cut_falls_between_characters_and_never_inside_an_entity() {
        for (text, max, shown) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("a&b", 7, "a&amp;b"),
            ("a&b", 6, "a…"),
            ("👍👍", 4, "👍👍"),
            ("👍👍", 3, "👍…"),
            ("a\nb\u{202e}c", 9, "a bc"),
        ] {
            assert_eq!(escaped(text, max), shown, "{text:?} in {max}");
            assert!(length(&escaped(text, max)) <= max);
        }
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        assert_eq!(plain("R&D <b>", 20), "R&D <b>");
        assert_eq!(plain(&"x".repeat(200), 150).chars().count(), 150);
    }
}
