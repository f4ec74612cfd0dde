//! The address of a service's API: everywhere by the same rule, encrypted or on this machine.

use reqwest::Url;

use crate::rules::{Findings, Node, Reader, Table};

/// Reads `base_url` of a connector's table; `None` when it is not set, or unusable with a finding.
pub(crate) fn read_base_url(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<Url> {
    let item = reader.item("base_url")?;
    let text = match &item.node {
        Node::Text(text) => text.as_str(),
        Node::Integer(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => "",
    };
    let url = Url::parse(text).ok().filter(Url::has_host);
    let Some(url) = url else {
        let message = "`base_url` must be a web address such as \"https://api.example\"";
        findings.error("H005", item.span.clone(), message);
        return None;
    };
    if !is_safe(&url) {
        let message = "`base_url` must begin with https: a token goes there; http is only for this machine";
        findings.error("H005", item.span.clone(), message);
        return None;
    }
    Some(url)
}

/// Whether a table's `base_url` points at this machine; without one the service is elsewhere.
pub(crate) fn is_local(table: &Table) -> bool {
    let mut reader = Reader::new(table, "");
    read_base_url(&mut reader, &mut Findings::default()).is_some_and(|url| is_loopback(&url))
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
    use crate::rules::{Entry, Item};

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
            ("ftp://localhost", false),
            ("api.example", false),
        ] {
            let table = table(url);
            let mut findings = Findings::default();
            read_base_url(&mut Reader::new(&table, "[crm.x]"), &mut findings);
            assert_eq!(!findings.has_errors(), fine, "{url}");
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
