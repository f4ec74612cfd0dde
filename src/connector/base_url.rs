//! The address of a service's API: everywhere by the same rule, encrypted or on this machine.

use reqwest::Url;

use crate::rules::{Key, KeyKind, Table, key};

/// The row of `base_url` in a connector's table.
pub(crate) const fn base_url_key(doc: &'static str) -> Key {
    key("base_url", KeyKind::TextThat(check), doc)
}

fn check(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let url = url.ok_or("must be a web address such as \"https://api.example\"")?;
    if !is_safe(&url) {
        return Err("must begin with https: a token goes there; http is only for this machine");
    }
    // `https://api.example@evil.example` looks like the one and is the other.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not name a user: what stands before an @ is not where the token goes");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with its path: what follows a ? or # would swallow the path of every request");
    }
    Ok(())
}

/// Whether a table's `base_url` points at this machine; without one the service is elsewhere.
pub(crate) fn is_local(table: &Table) -> bool {
    let url = table.get("base_url").and_then(|entry| Url::parse(entry.item.as_text()?).ok());
    url.is_some_and(|url| is_loopback(&url))
}

/// Encrypted, or on this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Entry, Item, Node};

    fn table(base_url: &str) -> Table {
        let item = Item { span: 0..0, node: Node::Text(base_url.to_owned()) };
        let entry = Entry { key: "base_url".to_owned(), key_span: 0..0, item };
        Table { entries: vec![entry], span: 0..0 }
    }

    #[test]
    fn a_token_never_travels_in_the_clear() {
        for (url, fine) in [
            ("https://api.example", true),
            ("http://api.example", false),
            ("http://127.0.0.1:8080", true),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost@evil.example", false),
            ("https://api.example@evil.example", false),
            ("https://user:word@api.example", false),
            ("https://api.example/?key=1", false),
            ("https://api.example/#part", false),
            ("ftp://localhost", false),
            ("api.example", false),
        ] {
            assert_eq!(check(url).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        assert!(is_local(&table("http://[::1]:9000")));
        assert!(is_local(&table("https://localhost")));
        assert!(!is_local(&table("https://localhost.example")));
        assert!(!is_local(&Table::default()));
    }
}
