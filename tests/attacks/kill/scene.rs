//! Sixty contacts on their way from handoff to escalation, reassignment and outcome, and what must hold of them at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::Connection;

use crate::support::Place;
use crate::support::process::RUN;

/// The moments of the scene: handed off, reminded, notified and acted on, reassigned, reminded again.
pub(crate) const PHASES: [&str; 5] = [
    "2026-11-23T10:00:00Z",
    "2026-11-23T10:06:00Z",
    "2026-11-23T10:11:00Z",
    "2026-11-23T10:21:00Z",
    "2026-11-23T10:27:00Z",
];

/// Contacts that change their score so that they qualify, and those that do from the start.
const CONTACTS: u32 = 60;

const RULES: &str = r#"version = 1
[crm.file]
contacts = "contacts.csv"
activity = "activity.csv"
[chat.file]
path = "out/messages.jsonl"
[[mql]]
name = "engaged"
when = { score.at_least = 50 }
sla = "hot"
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[rep]]
name = "Bo"
email = "bo@acme.example"
[[rep]]
name = "Cy"
email = "cy@acme.example"
[[team]]
name = "inbound"
pick = "round_robin"
members = [{ rep = "ana@acme.example", weight = 2 }, { rep = "bo@acme.example" }, { rep = "cy@acme.example" }]
manager = "lee@acme.example"
[[route]]
name = "All"
to = { team = "inbound" }
[[sla]]
name = "hot"
respond_within = "10m"
clock = "wall"
step = [
  { at = "50%", do = "remind" },
  { at = "100%", do = "notify", to = "manager" },
  { at = "200%", do = "reassign" },
]
[outcome.write]
handed_off = { lead_status = "NEW" }
accepted = { lifecycle_stage = "salesqualifiedlead" }
"#;

pub(crate) fn place() -> Place {
    Place::with(RULES, "")
}

/// Every third contact stays below the bar; a few rise above it only in the second phase.
fn score(id: u32, phase: usize) -> u32 {
    match id % 6 {
        0 | 3 => 10,
        1 if phase == 0 => 20,
        _ => 80,
    }
}

fn is_handed_off(id: u32) -> bool {
    score(id, PHASES.len()) >= 50
}

/// The files as the CRM has them in this phase.
pub(crate) fn start_phase(place: &Place, phase: usize) {
    let mut contacts = String::from("id,email,last_name,score,modified_at\n");
    for id in 1..=CONTACTS {
        let moment = if phase > 0 && id % 6 == 1 { "10:05" } else { "09:00" };
        let score = score(id, phase);
        writeln!(contacts, "{id},p{id}@shop{id}.example,Number {id},{score},2026-11-23T{moment}:00Z")
            .unwrap();
    }
    place.write("contacts.csv", &contacts);
    let mut activity = String::from("at,contact,by,kind,note\n");
    if phase >= 2 {
        activity += "2026-11-23T10:08:00Z,2,,call,left a message\n";
        activity += "2026-11-23T10:09:00Z,4,,accepted,\n2026-11-23T10:09:30Z,5,,rejected,no budget\n";
    }
    place.write("activity.csv", &activity);
}

/// Runs until a run delivers nothing more.
pub(crate) fn run_until_quiet(place: &Place, now: &str) {
    const RUNS_MAX: u32 = 10;
    // As bytes: a run that was killed may have left a line half written.
    let files = || {
        let names = ["out/contacts.jsonl", "out/tasks.jsonl", "out/messages.jsonl"];
        names.map(|name| place.exists(name).then(|| place.bytes(name)))
    };
    for _ in 0..RUNS_MAX {
        let before = files();
        let ran = place.handoff_at(now, RUN);
        assert_eq!(ran.status, 0, "{}", ran.all());
        place.keys();
        if files() == before {
            return;
        }
    }
    panic!("after {RUNS_MAX} runs there is still something new");
}

/// What the scene delivers when nothing goes wrong.
pub(crate) fn keys_undisturbed() -> Vec<String> {
    let place = place();
    for (phase, now) in PHASES.iter().enumerate() {
        start_phase(&place, phase);
        run_until_quiet(&place, now);
    }
    let keys = place.keys();
    is_whole(&place, &keys);
    keys
}

/// Everything that must hold at the end of the scene. Returns how many effects had been in flight when a run died.
pub(crate) fn is_whole(place: &Place, expected: &[String]) -> u32 {
    assert_eq!(place.keys(), expected, "lost or doubled");
    let mut first_tasks: BTreeMap<u32, u32> = BTreeMap::new();
    let mut messages = first_tasks.clone();
    for (file, line) in place.delivered() {
        let contact = line["contact"].as_str().unwrap().parse().unwrap();
        let key = line["key"].as_str().unwrap();
        match file {
            "tasks" if key.ends_with("t1") => *first_tasks.entry(contact).or_default() += 1,
            "messages" if line["kind"] == "message" => *messages.entry(contact).or_default() += 1,
            _ => {}
        }
    }
    let once: BTreeMap<u32, u32> = (1..=CONTACTS).filter(|id| is_handed_off(*id)).map(|id| (id, 1)).collect();
    assert_eq!(first_tasks, once);
    assert_eq!(messages, once);
    of_database(place)
}

fn of_database(place: &Place) -> u32 {
    let db = Connection::open(place.path("handoff.db")).unwrap();
    let number = |sql: &str| -> u32 { db.query_row(sql, [], |row| row.get(0)).unwrap() };
    let integrity: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    assert_eq!(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(number("SELECT count(*) FROM effect WHERE state NOT IN ('done', 'cancelled')"), 0);
    number("SELECT count(*) FROM effect WHERE unsure = 1")
}
