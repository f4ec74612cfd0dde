//! Runs that meet: behind the lock only one works, however long it is frozen; and where the lock does not hold, because
//! somebody deleted its file, the database and the CRM's unique key still leave one task.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::scene::{Scene, count};
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;

const LEAD: &str = "101";

fn start(scene: &Scene) -> Child {
    scene.process().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn await_task(scene: &Scene) {
    let begun = Instant::now();
    while !scene
        .fake
        .portal()
        .requests
        .iter()
        .any(|request| request.starts_with("POST") && request.ends_with("/tasks"))
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "no task was sent");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(run: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &run.id().to_string()]).status().unwrap().success());
}

/// A task whose answer takes its time.
fn slow_task(scene: &Scene, fault: impl Fn(Reply) -> Fault) {
    let late = Reply::Late(Duration::from_millis(1_500), Box::new(Reply::Close));
    scene.fake.fail("POST", "/tasks", fault(late));
}

fn one_task(scene: &mut Scene) {
    scene.wait(1);
    scene.settle();
    scene.fake.requests();
    assert_eq!(scene.fake.tasks(LEAD).len(), 1);
    let db = scene.place.path("handoff.db");
    assert_eq!(count(&db, "SELECT count(*) FROM effect WHERE state <> 'done'"), 0);
}

#[test]
fn three_runs_at_once_leave_one_task() {
    for _ in 0..5 {
        let mut scene = Scene::new(true, &[LEAD]);
        let runs: Vec<Child> = (0..3).map(|_| start(&scene)).collect();
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
        one_task(&mut scene);
    }
}

#[test]
fn a_frozen_run_keeps_the_work_and_finishes_it_when_it_wakes() {
    let mut scene = Scene::new(true, &[LEAD]);
    slow_task(&scene, Fault::Done);
    let mut frozen = start(&scene);
    await_task(&scene);
    signal(&frozen, "-STOP");
    scene.fake.requests();
    assert_eq!(scene.run().status, 0, "the other leaves it the work");
    assert_eq!(scene.fake.requests(), [""; 0]);
    signal(&frozen, "-CONT");
    frozen.wait().unwrap();
    one_task(&mut scene);
}

#[test]
fn without_the_lock_the_unique_key_leaves_one_task() {
    for is_done in [true, false] {
        let mut scene = Scene::new(true, &[LEAD]);
        slow_task(&scene, if is_done { Fault::Done } else { Fault::Instead });
        let mut first = start(&scene);
        await_task(&scene);
        // Whoever comes next locks a new file, and takes the first for dead.
        std::fs::remove_file(scene.place.path("handoff.db.lock")).unwrap();
        scene.wait(1);
        let mut others = [start(&scene), start(&scene)];
        for run in &mut others {
            run.wait().unwrap();
        }
        first.wait().unwrap();
        one_task(&mut scene);
    }
}
