//! What is written, and what is refused.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::scene::Scene;
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;

#[test]
fn case_18_a_task_has_its_due_date_its_owner_and_both_associations() {
    let mut scene = Scene::new(true, &["101"]);
    let ran = scene.run();
    assert_eq!(ran.status, 0, "{}", ran.all());
    let contact = scene.fake.contact("101");
    assert_eq!(contact["hubspot_owner_id"], "71");
    assert_eq!(contact["lifecyclestage"], "marketingqualifiedlead");
    assert_eq!(contact["hs_lead_status"], "NEW");
    let tasks = scene.fake.tasks("101");
    let (_, task) = &tasks[0];
    assert_eq!(tasks.len(), 1);
    assert_eq!(task["hubspot_owner_id"], "71");
    // An hour after Monday, 10:00.
    assert_eq!(task["hs_timestamp"], "1795431600000");
    assert_eq!(task["hs_task_priority"], "HIGH");
    assert_eq!(task["handoff_key"].as_str().unwrap().len(), 28);
    let body = task["hs_task_body"].as_str().unwrap();
    assert!(body.contains("https://app.hubspot.com/contacts/12345/record/0-1/101"), "{body}");
    let mut requests = scene.fake.requests();
    // These go out at the same time.
    requests[3..8].sort();
    insta::assert_snapshot!(requests.join("\n"), @r#"
    POST /crm/objects/2026-09/contacts/search
    POST /crm/objects/2026-09/contacts/batch/read
    POST /crm/objects/2026-09/companies/batch/read
    GET /crm/owners/2026-09
    GET /crm/properties/2026-09/contacts/hs_lead_status
    GET /crm/properties/2026-09/contacts/lifecyclestage
    GET /crm/properties/2026-09/tasks/handoff_key
    POST /crm/objects/2026-09/contacts/batch/read
    PATCH /crm/objects/2026-09/contacts/101
    POST /crm/objects/2026-09/tasks
    "#);
}

#[test]
fn case_18_a_company_that_only_an_association_names_is_on_the_task_too() {
    let mut scene = Scene::new(true, &["101", "102"]);
    {
        let mut portal = scene.fake.portal();
        portal.put("contacts", "101", &json!({"associatedcompanyid": null}));
        portal.links.insert(("101".to_owned(), "companies".to_owned(), "5101".to_owned()));
    }
    assert_eq!(scene.run().status, 0);
    for (lead, company) in [("101", "5101"), ("102", "5102")] {
        let (task, _) = &scene.fake.tasks(lead)[0];
        let portal = scene.fake.portal();
        assert!(
            portal.of_companies.contains(&(task.clone(), company.to_owned())),
            "{lead}: {:?}",
            portal.of_companies
        );
    }
    scene.fake.requests();
}

#[test]
fn case_11_our_own_write_leads_to_no_second_task() {
    let mut scene = Scene::new(false, &["101", "102"]);
    for _ in 0..8 {
        assert_eq!(scene.run().status, 0);
    }
    assert_eq!(scene.fake.tasks("101").len(), 1);
    assert_eq!(scene.fake.tasks("102").len(), 1);
    scene.fake.requests();
    assert_eq!(scene.run().status, 0);
    let quiet = scene.fake.requests();
    insta::assert_snapshot!(quiet.join("\n"), @r#"
    POST /crm/objects/2026-09/contacts/search
    POST /crm/objects/2026-09/tasks/batch/read
    "#);
}

#[test]
fn case_17_a_refused_property_is_named_with_its_reason() {
    let mut scene = Scene::new(true, &["101"]);
    scene.fake.portal().put("contacts", "101", &json!({"firstname": "Refused"}));
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    assert!(ran.all().contains("hs_task_subject: no such words in subjects"), "{}", ran.all());
    assert!(scene.fake.tasks("101").is_empty());
    scene.fake.requests();
}

#[test]
fn case_21_in_a_batch_the_good_ones_are_recorded_and_the_bad_one_is_told() {
    let mut scene = Scene::new(true, &["101", "102", "103"]);
    scene.fake.portal().put("contacts", "102", &json!({"firstname": "Refused"}));
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    assert!(ran.all().contains("task for contact 102"), "{}", ran.all());
    let first = scene.fake.tasks("101");
    assert_eq!((first.len(), scene.fake.tasks("102").len(), scene.fake.tasks("103").len()), (1, 0, 1));
    // Each id went to its own handoff: the task that is done ends the wait of the right one.
    scene.fake.portal().put(
        "tasks",
        &first[0].0,
        &json!({"hs_task_status": "COMPLETED",
        "hs_task_completion_date": "2026-11-23T10:00:20Z"}),
    );
    let outcomes = Scene::outcomes(&scene.run());
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert!(outcomes[0].contains(&format!("HubSpot task {}", first[0].0)), "{outcomes:?}");
    scene.fake.requests();
}

#[test]
fn case_21_errors_that_name_nobody_are_told_of_the_right_ones() {
    let mut scene = Scene::new(true, &["101", "102", "103", "104"]);
    scene.fake.portal().is_nameless = true;
    scene.fake.portal().put("contacts", "102", &json!({"firstname": "Refused"}));
    scene.fake.portal().put("contacts", "104", &json!({"associatedcompanyid": "404"}));
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    let said = ran.all();
    let of = |contact: &str| {
        said.lines().find(|line| line.contains(&format!("task for contact {contact}"))).unwrap()
    };
    assert!(of("102").contains("no such words in subjects"), "{said}");
    assert!(of("104").contains("associations: is not valid"), "{said}");
    for (contact, tasks) in [("101", 1), ("102", 0), ("103", 1), ("104", 0)] {
        assert_eq!(scene.fake.tasks(contact).len(), tasks, "{contact}");
    }
    scene.fake.requests();
}

#[test]
fn case_22_numbers_for_ids_nulls_and_unknown_keys_change_nothing_that_is_written() {
    for (has_property, leads) in [(true, &["101"][..]), (true, &["101", "102"]), (false, &["101", "102"])] {
        let mut scene = Scene::new(has_property, leads);
        scene.fake.portal().is_loose = true;
        scene.fake.fail(
            "POST",
            if leads.len() > 1 { "/create" } else { "/tasks" },
            Fault::Done(Reply::Close),
        );
        scene.run();
        scene.settle();
        for lead in leads {
            assert_eq!(scene.fake.tasks(lead).len(), 1, "{lead}");
        }
        let (task, _) = &scene.fake.tasks("101")[0];
        let at = scene.now().to_rfc3339();
        let done = json!({"hs_task_status": "COMPLETED", "hs_task_completion_date": at});
        scene.fake.portal().put("tasks", task, &done);
        assert_eq!(Scene::outcomes(&scene.run()).len(), 1);
        scene.fake.requests();
    }
}

#[test]
fn case_23_a_deactivated_owner_is_refused_with_the_way_out() {
    let mut scene = Scene::new(true, &["101"]);
    scene.place.replace(
        "rules.toml",
        "members = [{ rep = \"ana@acme.example\"",
        "members = [{ rep = \"gone@acme.example\"",
    );
    scene.place.append("rules.toml", "[[rep]]\nname = \"Gone\"\nemail = \"gone@acme.example\"\nshifts = [\"mon-fri 09:00-17:30\"]\ntimezone = \"UTC\"\n");
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    assert!(ran.all().contains("gone@acme.example is deactivated in HubSpot"), "{}", ran.all());
    assert!(scene.fake.contact("101").get("hubspot_owner_id").is_none());
    scene.fake.requests();
}

#[test]
fn case_23_an_owner_who_was_made_anew_is_found_again_within_the_day() {
    let mut scene = Scene::new(true, &["101"]);
    assert_eq!(scene.run().status, 0);
    scene.fake.portal().owners = vec![(71, "ana@acme.example", true), (81, "ana@acme.example", false)];
    for lead in ["102", "103"] {
        let new =
            json!({"email": format!("{lead}@lead.example"), "hubspotscore": "70", "lifecyclestage": "lead"});
        scene.fake.portal().put("contacts", lead, &new);
    }
    let ran = scene.run();
    assert!(!ran.all().contains("refused: "), "{}", ran.all());
    scene.settle();
    for lead in ["102", "103"] {
        assert_eq!(scene.fake.contact(lead)["hubspot_owner_id"], "81");
        assert_eq!(scene.fake.tasks(lead).len(), 1);
    }
    scene.fake.requests();
}

#[test]
fn case_24_a_stage_is_never_set_back() {
    let mut scene = Scene::new(true, &["101", "102"]);
    scene.fake.portal().put("contacts", "101", &json!({"lifecyclestage": "opportunity"}));
    assert_eq!(scene.run().status, 0);
    let contact = scene.fake.contact("101");
    assert_eq!(
        (&contact["lifecyclestage"], &contact["hs_lead_status"]),
        (&json!("opportunity"), &json!("NEW"))
    );
    assert_eq!(scene.fake.contact("102")["lifecyclestage"], "marketingqualifiedlead");
    scene.fake.requests();
}

#[test]
fn case_23_an_owner_set_between_sync_and_write_is_kept_and_said() {
    let mut scene = Scene::new(true, &["101", "102"]);
    // Right after the sync has read it, somebody who is no rep takes it.
    scene.fake.portal().owners.push((72, "eve@acme.example", false));
    scene.fake.portal().takes_over = Some(("101", "72"));
    let ran = scene.run();
    assert!(
        ran.all().contains("eve@acme.example became its owner in the CRM since it was read"),
        "{}",
        ran.all()
    );
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    assert_eq!((scene.fake.tasks("101").len(), scene.fake.tasks("102").len()), (0, 1));
    scene.settle();
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    scene.fake.requests();
}

#[test]
fn case_23_an_owner_set_before_a_second_attempt_is_kept() {
    let mut scene = Scene::new(true, &["101"]);
    scene.fake.portal().owners.push((72, "eve@acme.example", false));
    scene.fake.fail("PATCH", "/101", Fault::Instead(Reply::json(477, &json!({"message": "moving"}))));
    assert_eq!(scene.run().status, 1);
    scene.fake.portal().put("contacts", "101", &json!({"hubspot_owner_id": "72"}));
    scene.settle();
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    assert!(scene.fake.tasks("101").is_empty());
    scene.fake.requests();
}

#[test]
fn case_23_an_owner_set_while_a_write_waits_within_the_run_is_kept() {
    let mut scene = Scene::new(true, &["101"]);
    scene.fake.portal().owners.push((72, "eve@acme.example", false));
    scene.fake.fail("PATCH", "/101", Fault::Instead(Reply::json(423, &json!({"message": "locked"}))));
    let mut run = scene.process().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !scene.fake.portal().requests.iter().any(|request| request.starts_with("PATCH")) {
        assert_eq!(run.try_wait().unwrap(), None, "no write was sent");
        std::thread::sleep(Duration::from_millis(5));
    }
    scene.fake.portal().put("contacts", "101", &json!({"hubspot_owner_id": "72"}));
    run.wait().unwrap();
    scene.settle();
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    scene.fake.requests();
}

#[test]
fn case_24_a_lead_status_that_the_portal_does_not_have_is_refused_until_it_has() {
    let mut scene = Scene::new(true, &["101"]);
    scene.place.replace("rules.toml", "lead_status = \"NEW\"", "lead_status = \"NEWISH\"");
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    assert!(
        ran.all().contains("'hs_lead_status' has no option 'NEWISH' in HubSpot; did you mean 'NEW'"),
        "{}",
        ran.all()
    );
    assert!(scene.fake.requests().iter().all(|request| !request.starts_with("PATCH")));
    scene.fake.portal().lead_statuses.push("NEWISH");
    assert_eq!(scene.command(&["retry"]).status, 0);
    assert_eq!(scene.fake.contact("101")["hs_lead_status"], "NEWISH");
    scene.fake.requests();
}

#[test]
fn an_owner_that_was_refused_is_not_sent_again_over_one_that_somebody_set_since() {
    let mut scene = Scene::new(true, &["101", "102"]);
    scene.place.replace("rules.toml", "lead_status = \"NEW\"", "lead_status = \"NEWISH\"");
    assert_eq!(scene.run().status, 1);
    assert_eq!(scene.fake.tasks("101").len(), 1, "what does not hang on the owner goes out");
    scene.fake.portal().lead_statuses.push("NEWISH");
    scene.fake.portal().owners.push((72, "eve@acme.example", false));
    scene.fake.portal().put("contacts", "101", &json!({"hubspot_owner_id": "72"}));
    let ran = scene.command(&["retry", "--format", "json"]);
    assert!(
        ran.all().contains("eve@acme.example became its owner in the CRM since it was read"),
        "{}",
        ran.all()
    );
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    assert_ne!(scene.fake.contact("102")["hubspot_owner_id"], "72");
    assert_eq!(scene.fake.contact("102")["hs_lead_status"], "NEWISH");
    scene.settle();
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], "72");
    scene.fake.requests();
}

