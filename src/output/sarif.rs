//! Findings as SARIF 2.1.0, which code scanning reads:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::path::{Component, Path};

use serde_json::{Value, json};

use super::place::Places;
use crate::rules::{CODES, Finding, Source};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with all results, and a rule for every code there is.
pub fn log(results: &[Value]) -> Value {
    let rules: Vec<Value> = CODES
        .iter()
        .map(|(code, meaning)| {
            let help = format!("See `handoff check --explain {code}`.");
            json!({ "id": code, "shortDescription": { "text": meaning }, "help": { "text": help } })
        })
        .collect();
    let driver = json!({ "name": "handoff", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    })
}

/// The results of one file. A finding about the file as a whole has no region.
pub fn results(findings: &[Finding], source: &Source) -> Vec<Value> {
    let places = Places::new(&source.text);
    let uri = uri(&source.path);
    let result = |finding: &Finding| {
        let mut place = json!({ "artifactLocation": { "uri": uri } });
        if let (Some(span), Some(place)) = (&finding.span, place.as_object_mut()) {
            let (start, end) = (places.of(span.start), places.of(span.end));
            let region = json!({
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            });
            place.insert("region".to_owned(), region);
        }
        let text = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        };
        json!({
            "ruleId": finding.code,
            "ruleIndex": CODES.iter().position(|(code, _)| *code == finding.code),
            "level": finding.severity.name(),
            "message": { "text": text },
            "locations": [{ "physicalLocation": place }],
        })
    };
    findings.iter().map(result).collect()
}

/// A path as a URI reference (RFC 3986): slashes, and every byte that is not unreserved in hex.
fn uri(path: &Path) -> String {
    let mut uri = String::new();
    for component in path.components() {
        match component {
            Component::RootDir => uri.push_str("file://"),
            Component::CurDir | Component::Prefix(_) => continue,
            Component::ParentDir | Component::Normal(_) => {}
        }
        if !uri.is_empty() && !uri.ends_with('/') || component == Component::RootDir {
            uri.push('/');
        }
        if component != Component::RootDir {
            uri.extend(component.as_os_str().to_string_lossy().bytes().map(encoded));
        }
    }
    uri
}

fn encoded(byte: u8) -> String {
    let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if is_unreserved { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_its_rule_its_level_and_its_region_in_characters() {
        let source = Source::of("rules.toml", "näme = 1\nb = 2\n");
        let found = [
            Finding::error("H012", 8..9, "wrong").help("write a text"),
            Finding::warning("H041", 10..11, "unused"),
        ];
        let results = results(&found, &source);
        assert_eq!(
            results[0],
            json!({
                "ruleId": "H012",
                "ruleIndex": CODES.iter().position(|(code, _)| *code == "H012"),
                "level": "error",
                "message": { "text": "wrong\nwrite a text" },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": "rules.toml" },
                    "region": { "startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 9 },
                } }],
            })
        );
        assert_eq!(results[1]["level"], "warning");
        assert_eq!(super::results(&[note()], &source)[0]["level"], "note");
    }

    fn note() -> Finding {
        let mut found = crate::rules::Findings::default();
        found.note("H090", 0..1, "good to know");
        found.as_slice()[0].clone()
    }

    #[test]
    fn a_finding_about_the_whole_file_has_no_region() {
        let source = Source::of("rules.toml", "");
        let found = [Finding { span: None, ..Finding::error("H004", 0..0, "missing") }];
        let place = &results(&found, &source)[0]["locations"][0]["physicalLocation"];
        assert_eq!(place, &json!({ "artifactLocation": { "uri": "rules.toml" } }));
    }

    #[test]
    fn a_path_is_a_uri_reference() {
        for (path, expected) in [
            ("rules.toml", "rules.toml"),
            ("./a b/é:%.toml", "a%20b/%C3%A9%3A%25.toml"),
            ("../x/rules.toml", "../x/rules.toml"),
            ("/etc/handoff/rules.toml", "file:///etc/handoff/rules.toml"),
        ] {
            assert_eq!(uri(Path::new(path)), expected);
        }
    }
}
