//! Definitions that load, and what they mean.

use super::*;
use crate::rules::{Condition, Operand, RouteTarget};

fn own() -> String {
    std::fs::read_to_string(source("").path).unwrap()
}

#[test]
fn the_projects_own_definition_has_no_findings() {
    assert_eq!(shown(&own()), "");
}

#[test]
fn the_projects_own_definition_means_what_it_says() {
    let rules = load_text(&own()).0.unwrap();
    let score = rules.score.as_ref().unwrap();
    assert_eq!((score.cap, score.points.len()), (Some(100.0), 3));
    assert_eq!(rules.tiers.len(), 2);
    assert_eq!(rules.slas[rules.tiers[0].sla.unwrap()].name, "hot");
    assert!(matches!(rules.routes[1].to, RouteTarget::AccountIn(ref list)
        if list.values["bigbank.example"] == "bo@acme.example"));
    assert_eq!(rules.reps[0].hours.shifts.len(), 5);
    assert!(rules.reps[0].hours.holidays.contains_key(&"2026-12-08".parse().unwrap()));
    assert_eq!(rules.teams[0].members[0].weight, 2);
    assert_eq!(rules.outcome.write.len(), 2);
    assert_eq!(rules.examples.len(), 18);
    let texts: Vec<&str> = rules.icp.when.leaves().iter().map(|leaf| leaf.text.as_str()).collect();
    assert_eq!(
        texts,
        ["company.employees at least 50", "company.employees at most 5000", "country in list markets (7)"]
    );
}

#[test]
fn a_definition_of_the_least_size_loads() {
    assert_eq!(shown(LEAST), "");
}

#[test]
fn fields_that_conditions_use_come_first() {
    let text = LEAST.replace("score.at_least = 65", "seats.above = 1, email_domain = \"x.example\"");
    let rules = load_text(&text).0.unwrap();
    let used: Vec<&str> = rules.fields.used().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(used, ["seats", "email_domain", "email"]);
    let required: Vec<&str> = rules.fields.required().map(|field| field.name.as_str()).collect();
    assert_eq!(required, ["seats", "email_domain", "email", "id", "plan", "trial_at"]);
    assert!(rules.fields.find("page_views").is_none(), "this CRM has none");
    assert!(rules.fields.find("country").is_some());
}

#[test]
fn the_domain_is_read_from_the_property_of_the_address() {
    let text = LEAST
        .replace("score.at_least = 65", "email_domain = \"x.example\"")
        .replace("fields.plan = \"plan\"", "fields.email = \"work_email\"");
    let rules = load_text(&text).0.unwrap();
    let domain = rules.fields.get(rules.fields.find("email_domain").unwrap()).unwrap();
    assert_eq!(domain.property, "work_email");
}

#[test]
fn a_score_from_the_crm_is_a_field_like_any_other() {
    let rules = load_text(LEAST).0.unwrap();
    let score = rules.fields.find("score").unwrap();
    assert_eq!(rules.tiers[0].when.leaves()[0].operand, Operand::Field(score));
    assert_eq!(rules.fields.used()[0].name, "score");
}

#[test]
fn a_score_from_points_needs_no_field_in_the_crm() {
    let points = "[score]\nfrom = \"rules\"\n[[score.points]]\nname = \"Form\"\nwhen.form_submissions.above = 0\npoints = 70\n";
    let rules = load_text(&format!("{LEAST}{points}")).0.unwrap();
    assert_eq!(rules.tiers[0].when.leaves()[0].operand, Operand::Score);
    assert_eq!(rules.fields.used().len(), 1);
}

#[test]
fn a_mapped_company_field_may_be_written_in_three_ways() {
    for line in
        ["company.tier = \"tier__c\"", "\"company.tier\" = \"tier__c\"", "company = { tier = \"tier__c\" }"]
    {
        let text = LEAST.replace("fields.plan = \"plan\"", &format!("fields.{line}"));
        let rules = load_text(&text).0.unwrap();
        let field = rules.fields.get(rules.fields.find("company.tier").unwrap()).unwrap();
        assert_eq!((field.property.as_str(), field.of_company), ("tier__c", true));
    }
}

#[test]
fn an_empty_condition_holds_for_everybody() {
    let rules = load_text(&LEAST.replace("score.at_least = 65", "")).0.unwrap();
    assert!(rules.tiers[0].when.is_always());
    assert!(matches!(rules.routes[0].when, Condition::All(ref parts) if parts.is_empty()));
}

#[test]
fn an_example_has_a_value_for_every_field_and_the_domain_from_the_address() {
    let example = r#"
[[example]]
name = "x"
at = 2026-11-23T10:00:00Z
contact = { email = "joao@x.example", seats = 5, opted_out = false, company.employees = 7.5 }
expect.verdict = "not_yet"
"#;
    let text = LEAST.replace("score.at_least = 65", "score.at_least = 65, email_domain.is_set = true");
    let rules = load_text(&format!("{text}{example}")).0.unwrap();
    let value = |name: &str| {
        let id = rules.fields.find(name).unwrap();
        rules.examples[0].contact[usize::from(id.0)].as_deref()
    };
    assert_eq!(value("email_domain"), Some("joao@x.example"));
    assert_eq!(value("seats"), Some("5"));
    assert_eq!(value("opted_out"), Some("false"));
    assert_eq!(value("company.employees"), Some("7.5"));
    assert_eq!(value("country"), None);
}

#[test]
fn the_hash_changes_with_the_text_and_with_every_file_it_names() {
    let text = format!("{LEAST}[lists]\nx = {{ file = \"x.txt\" }}\n")
        .replace("score.at_least = 65", "country.in_list = \"x\"");
    let hash = |text: &str, file: &[u8]| {
        let (_folder, source) = in_folder(text, &[("x.txt", file)]);
        load(&source, &CONNECTORS, now()).0.unwrap().hash
    };
    let first = hash(&text, b"PT\n");
    assert_eq!(first.len(), 64);
    assert_eq!(first, hash(&text, b"PT\n"));
    assert_ne!(first, hash(&text, b"ES\n"));
    assert_ne!(first, hash(&format!("{text}# "), b"PT\n"));
}

#[test]
fn a_team_that_passes_on_does_not_hide_the_routes_below_it() {
    let routes = |nobody: &str| {
        shown(&LEAST.replace(
            "[[route]]",
            &format!("[[team]]\nname = \"a\"\nmembers = [{{ rep = \"ana@acme.example\" }}]\nnobody_available = \"{nobody}\"\n[[route]]\nname = \"First\"\nto = {{ team = \"a\" }}\n[[route]]"),
        ))
    };
    assert_eq!(routes("next_route"), "");
    assert!(routes("wait").starts_with("H051 warning"));
}
