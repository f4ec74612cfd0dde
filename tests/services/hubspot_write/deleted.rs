//! A rep who deletes the task has seen it.

use serde_json::json;

use super::scene::{Scene, count};
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;

const TASKS: &str = "/tasks/batch/read";

/// Two reps, and a lead that goes to the other when the first lets an hour pass.
fn scene() -> (Scene, String) {
    let mut scene = Scene::new(true, &["101"]);
    let bo = r#"[[rep]]
name = "Bo Lind"
email = "bo@acme.example"
timezone = "Europe/Lisbon"
shifts = ["mon-fri 09:00-17:30"]
[[team]]"#;
    scene.place.replace("rules.toml", "[[team]]", bo);
    let members = r#"members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]"#;
    scene.place.replace("rules.toml", r#"members = [{ rep = "ana@acme.example" }]"#, members);
    let steps = "respond_within = \"1h\"\nstep = [{ at = \"50%\", do = \"remind\" }, { at = \"100%\", do = \"reassign\" }]";
    scene.place.replace("rules.toml", "respond_within = \"1h\"", steps);
    scene.fake.portal().owners.push((72, "bo@acme.example", false));
    assert_eq!(scene.run().status, 0);
    let task = scene.fake.tasks("101")[0].0.clone();
    (scene, task)
}

/// What is told of it, and how many steps are done, in runs over two hours.
fn two_hours(scene: &mut Scene) -> (Vec<String>, usize) {
    let (mut outcomes, mut steps) = (Vec::new(), 0);
    for _ in 0..13 {
        let ran = scene.run();
        assert_eq!(ran.status, 0, "{}", ran.all());
        outcomes.extend(Scene::outcomes(&ran));
        steps += ran.json()["escalated"].as_array().unwrap().len();
        scene.wait(9);
    }
    (outcomes, steps)
}

fn tasks_made(scene: &Scene) -> usize {
    let made = scene.fake.requests();
    made.iter()
        .filter(|request| {
            request.starts_with("POST") && request.contains("/tasks") && !request.contains("read")
        })
        .count()
}

#[test]
fn a_rep_who_deletes_the_task_is_not_blamed_and_it_is_not_made_again() {
    let (mut scene, task) = scene();
    assert_eq!(tasks_made(&scene), 1);
    scene.wait(5);
    scene.fake.portal().delete("tasks", &task);
    let (outcomes, steps) = two_hours(&mut scene);
    assert_eq!(outcomes, [format!("touched (task_deleted in HubSpot task {task} (strength 1))")]);
    assert_eq!((steps, tasks_made(&scene)), (0, 0));
    let owner = scene.fake.contact("101")["hubspot_owner_id"].clone();
    assert_eq!(owner, json!("71"), "it went to somebody else");
    assert_eq!(count(&scene.place.path("handoff.db"), "SELECT count(*) FROM effect WHERE kind = 'task'"), 1);
}

#[test]
fn a_task_that_stays_is_escalated_as_before() {
    let (mut scene, _) = scene();
    let (outcomes, steps) = two_hours(&mut scene);
    // A reminder and another rep, twice.
    assert_eq!((outcomes.len(), steps), (0, 4));
    assert!(tasks_made(&scene) >= 2);
}

#[test]
fn a_task_of_a_minute_ago_that_is_not_to_be_seen_is_not_taken_for_deleted() {
    let (mut scene, _) = scene();
    let empty = || Fault::Instead(Reply::json(200, &json!({"status": "COMPLETE", "results": []})));
    scene.fake.fail("POST", TASKS, empty());
    assert_eq!(Scene::outcomes(&scene.run()), Vec::<String>::new());
    assert!(scene.fake.requests().iter().any(|request| request.ends_with(TASKS)));
    assert_eq!(Scene::outcomes(&scene.run()), Vec::<String>::new());
}

#[test]
fn a_task_that_cannot_be_read_is_not_taken_for_deleted() {
    let (mut scene, task) = scene();
    scene.wait(10);
    let internal = json!({"status": "error", "category": "INTERNAL_ERROR", "message": "internal error"});
    let unread = json!({"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [internal]});
    let nameless = json!({"status": "COMPLETE", "results": [{"properties": {}}]});
    for answer in [Reply::json(207, &unread), Reply::json(200, &nameless)] {
        scene.fake.fail("POST", TASKS, Fault::Instead(answer));
        assert_eq!(Scene::outcomes(&scene.run()), Vec::<String>::new());
    }
    assert!(scene.fake.portal().faults.is_empty());
    // In the archive it is as good as deleted.
    let archived =
        json!({"status": "COMPLETE", "results": [{"id": task, "archived": true, "properties": {}}]});
    scene.fake.fail("POST", TASKS, Fault::Instead(Reply::json(200, &archived)));
    assert_eq!(Scene::outcomes(&scene.run()).len(), 1);
}

#[test]
fn a_rep_who_tidies_up_after_it_went_to_another_has_not_touched_it_for_the_other() {
    let (mut scene, task) = scene();
    scene.wait(60);
    for _ in 0..3 {
        let moving = Reply::json(477, &json!({"message": "the account is being moved"}));
        scene.fake.fail("POST", "/tasks", Fault::Instead(moving));
    }
    scene.run();
    assert_eq!(scene.fake.contact("101")["hubspot_owner_id"], json!("72"));
    assert_eq!(scene.fake.tasks("101").len(), 1, "the other's task is not there yet");
    scene.fake.portal().delete("tasks", &task);
    for _ in 0..4 {
        assert_eq!(Scene::outcomes(&scene.run()), Vec::<String>::new());
    }
    assert_eq!(scene.fake.tasks("101").len(), 1, "the other's task");
}
