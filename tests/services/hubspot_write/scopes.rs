//! What the token may not do waits until it may.

use super::scene::{Scene, count};
use crate::support::Ran;

const WRITE_CONTACTS: &str = "crm.objects.contacts.write";
const UPDATES: &str = "/contacts/batch/update";

fn problems(ran: &Ran) -> Vec<String> {
    let problems = ran.json()["waits"].as_array().cloned().unwrap_or_default();
    problems.iter().map(|problem| problem.as_str().unwrap().to_owned()).collect()
}

fn refused(scene: &Scene) -> u32 {
    count(&scene.place.path("handoff.db"), "SELECT count(*) FROM effect WHERE state = 'failed'")
}

/// Once the scope is granted, everything goes out within the longest wait, and nobody has to say so.
fn granted(scene: &mut Scene, leads: &[&str]) {
    scene.fake.portal().lacks = None;
    scene.wait(15);
    let ran = scene.run();
    assert_eq!(ran.status, 0, "{}", ran.all());
    for lead in leads {
        assert_eq!(scene.fake.tasks(lead).len(), 1, "{lead}");
        assert_eq!(scene.fake.contact(lead)["hubspot_owner_id"], "71", "{lead}");
    }
    scene.fake.requests();
}

#[test]
fn what_lacks_a_scope_waits_is_told_once_and_goes_out_by_itself() {
    let leads = ["101", "102", "103", "104", "105"];
    let mut scene = Scene::new(true, &leads);
    scene.fake.portal().lacks = Some((UPDATES, WRITE_CONTACTS));
    let ran = scene.run();
    assert_eq!(ran.status, 1);
    let told = "10 writes wait since 10:00 UTC: \
                the HubSpot token lacks the scope crm.objects.contacts.write; add it to the service key";
    assert_eq!(problems(&ran), [told]);
    assert_eq!(ran.json()["delivered"]["postponed"].as_array().unwrap().len(), 0, "{}", ran.all());
    let status = scene.command(&["status"]);
    assert!(status.stdout.contains(told), "{}", status.all());
    // Within the hour it is asked for less and less often.
    for _ in 0..60 {
        scene.run();
    }
    let requests = scene.fake.requests();
    let asked = requests.iter().filter(|request| request.ends_with(UPDATES)).count();
    assert!((6..=9).contains(&asked), "{asked}");
    assert_eq!(refused(&scene), 0);
    granted(&mut scene, &leads);
}

#[test]
fn a_lacking_scope_for_tasks_holds_up_no_owner() {
    let mut scene = Scene::new(true, &["101", "102"]);
    scene.fake.portal().lacks = Some(("/objects/2026-09/tasks", "crm.objects.tasks.write"));
    let ran = scene.run();
    assert!(problems(&ran)[0].contains("lacks the scope crm.objects.tasks.write"), "{}", ran.all());
    for lead in ["101", "102"] {
        assert_eq!(scene.fake.contact(lead)["hubspot_owner_id"], "71");
        assert_eq!(scene.fake.tasks(lead).len(), 0);
    }
    assert_eq!(refused(&scene), 0);
    granted(&mut scene, &["101", "102"]);
}

#[test]
fn a_read_that_lacks_a_scope_keeps_the_write_waiting() {
    let mut scene = Scene::new(true, &["101", "102"]);
    scene.fake.portal().lacks = Some(("/crm/owners", "crm.objects.owners.read"));
    let ran = scene.run();
    let told = "4 writes wait since 10:00 UTC: the HubSpot token lacks the scope crm.objects.owners.read";
    let told = problems(&ran).iter().filter(|problem| problem.starts_with(told)).count();
    assert_eq!(told, 1, "{}", ran.all());
    assert_eq!(refused(&scene), 0);
    granted(&mut scene, &["101", "102"]);
}
