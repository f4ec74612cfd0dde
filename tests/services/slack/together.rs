//! Runs that meet: behind the lock one works; where the lock does not hold, because somebody deleted its file, the database
//! and the look for what may be there still leave one message.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::desk::{Desk, TEN};
use crate::support::http_server::Reply;
use crate::support::slack::fake::{Script, TOKEN};

const MINUTE_LATER: &str = "2026-11-23T10:01:00Z";

fn start(desk: &Desk, at: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_handoff"))
        .args(["run", "--deadline", "10"])
        .current_dir(desk.place.path(""))
        .env("HANDOFF_NOW", at)
        .env("HANDOFF_SLACK_TOKEN", TOKEN)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn await_message(desk: &Desk) {
    let begun = Instant::now();
    while desk.slack.calls("chat.postMessage").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no message was sent");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs until nothing is left to send, looked for twice where need be.
fn one_message(desk: &Desk) {
    for minute in [4, 6, 8, 10, 26] {
        desk.run(&format!("2026-11-23T10:{minute:02}:00Z"));
    }
    assert_eq!(desk.run("2026-11-23T10:28:00Z").status, 0, "it came to rest");
    let keys: Vec<_> = desk
        .slack
        .messages()
        .iter()
        .map(|message| message.body["metadata"]["event_payload"]["key"].clone())
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(desk.place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn three_runs_at_once_leave_one_message() {
    let desk = Desk::open();
    desk.lead();
    let runs: Vec<Child> = (0..3).map(|_| start(&desk, TEN)).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    assert_eq!(desk.slack.calls("chat.postMessage").len(), 1);
    one_message(&desk);
}

#[test]
fn without_the_lock_and_without_the_answer_there_is_one_message() {
    for is_done in [true, false] {
        let desk = Desk::open();
        let late = Reply::Late(Duration::from_millis(1_500), Box::new(Reply::Close));
        let script = if is_done { Script::After(late) } else { Script::Instead(late) };
        desk.slack.script("chat.postMessage", script);
        desk.lead();
        let mut first = start(&desk, TEN);
        await_message(&desk);
        // Whoever comes next locks a new file, and takes the first for dead.
        std::fs::remove_file(desk.place.path("handoff.db.lock")).unwrap();
        let mut others = [start(&desk, MINUTE_LATER), start(&desk, MINUTE_LATER)];
        for run in &mut others {
            run.wait().unwrap();
        }
        first.wait().unwrap();
        one_message(&desk);
        assert_eq!(desk.slack.calls("chat.postMessage").len(), if is_done { 1 } else { 2 });
    }
}