#[test]
fn case_26_a_contact_that_vanishes_between_reading_and_writing_is_skipped() {
    // Before it is read again, and between that and the write itself.
    for (reads, said) in [(0, "the contact is no longer in the CRM"), (1, "the contact is gone")] {
        let mut scene = Scene::new(true, &["101", "102"]);
        scene.fake.portal().vanish.push("101".to_owned());
        scene.fake.portal().vanish_after = reads;
        let ran = scene.run();
        assert!(ran.all().contains(said), "{}", ran.all());
        assert_eq!((scene.fake.tasks("101").len(), scene.fake.tasks("102").len()), (0, 1));
        scene.fake.requests();
    }
}

#[test]
fn the_unique_property_is_created_once_somebody_says_so() {
    let mut scene = Scene::new(false, &["101"]);
    let asked = scene.command(&["init", "--crm"]);
    assert_eq!(asked.status, 2, "{}", asked.all());
    assert!(asked.stderr.contains("handoff init --crm --yes"), "{}", asked.all());
    assert_eq!(scene.command(&["init", "--crm", "--dry-run"]).status, 0);
    assert!(!scene.fake.portal().has_key_property);
    assert_eq!(scene.command(&["init", "--crm", "--yes"]).status, 0);
    assert!(scene.fake.portal().has_key_property);
    let again = scene.command(&["init", "--crm", "--yes"]);
    assert_eq!(again.stdout.trim(), "the CRM has everything already");
    assert_eq!(scene.run().status, 0);
    assert!(scene.fake.tasks("101")[0].1.contains_key("handoff_key"));
    scene.fake.requests();
}

