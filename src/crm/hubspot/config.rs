//! `[crm.hubspot]`: where the service is, and how it is read.

use chrono::TimeDelta;
use reqwest::Url;
use serde_json::{Value, json};

use super::paths::Version;
use crate::connector::base_url;
use crate::rules::{Findings, Node, Reader, Table, schema};

/// The service itself; accounts hosted in other regions answer there too.
const BASE_URL: &str = "https://api.hubapi.com";
const HOST: &str = "api.hubapi.com";

/// How far each sync reads back by default: the search index lags by moments, seldom by minutes.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);

/// The longest overlap: the sweep's own.
const OVERLAP_MAX: TimeDelta = TimeDelta::hours(2);

/// How a task is found again after an attempt whose end is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum HandoffKey {
    /// By the property where the account has it, else by the marker.
    #[default]
    Auto,
    /// By the unique property `handoff_key`.
    Property,
    /// By a marker in the task's body.
    Marker,
}

/// `[crm.hubspot]`.
#[derive(Clone, Debug)]
pub(super) struct Config {
    /// Without the last `/`.
    pub(super) base_url: String,
    /// The name in it.
    pub(super) host: String,
    pub(super) version: Version,
    pub(super) overlap: TimeDelta,
    /// The account's number, when `rules.toml` says it.
    pub(super) portal: Option<String>,
    pub(super) handoff_key: HandoffKey,
    /// Where the app's webhooks are sent to, as HubSpot has it.
    pub(super) receive_url: Option<String>,
}

/// The JSON Schema of the table.
pub(super) fn schema() -> Value {
    schema::table(
        "HubSpot. The token comes from HANDOFF_HUBSPOT_TOKEN.",
        &[],
        &json!({
            "base_url": schema::text("By default https://api.hubapi.com."),
            "overlap": schema::duration("How far each sync reads back."),
            "api_version": schema::text("A dated version such as \"2026-09\", or \"v3\"."),
            "portal": { "description": "The account's number, for links and keys.", "type": ["string", "integer"] },
            "receive_url": schema::text("Where webhooks are sent to, as HubSpot has it: they are signed for that address."),
            "handoff_key": {
                "description": "How a task is found again: by a unique property, by a marker in its body, or by whichever there is.",
                "enum": ["auto", "property", "marker"],
            },
        }),
    )
}

impl Config {
    /// Reads the table; what is wrong with it is noted, and its default stands in.
    pub(super) fn read(table: &Table, findings: &mut Findings) -> Self {
        let mut reader = Reader::new(table, "[crm.hubspot]");
        let base_url = base_url::read_base_url(&mut reader, findings);
        let host = base_url.as_ref().and_then(Url::host_str);
        let config = Self {
            base_url: base_url.as_ref().map_or(BASE_URL, Url::as_str).trim_end_matches('/').to_owned(),
            host: host.unwrap_or(HOST).to_owned(),
            version: read_version(&mut reader, findings),
            overlap: read_overlap(&mut reader, findings),
            portal: read_portal(&mut reader, findings),
            handoff_key: read_handoff_key(&mut reader, findings),
            receive_url: read_receive_url(&mut reader, findings),
        };
        reader.finish(findings);
        config
    }
}

fn read_version(reader: &mut Reader<'_>, findings: &mut Findings) -> Version {
    let Some(item) = reader.item("api_version") else { return Version::default() };
    let version = match &item.node {
        Node::Text(text) => Version::parse(text),
        Node::Integer(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => None,
    };
    version.unwrap_or_else(|| {
        let message = "`api_version` must be a dated version in quotes, such as \"2026-09\", or \"v3\"";
        findings.error("H005", item.span.clone(), message);
        Version::default()
    })
}

fn read_overlap(reader: &mut Reader<'_>, findings: &mut Findings) -> TimeDelta {
    let overlap = reader.duration("overlap", findings);
    if overlap.is_some_and(|overlap| overlap > OVERLAP_MAX) {
        let span = reader.item("overlap").map_or_else(|| reader.span(), |item| item.span.clone());
        findings.error("H005", span, "`overlap` may be two hours at most: every run reads that far back");
    }
    overlap.unwrap_or(OVERLAP).min(OVERLAP_MAX)
}

/// A number, in quotes or not.
fn read_portal(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<String> {
    let item = reader.item("portal")?;
    let portal = match &item.node {
        Node::Text(text) => text.trim().to_owned(),
        Node::Integer(number) => number.to_string(),
        Node::Float(_) | Node::Bool(_) | Node::Datetime(_) | Node::List(_) | Node::Table(_) => String::new(),
    };
    let is_number = !portal.is_empty() && portal.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        let message = "`portal` must be the account's number, as in the address of any of its records";
        findings.error("H005", item.span.clone(), message);
        return None;
    }
    Some(portal)
}

fn read_handoff_key(reader: &mut Reader<'_>, findings: &mut Findings) -> HandoffKey {
    match reader.text("handoff_key", findings) {
        None | Some("auto") => HandoffKey::Auto,
        Some("property") => HandoffKey::Property,
        Some("marker") => HandoffKey::Marker,
        Some(_) => {
            let span = reader.item("handoff_key").map_or_else(|| reader.span(), |item| item.span.clone());
            findings.error("H005", span, "`handoff_key` must be \"auto\", \"property\" or \"marker\"");
            HandoffKey::Auto
        }
    }
}

/// As it is written: it is signed character by character.
fn read_receive_url(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<String> {
    let url = reader.text("receive_url", findings)?.trim();
    if Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host()) {
        return Some(url.to_owned());
    }
    let span = reader.item("receive_url").map_or_else(|| reader.span(), |item| item.span.clone());
    let message = "`receive_url` must be the https address that the app's webhooks are sent to";
    findings.error("H005", span, message);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::file::fixture::table;

    fn messages(entries: &[(&str, &str)]) -> Vec<String> {
        let mut findings = Findings::default();
        Config::read(&table(entries), &mut findings);
        findings.as_slice().iter().map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn a_table_may_be_empty_and_what_is_in_it_is_checked() {
        assert!(messages(&[]).is_empty());
        let fine = [
            ("base_url", "https://api.hubapi.example"),
            ("overlap", "5m"),
            ("api_version", "2026-09"),
            ("portal", "12345"),
            ("handoff_key", "marker"),
            ("receive_url", "https://hooks.example/hubspot?a=b"),
        ];
        assert!(messages(&fine).is_empty());
        assert!(messages(&[("api_version", "v3")]).is_empty());
        let wrong = [
            ("overlap", "soon"),
            ("api_version", "latest"),
            ("portal", "acme"),
            ("handoff_key", "yes"),
            ("token", "pat-123"),
            ("receive_url", "http://hooks.example"),
        ];
        let messages = messages(&wrong);
        assert_eq!(messages.len(), 6, "{messages:#?}");
        assert!(messages.iter().all(|message| !message.contains("pat-123")), "{messages:#?}");
    }

    #[test]
    fn a_longer_overlap_than_the_sweep_reads_back_is_refused() {
        assert_eq!(messages(&[("overlap", "3h")]).len(), 1);
    }
}
