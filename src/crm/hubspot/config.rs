//! `[crm.hubspot]`: where the service is, and how it is read.

use chrono::TimeDelta;
use reqwest::Url;
use serde_json::json;

use super::paths::Version;
use crate::connector::base_url::base_url_key;
use crate::rules::{Bounds, Finding, Findings, Item, KeyKind, Reader, Special, Table, TableSpec, key};

/// The service itself; accounts hosted in other regions answer there too.
const BASE_URL: &str = "https://api.hubapi.com";
const HOST: &str = "api.hubapi.com";

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

/// The rows of the table.
pub(super) static KEYS: TableSpec = TableSpec::new(
    "[crm.hubspot]",
    "HubSpot. The token comes from HANDOFF_HUBSPOT_TOKEN.",
    &[
        base_url_key("Where the API is; without it, https://api.hubapi.com."),
        // The search index lags by moments, seldom by minutes. The longest overlap is the sweep's own.
        key(
            "overlap",
            KeyKind::Span(Bounds::at_least(0).at_most(7_200).because("every run reads that far back")),
            "How far each sync reads back.",
        )
        .default("5m"),
        key(
            "api_version",
            KeyKind::TextThat(check_version),
            "A dated version, of a March or a September such as \"2026-09\", or \"v3\".",
        ),
        key("portal", KeyKind::Special(&PORTAL), "The account's number, for links and keys."),
        key(
            "receive_url",
            KeyKind::TextThat(check_receive_url),
            "Where webhooks are sent to, as HubSpot has it: they are signed for that address.",
        ),
        key(
            "handoff_key",
            KeyKind::Word(&[
                ("auto", "by the property where the account has it, else by the marker"),
                ("property", "by the unique property `handoff_key`"),
                ("marker", "by a marker in the task's body"),
            ]),
            "How a task is found again after an attempt whose end is not known.",
        )
        .default("auto"),
    ],
);

/// What is read from the environment.
pub(super) const VARIABLES: [(&str, &str); 2] = [
    ("HANDOFF_HUBSPOT_TOKEN", "The access token of HubSpot's private app."),
    (
        "HANDOFF_HUBSPOT_CLIENT_SECRET",
        "The client secret of HubSpot's app, which signs webhooks; only `receive` reads it.",
    ),
];

static PORTAL: Special = Special {
    words: "a number, in quotes or not",
    check: |key, item| {
        let is_number = read_portal(item).is_some();
        let message =
            format!("`{key}` must be the account's number, as in the address of any of its records");
        (!is_number).then(|| Finding::error("H005", item.span.clone(), message))
    },
    schema: || json!({ "type": ["string", "integer"] }),
    tables: &[],
};

impl Config {
    /// Reads the table; what is wrong with it is noted, and its default stands in.
    pub(super) fn read(table: &Table, findings: &mut Findings) -> Self {
        let reader = Reader::new(table, &KEYS, findings);
        let base_url = reader.text("base_url").and_then(|url| Url::parse(url).ok());
        let host = base_url.as_ref().and_then(Url::host_str);
        let keys =
            [("auto", HandoffKey::Auto), ("property", HandoffKey::Property), ("marker", HandoffKey::Marker)];
        Self {
            base_url: base_url.as_ref().map_or(BASE_URL, Url::as_str).trim_end_matches('/').to_owned(),
            host: host.unwrap_or(HOST).to_owned(),
            version: reader.text("api_version").and_then(Version::parse).unwrap_or_default(),
            overlap: reader.duration("overlap").unwrap_or_default(),
            portal: reader.item("portal").and_then(read_portal),
            handoff_key: reader.choice("handoff_key", &keys).unwrap_or_default(),
            // As it is written: it is signed character by character.
            receive_url: reader.text("receive_url").map(|url| url.trim().to_owned()),
        }
    }
}

fn check_version(text: &str) -> Result<(), &'static str> {
    let why = "must be the version of a March or a September in quotes, such as \"2026-09\", or \"v3\"";
    Version::parse(text).map(drop).ok_or(why)
}

/// A number, in quotes or not.
fn read_portal(item: &Item) -> Option<String> {
    let number = item.as_integer().map(|number| number.to_string());
    let portal = number.or_else(|| Some(item.as_text()?.trim().to_owned()))?;
    let is_number = !portal.is_empty() && portal.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(portal)
}

fn check_receive_url(url: &str) -> Result<(), &'static str> {
    if Url::parse(url.trim()).is_ok_and(|url| url.scheme() == "https" && url.has_host()) {
        return Ok(());
    }
    Err("must be the https address that the app's webhooks are sent to")
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
