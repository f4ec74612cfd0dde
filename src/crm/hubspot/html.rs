//! A brief as the HTML that a task's body may hold. What comes from the CRM is text and stays text: the only tags are ours.

use crate::model::{Brief, BriefLine, ChannelWords, escape_html};

/// Longest body that is sent. HubSpot takes 65,536 characters in a note and says nothing about tasks.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-notes-v3/guide>
const BODY_CHARS_MAX: usize = 65_536;

/// Stands before the key in the body of a task whose portal has no property for it.
const MARKER: &str = "handoff:";

/// Renders a brief; with `marked`, the key stands in the last line, where a look-up finds it.
pub(super) fn body(brief: &Brief, marked: Option<&str>, words: &ChannelWords) -> String {
    let end = marked.map(|key| format!("<p>{MARKER}{}</p>", escape_html(key))).unwrap_or_default();
    let room = BODY_CHARS_MAX - end.chars().count().min(BODY_CHARS_MAX);
    let mut body = String::new();
    let mut chars = 0;
    let lines = brief
        .lines
        .iter()
        .map(line)
        .chain(brief.link.iter().filter_map(|link| record(link, words.open_record)));
    for part in lines {
        // Whole lines only: a cut could fall inside a tag.
        let length = part.chars().count();
        if chars + length > room {
            break;
        }
        chars += length;
        body.push_str(&part);
    }
    body + &end
}

/// Whether a body carries the marker of this very key. The last one counts: before it stands what the CRM said.
pub(super) fn has_marker(body: &str, key: &str) -> bool {
    let Some((_, after)) = body.rsplit_once(MARKER) else { return false };
    let found: &str = after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    found == key
}

fn line(line: &BriefLine) -> String {
    format!("<p><strong>{}:</strong> {}</p>", escape_html(&line.label), line.text.for_html(BODY_CHARS_MAX))
}

/// A link only where it is one: nothing but https can be clicked.
fn record(link: &str, name: &str) -> Option<String> {
    let link = link.starts_with("https://").then(|| escape_html(link))?;
    Some(format!("<p><a href=\"{link}\">{}</a></p>", escape_html(name)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::handoff::words::CHANNEL;
    use crate::model::Untrusted;

    fn brief(text: &str, link: Option<&str>) -> Brief {
        let only = BriefLine { label: "Why now".to_owned(), text: Untrusted::new(text) };
        Brief { title: Untrusted::new("hot"), lines: vec![only], link: link.map(str::to_owned) }
    }

    #[test]
    fn what_the_crm_says_cannot_become_markup() {
        let hostile = r#"<img src=x onerror="alert('1')">&lt;b&gt;"#;
        let body = body(&brief(hostile, Some("javascript:alert(1)")), Some("abc"), &CHANNEL);
        insta::assert_snapshot!(body, @"<p><strong>Why now:</strong> &lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;lt;b&amp;gt;</p><p>handoff:abc</p>");
    }

    proptest! {
        #[test]
        fn the_only_tags_of_any_body_are_ours(label in any::<String>(), text in any::<String>(), link in any::<String>()) {
            let mut brief = brief(&text, Some(&format!("https://{link}")));
            brief.lines[0].label = label;
            let body = body(&brief, Some("abc"), &CHANNEL);
            for tag in body.split('<').skip(1) {
                let is_ours = ["p>", "/p>", "strong>", "/strong>", "a href=\"https://", "/a>"].iter().any(|ours| tag.starts_with(ours));
                prop_assert!(is_ours, "{tag}");
            }
            prop_assert_eq!(body.matches('"').count(), 2, "{}", body);
        }
    }

    #[test]
    fn the_record_is_one_click_away() {
        let body = body(&brief("x", Some("https://app.example/\"><script>")), None, &CHANNEL);
        insta::assert_snapshot!(body, @r#"<p><strong>Why now:</strong> x</p><p><a href="https://app.example/&quot;&gt;&lt;script&gt;">Open the record</a></p>"#);
    }

    #[test]
    fn a_long_body_loses_whole_lines_and_never_its_key() {
        let mut long = brief(&"ä".repeat(40_000), None);
        long.lines.push(long.lines[0].clone());
        let body = body(&long, Some("abc"), &CHANNEL);
        assert!(body.chars().count() <= BODY_CHARS_MAX);
        assert!(body.ends_with("</p><p>handoff:abc</p>"));
        assert_eq!(body.matches("<p>").count(), 2);
    }

    #[test]
    fn a_marker_is_found_only_whole_and_last() {
        let body = body(&brief("handoff:abct2", None), Some("abct1"), &CHANNEL);
        assert!(has_marker(&body, "abct1"));
        assert!(!has_marker(&body, "abct"));
        assert!(!has_marker(&body, "abct2"));
        assert!(!has_marker("<p>text</p>", "abct1"));
        assert!(has_marker("<p>text</p><p>handoff:abct1&nbsp;</p>", "abct1"));
    }
}
