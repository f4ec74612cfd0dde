//! The properties behind the standard fields.

/// The contact's own property that names its company.
pub(super) const COMPANY: &str = "associatedcompanyid";

/// Holds the id of an owner, of contacts and companies alike.
pub(super) const OWNER_PROPERTY: &str = "hubspot_owner_id";

pub(super) const LEAD_STATUS: &str = "hs_lead_status";

pub(super) const LAST_MODIFIED: &str = "lastmodifieddate";

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

pub(super) fn default_property(field: &str) -> Option<&'static str> {
    let mut properties = PROPERTIES.into_iter();
    properties.find(|(name, _)| *name == field).map(|(_, property)| property)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::STANDARD_FIELDS;

    #[test]
    fn every_standard_field_has_its_property_once() {
        for standard in STANDARD_FIELDS {
            let of_field = PROPERTIES.iter().filter(|(name, _)| *name == standard.name);
            let expected = usize::from(standard.name != "email_domain");
            assert_eq!(of_field.count(), expected, "{}", standard.name);
        }
        assert_eq!(PROPERTIES.len() + 1, STANDARD_FIELDS.len());
    }
}
