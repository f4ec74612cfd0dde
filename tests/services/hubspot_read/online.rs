//! `check --online` says what the account lacks.

use serde_json::json;

use super::desk::Desk;
use crate::support::http_server::Reply;
use crate::support::hubspot::{Fault, MINUTE, NOW_MS};

#[test]
fn what_the_account_lacks_is_found_all_at_once() {
    let desk = Desk::open();
    desk.place.replace(
        "rules.toml",
        "score.at_least = 50",
        "score.at_least = 50, pricing_views.at_least = 2",
    );
    desk.place.append(
        "rules.toml",
        "\n[fields]\npricing_views = { property = \"pricing_page_view\", type = \"number\" }\n\
         [outcome.write]\nhanded_off = { lead_status = \"NEWW\" }\n",
    );
    desk.place.replace(
        "rules.toml",
        "[[team]]",
        "[[rep]]\nname = \"Cy\"\nemail = \"cy@acme.example\"\n\n[[team]]",
    );
    {
        let mut portal = desk.fake.portal();
        portal.owners.push((73, "cy@acme.example", true));
        let names = ["hs_object_id", "hubspotscore", "hs_email_optout", "pricing_page_views", "email"];
        let mut contact: Vec<_> =
            names.iter().map(|name| json!({"name": name, "options": [], "type": "string"})).collect();
        contact.push(json!({"name": "hs_lead_status", "options": [{"value": "NEW"}, {"value": "OPEN"}]}));
        portal.definitions.insert("contacts", contact);
    }
    let ran = desk.handoff(&["check", "--online"]);
    let said = ran.all();
    assert_eq!(ran.status, 1, "{said}");
    assert!(said.contains("no property 'pricing_page_view'"), "{said}");
    assert!(said.contains("did you mean 'pricing_page_views'"), "{said}");
    assert!(said.contains("no option 'NEWW'"), "{said}");
    assert!(said.contains("cy@acme.example is deactivated"), "{said}");
    assert!(!said.contains("ana@acme.example"), "{said}");
    desk.fake.requests();
}

#[test]
fn what_a_condition_asks_for_and_no_option_is_is_a_warning() {
    let desk = Desk::open();
    desk.place.replace(
        "rules.toml",
        "when = { opted_out = true }",
        "when = { any = [{ lead_status.in = [\"New\", \"UNQUALIFYED\"] }, { job_title = \"Student\" }, { owner = \"x@acme.example\" }] }",
    );
    {
        let mut portal = desk.fake.portal();
        let names = ["hs_object_id", "hubspotscore", "jobtitle", "email", "hubspot_owner_id"];
        let mut contact: Vec<_> = names.iter().map(|name| json!({"name": name, "options": []})).collect();
        contact
            .push(json!({"name": "hs_lead_status", "options": [{"value": "NEW"}, {"value": "UNQUALIFIED"}]}));
        contact[4]["options"] = json!([{"value": "71"}]);
        portal.definitions.insert("contacts", contact);
    }
    let ran = desk.handoff(&["check", "--online"]);
    let said = ran.all();
    assert_eq!(ran.status, 0, "{said}");
    assert!(said.contains("no contact has `lead_status` = 'unqualifyed'"), "{said}");
    assert!(said.contains("did you mean 'UNQUALIFIED'"), "{said}");
    assert_eq!(said.matches("no contact has").count(), 1, "{said}");
    assert_eq!(desk.handoff(&["check", "--online", "--deny", "warnings"]).status, 1);
}

#[test]
fn a_token_that_is_not_taken_is_the_only_finding() {
    let desk = Desk::open();
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::json(401, &json!({"message": "expired"}))));
    let said = desk.handoff(&["check", "--online"]).all();
    assert!(said.contains("does not take the token"), "{said}");
    assert_eq!(desk.fake.requests().len(), 1);
}

