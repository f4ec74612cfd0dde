//! `[crm.hubspot]`: its table, and the properties behind the standard fields.

use anyhow::bail;
use serde_json::{Value, json};

use super::Connector;
use crate::endpoint;
use crate::rules::{Findings, Node, Reader, Table, schema};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "hubspot",
    check: |table, _, findings| check(table, findings),
    connect: |_, _, _| {
        bail!("this version cannot talk to [crm.hubspot] yet; it runs on [crm.file] and checks the rest")
    },
    default_property,
    is_local: endpoint::is_local,
    schema,
};

/// The JSON Schema of the table.
fn schema() -> Value {
    schema::table(
        "HubSpot. The token comes from HANDOFF_HUBSPOT_TOKEN.",
        &[],
        &json!({
            "base_url": schema::text("By default https://api.hubapi.com."),
            "overlap": schema::duration("How far each sync reads back."),
            "api_version": schema::text("A dated version such as \"2026-09\"."),
        }),
    )
}

/// Standard field and HubSpot property; a company's property is the company object's own.
const PROPERTIES: [(&str, &str); 34] = [
    ("id", "hs_object_id"),
    ("email", "email"),
    ("first_name", "firstname"),
    ("last_name", "lastname"),
    ("phone", "phone"),
    ("job_title", "jobtitle"),
    ("country", "country"),
    ("state", "state"),
    ("city", "city"),
    ("language", "hs_language"),
    ("source", "hs_analytics_source"),
    ("score", "hubspotscore"),
    ("fit", "hs_predictivecontactscore_v2"),
    ("lifecycle_stage", "lifecyclestage"),
    ("lead_status", "hs_lead_status"),
    ("owner", "hubspot_owner_id"),
    ("opted_out", "hs_email_optout"),
    ("disqualification_reason", "hs_lead_disqualification_reason"),
    ("created_at", "createdate"),
    ("modified_at", "lastmodifieddate"),
    ("last_visit_at", "hs_analytics_last_visit_timestamp"),
    ("last_contacted_at", "notes_last_contacted"),
    ("page_views", "hs_analytics_num_page_views"),
    ("form_submissions", "num_conversion_events"),
    ("last_form", "recent_conversion_event_name"),
    ("company_id", "associatedcompanyid"),
    ("company.id", "hs_object_id"),
    ("company.name", "name"),
    ("company.domain", "domain"),
    ("company.industry", "industry"),
    ("company.employees", "numberofemployees"),
    ("company.revenue", "annualrevenue"),
    ("company.country", "country"),
    ("company.owner", "hubspot_owner_id"),
];

fn default_property(field: &str) -> Option<&'static str> {
    let mut properties = PROPERTIES.into_iter();
    properties.find(|(name, _)| *name == field).map(|(_, property)| property)
}

fn check(table: &Table, findings: &mut Findings) {
    let mut reader = Reader::new(table, "[crm.hubspot]");
    endpoint::read_base_url(&mut reader, findings);
    reader.duration("overlap", findings);
    if let Some(item) = reader.item("api_version")
        && !matches!(&item.node, Node::Text(version) if is_version(version))
    {
        let message = "`api_version` must be a dated version in quotes, such as \"2026-09\"";
        findings.error("H005", item.span.clone(), message);
    }
    reader.finish(findings);
}

/// `2026-09`, or `2026-09-beta`.
fn is_version(version: &str) -> bool {
    let dated = version.strip_suffix("-beta").unwrap_or(version);
    let Some((year, month)) = dated.split_once('-') else {
        return false;
    };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(year, 4) && digits(month, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::file::fixture::table;
    use crate::model::STANDARD_FIELDS;

    fn findings(entries: &[(&str, &str)]) -> Vec<String> {
        let mut findings = Findings::default();
        check(&table(entries), &mut findings);
        let messages = findings.as_slice().iter().map(|finding| finding.message.clone());
        messages.collect()
    }

    #[test]
    fn every_standard_field_has_its_property_once() {
        for standard in STANDARD_FIELDS {
            let of_field = PROPERTIES.iter().filter(|(name, _)| *name == standard.name);
            let expected = usize::from(standard.name != "email_domain");
            assert_eq!(of_field.count(), expected, "{}", standard.name);
        }
        assert_eq!(PROPERTIES.len() + 1, STANDARD_FIELDS.len());
    }

    #[test]
    fn a_table_may_be_empty_and_what_is_in_it_is_checked() {
        assert!(findings(&[]).is_empty());
        assert!(
            findings(&[
                ("base_url", "https://api.hubapi.example"),
                ("overlap", "5m"),
                ("api_version", "2026-09"),
            ])
            .is_empty()
        );
        let wrong = [("overlap", "soon"), ("api_version", "v3"), ("token", "pat-123")];
        let messages = findings(&wrong);
        assert_eq!(messages.len(), 3, "{messages:#?}");
        assert!(messages.iter().all(|message| !message.contains("pat-123")), "{messages:#?}");
    }
}