#[test]
fn check_says_how_a_second_task_is_kept_out() {
    let by_property = "HubSpot itself refuses a second task";
    let by_marker = "is looked for through its contact before it is sent again";
    for (has_property, setting, status, says) in [
        (true, "auto", 0, vec![by_property]),
        (true, "property", 0, vec![by_property]),
        (true, "marker", 0, vec![by_marker]),
        (false, "auto", 0, vec![by_marker, "`handoff init --crm` creates the unique property"]),
        (false, "marker", 0, vec![by_marker]),
        (false, "property", 1, vec!["HubSpot has no unique property 'handoff_key'", "`handoff init --crm`"]),
    ] {
        let mut scene = Scene::new(has_property, &["101"]);
        let with = format!("portal = \"12345\"\nhandoff_key = \"{setting}\"");
        scene.place.replace("rules.toml", "portal = \"12345\"", &with);
        let ran = scene.command(&["check", "--online", "--deny", "warnings"]);
        assert_eq!(ran.status, status, "{setting}: {}", ran.all());
        assert!(says.iter().all(|part| ran.stdout.contains(part)), "{setting}: {}", ran.all());
        scene.fake.requests();
    }
}

#[test]
fn a_task_from_before_the_property_is_still_found_by_its_marker() {
    let mut scene = Scene::new(false, &["101"]);
    scene.fake.fail("POST", "/tasks", Fault::Done(Reply::Close));
    assert_eq!(scene.run().status, 1);
    assert_eq!(scene.command(&["init", "--crm", "--yes"]).status, 0);
    scene.settle();
    assert_eq!(scene.fake.tasks("101").len(), 1);
    scene.fake.requests();
}

#[test]
fn a_thousand_handoffs_cost_a_tenth_of_a_request_each() {
    let ids: Vec<String> = (1_001..=2_000).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut scene = Scene::new(true, &ids);
    let ran = scene.run();
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let requests = scene.fake.requests();
    assert_eq!(scene.fake.portal().objects["tasks"].len(), 1_000);
    // Five searches, ten reads of contacts and of companies, ten of contacts again, ten batches of each write, owners,
    // properties; on a slow machine a few more reads right before the write.
    assert!(requests.len() <= 75, "{}", requests.len());
}