#[test]
fn scopes_that_are_missing_are_named_and_the_optional_one_is_no_error() {
    let desk = Desk::open();
    desk.place.replace(
        "rules.toml",
        "score.at_least = 50",
        "score.at_least = 50, company.name.is_set = true",
    );
    let names = ["hs_object_id", "hubspotscore", "hs_email_optout", "email", "name"];
    let all: Vec<_> = names.iter().map(|name| json!({"name": name, "options": []})).collect();
    desk.fake.portal().definitions.extend([("contacts", all.clone()), ("companies", all)]);
    let without = |scope: &str| {
        let required = json!({"context": {"requiredGranularScopes": [scope]}});
        Fault::Instead(Reply::json(403, &json!({"category": "MISSING_SCOPES", "errors": [required]})))
    };
    desk.fake.fail("GET", "/emails", without("sales-email-read"));
    let ran = desk.handoff(&["check", "--online", "--deny", "warnings"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("e-mails that reps send are not seen"), "{}", ran.all());
    assert!(ran.stdout.contains("sales-email-read") && ran.stdout.contains("crm.objects.contacts.write"));
    desk.fake.fail("GET", "/companies", without("crm.schemas.companies.read"));
    desk.fake.fail("GET", "/companies", without("crm.objects.companies.read"));
    desk.fake.fail("GET", "/owners/2026-09", without("crm.objects.owners.read"));
    let ran = desk.handoff(&["check", "--online"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for scope in ["crm.schemas.companies.read", "crm.objects.companies.read", "crm.objects.owners.read"] {
        assert!(ran.stdout.contains(&format!("lacks the scope {scope}; add it")), "{scope}: {}", ran.all());
    }
    let written = desk.fake.requests();
    assert!(written.iter().all(|request| !request.contains("PATCH") && !request.contains("create")));
}

#[test]
fn a_token_that_may_not_write_is_found_where_hubspot_tells_its_scopes() {
    let desk = Desk::open();
    let info = json!({"hubId": 12345, "scopes": ["oauth", "crm.objects.contacts.read"]});
    desk.fake.fail("POST", "/access-token-info", Fault::Instead(Reply::json(200, &info)));
    let ran = desk.handoff(&["check", "--online"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(
        ran.stdout.contains("may not write: give it the scope crm.objects.contacts.write"),
        "{}",
        ran.all()
    );
}

#[test]
fn scopes_that_nothing_uses_are_named_where_hubspot_tells_them() {
    let desk = Desk::open();
    let names = ["hs_object_id", "hubspotscore", "hs_email_optout", "email"];
    let all: Vec<_> = names.iter().map(|name| json!({"name": name, "options": []})).collect();
    desk.fake.portal().definitions.insert("contacts", all);
    let check = |scopes: Option<Vec<&'static str>>, args: &[&str]| {
        if let Some(scopes) = scopes {
            let info = json!({"userId": 1, "hubId": 12345, "appId": 2, "scopes": scopes});
            desk.fake.fail("POST", "/access-token-info", Fault::Instead(Reply::json(200, &info)));
        }
        let ran = desk.handoff(&[&["check", "--online"], args].concat());
        assert_eq!(ran.status, 0, "{}", ran.all());
        let asked = desk.fake.portal().requests.iter().filter(|request| request.contains(" /oauth")).count();
        assert_eq!(asked, 1);
        desk.fake.requests();
        ran.stdout
    };
    let needed = vec![
        "oauth",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.companies.read",
        "crm.objects.owners.read",
        "crm.schemas.contacts.read",
        "sales-email-read",
    ];
    assert!(!check(Some(needed.clone()), &["--deny", "warnings"]).contains("take away"));
    let more = [needed, vec!["crm.objects.deals.write", "settings.users.write", "<b>\u{1b}[2J"]].concat();
    let said = check(Some(more), &[]);
    assert!(said.contains("take away crm.objects.deals.write, settings.users.write"), "{said}");
    assert!(!said.contains("<b>"), "{said}");
    assert!(check(None, &["--deny", "warnings"]).contains("does not tell which scopes this token has"));
}

#[test]
fn what_the_data_is_like_shows_in_the_contacts_that_changed_last() {
    let desk = Desk::open();
    desk.fill(1, 1_200);
    desk.fake.portal().change(7, NOW_MS - MINUTE, 0, &json!({"hubspotscore": "many"}));
    let ran = desk.handoff(&["fields", "--online", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let report = ran.json();
    assert_eq!(report["source"], "[crm.hubspot]: the 1000 contacts that changed last");
    assert_eq!(report["contacts"], 1_000);
    let score = report["fields"].as_array().unwrap().iter().find(|field| field["field"] == "score").unwrap();
    assert_eq!((&score["unreadable"], &score["first_unreadable"]), (&json!(1), &json!("7")));
    assert!(!desk.place.exists("handoff.db"), "it only looks");
    assert!(desk.fake.requests().len() < 40);
    {
        let names = ["hs_object_id", "hubspotscore", "hs_email_optout", "email"];
        let contact = names.iter().map(|name| json!({"name": name, "options": []})).collect();
        desk.fake.portal().definitions.insert("contacts", contact);
    }
    let check = desk.handoff(&["check", "--online"]);
    assert!(
        check.stdout.contains("`score` cannot be read as a number in 1 of 1 contacts"),
        "{}",
        check.all()
    );
}
