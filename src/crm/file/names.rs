//! What exports call the standard fields.

use crate::model::{EMAIL_DOMAIN, Field, STANDARD_FIELDS};
use crate::rules::nearest;

/// Standard fields with the labels of exports from HubSpot and reports from Salesforce in English; the likeliest first.
#[rustfmt::skip]
const LABELS: [(&str, &[&str]); 29] = [
    ("id", &["Record ID", "Contact ID", "Lead ID", "Record ID - Contact", "Contact ID 18"]),
    ("email", &["Email Address", "E-mail", "Work Email", "E-Mail-Adresse"]),
    ("first_name", &["First Name", "Given Name", "Vorname"]),
    ("last_name", &["Last Name", "Surname", "Family Name", "Nachname"]),
    ("phone", &["Phone Number", "Mobile Phone Number", "Telephone", "Telefon"]),
    ("job_title", &["Job Title", "Title", "Position"]),
    ("country", &["Country/Region", "Mailing Country", "Country Code", "Land"]),
    ("state", &["State/Region", "State/Province", "Mailing State/Province", "Region"]),
    ("city", &["Mailing City", "Town", "Stadt"]),
    ("language", &["Preferred language", "Language"]),
    ("source", &["Original Source", "Original Traffic Source", "Lead Source"]),
    ("score", &["HubSpot Score", "Lead Score", "Engagement Score", "Contact Score"]),
    ("fit", &["Fit Score", "Combined score"]),
    ("lifecycle_stage", &["Lifecycle Stage"]),
    ("lead_status", &["Lead Status"]),
    ("owner", &["Contact owner", "Lead Owner", "Contact Owner Email", "Owner"]),
    ("opted_out", &["Unsubscribed from all email", "Email Opt Out", "Opted out of all email", "Opt Out"]),
    ("created_at", &["Create Date", "Created Date", "Created"]),
    ("modified_at", &["Last Modified Date", "Last Modified", "Modified"]),
    ("last_visit_at", &["Time of Last Session", "Time Last Seen", "Time of Last Visit"]),
    ("last_contacted_at", &["Last Contacted", "Last Activity Date", "Last Activity"]),
    ("page_views", &["Number of Pageviews", "Page Views"]),
    ("form_submissions", &["Number of Form Submissions", "Form Submissions"]),
    ("last_form", &["Recent Conversion", "Last Form"]),
    ("company_id", &["Primary Associated Company ID", "Associated Company IDs", "Account ID", "Associated Company ID"]),
    ("company.name", &["Company Name", "Account Name", "Company / Account", "Associated Company", "Company"]),
    ("company.domain", &["Company Domain Name", "Website URL", "Website", "Domain"]),
    ("company.industry", &["Industry", "Company Industry", "Branche"]),
    ("company.employees", &["Number of Employees", "No. of Employees", "Employees", "Company Size"]),
];

/// Letters and digits alone: `Country/Region` and `country_region` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The column that is likeliest meant for a field: called so but for its spelling, called so by exports, or spelled alike.
pub(super) fn likeliest<'a>(field: &Field, columns: &'a [String]) -> Option<&'a str> {
    of_export(&field.name, &[&field.property], columns).or_else(|| {
        nearest(&field.property, columns.iter().map(String::as_str).filter(|name| !name.is_empty()))
    })
}

/// The column that is called as a field, or as exports call it.
pub(super) fn of_export<'a>(field: &str, also: &[&str], columns: &'a [String]) -> Option<&'a str> {
    let labels = LABELS.iter().find(|(known, _)| *known == field).map_or(&[][..], |(_, labels)| labels);
    let mut names = also.iter().chain([&field]).chain(labels).map(|name| plain(name));
    let called = |name: &str| columns.iter().find(|column| plain(column) == name);
    names.find_map(|name| called(&name)).map(String::as_str)
}

/// The standard fields that are among the columns; no column twice.
pub(super) fn fields_in(columns: &[String]) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for field in STANDARD_FIELDS.iter().filter(|field| field.name != EMAIL_DOMAIN) {
        if let Some(column) = of_export(field.name, &[], columns)
            && found.iter().all(|(_, known)| known != column)
        {
            found.push((field.name, column.to_owned()));
        }
    }
    found
}
