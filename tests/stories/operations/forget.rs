//! A person who is forgotten is in no byte of the database, and is not handed off anew by that.

use std::fs;

use crate::desk::rules;
use crate::support::Place;

const HEADER: &str = "id,email,first_name,last_name,phone,score,opted_out,modified_at\n";

/// Zenobia is known by words that stand nowhere else.
const ZENOBIA: &str = "z1,Zenobia@Palmyra.example,Zenobia,Septimia,+963115550172,80,,2026-11-23T09:30:00Z\n";
const LOU: &str = "l1,lou@client.example,Lou,Reed,,80,,2026-11-23T09:30:00Z\n";
const WORDS: [&str; 4] = ["zenobia", "septimia", "palmyra", "963115550172"];

fn write(place: &Place, rows: &[&str]) {
    place.write("contacts.csv", &format!("{HEADER}{}", rows.concat()));
}

/// A desk that has seen nobody yet.
fn desk(more: &str) -> Place {
    let place = Place::with(&format!("{}{more}", rules()), HEADER);
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.json_at("2026-11-23T09:00:00Z", 0, &["run"]);
    place
}

/// Zenobia and Lou were handed off.
fn worked() -> Place {
    let place = desk("");
    write(&place, &[ZENOBIA, LOU]);
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    place
}

/// Every file of the database that names the person.
fn traces(place: &Place) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["handoff.db", "handoff.db-wal", "handoff.db-shm", "handoff.db.lock"] {
        let Ok(bytes) = fs::read(place.path(name)) else { continue };
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        found.extend(WORDS.iter().filter(|word| text.contains(*word)).map(|word| format!("{name}: {word}")));
    }
    found
}

#[test]
fn nothing_of_a_forgotten_person_is_left_in_the_files_and_nothing_is_sent_anew() {
    let place = worked();
    assert_eq!(traces(&place).len(), 4, "the test looks where the words are");
    let sent = place.keys();

    let ran = place.handoff_at("2026-11-23T10:05:00Z", &["forget", "zenobia@palmyra.example"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("contact z1 is forgotten: 1 handoff kept"), "{}", ran.stdout);
    for left in ["file contact z1", "file task tasks.jsonl:", "file message messages.jsonl:"] {
        assert!(ran.stdout.contains(left), "{left}: {}", ran.stdout);
    }
    assert_eq!(traces(&place), [""; 0]);

    // The files still have her: nothing changed there, so nothing is read, and no reminder falls due for her.
    for now in ["2026-11-23T10:06:00Z", "2026-11-23T10:31:00Z", "2026-11-23T11:01:00Z"] {
        place.json_at(now, 0, &["run"]);
        assert_eq!(traces(&place), [""; 0], "{now}");
    }
    let keys = place.keys();
    let about_her = place.delivered().iter().filter(|(_, line)| line["contact"] == "z1").count();
    assert_eq!(about_her, 3, "the three that were out before");
    assert!(sent.iter().all(|key| keys.contains(key)));
    let status = place.json_at("2026-11-23T11:02:00Z", 0, &["status"]);
    assert_eq!(status["closed"]["cancelled"], 1, "the count stays: {status}");
    assert_eq!(status["contacts"], 2);
}

#[test]
fn a_forgotten_person_who_changes_in_the_crm_is_read_again_and_not_handed_off_for_it() {
    let place = worked();
    place.handoff_at("2026-11-23T10:05:00Z", &["forget", "zenobia@palmyra.example"]);
    place.json_at("2026-11-23T10:06:00Z", 0, &["evaluate", "--all", "--apply"]);
    let sent = place.keys();
    write(&place, &[&ZENOBIA.replace(",80,", ",90,").replace("09:30", "10:10"), LOU]);
    let report = place.json_at("2026-11-23T10:11:00Z", 0, &["run"]);
    assert_eq!(report["evaluated"]["contacts"], 1, "{report}");
    assert_eq!(place.keys(), sent);
    assert!(!traces(&place).is_empty(), "she is known again");
    let explained = place.handoff_at("2026-11-23T10:12:00Z", &["explain", "z1"]);
    assert!(explained.stdout.contains("cancelled"), "{}", explained.stdout);
}

#[test]
fn what_was_still_to_be_sent_is_cancelled() {
    let place = desk("");
    // A folder stands where the tasks go: the update is out, task and message wait.
    fs::create_dir_all(place.path("out/tasks.jsonl")).unwrap();
    write(&place, &[ZENOBIA, LOU]);
    assert_eq!(place.handoff_at("2026-11-23T10:00:00Z", &["run"]).status, 1);
    let ran = place.handoff_at("2026-11-23T10:01:00Z", &["forget", "zenobia@palmyra.example"]);
    assert!(ran.stdout.contains("2 writes cancelled"), "{}", ran.all());
    assert_eq!(traces(&place), [""; 0]);
    fs::remove_dir(place.path("out/tasks.jsonl")).unwrap();
    place.json_at("2026-11-23T10:30:00Z", 0, &["run"]);
    let tasks = place.lines("out/tasks.jsonl");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0]["contact"], "l1");
}

#[test]
fn forgetting_again_says_so_by_e_mail_and_lists_the_remains_by_id() {
    let place = worked();
    let first = place.json_at("2026-11-23T10:05:00Z", 0, &["forget", "zenobia@palmyra.example"]);
    let again = place.handoff_at("2026-11-23T10:06:00Z", &["forget", "zenobia@palmyra.example"]);
    assert_eq!(again.status, 1, "{}", again.all());
    assert!(
        again.stderr.contains("no contact has the e-mail or id 'zenobia@palmyra.example'"),
        "{}",
        again.stderr
    );
    let by_id = place.json_at("2026-11-23T10:07:00Z", 0, &["forget", "z1"]);
    assert_eq!(by_id[0]["remains"], first[0]["remains"]);
    assert_eq!(by_id[0]["cancelled"], 0);

    let nobody = Place::with(&rules(), HEADER).handoff_at("2026-11-23T10:00:00Z", &["forget", "a@b.example"]);
    assert_eq!(nobody.status, 1, "no database, nobody in it: {}", nobody.all());
}

#[test]
fn an_id_that_is_the_e_mail_is_replaced_and_known_again() {
    let place = desk("");
    let row = ZENOBIA.replace("z1,", "zenobia@palmyra.example,");
    write(&place, &[&row, LOU]);
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    let sent = place.keys();
    place.json_at("2026-11-23T10:05:00Z", 0, &["forget", "zenobia@palmyra.example"]);
    assert_eq!(traces(&place), [""; 0]);
    write(&place, &[&row.replace("09:30", "10:10").replace(",80,", ",85,"), LOU]);
    place.json_at("2026-11-23T10:11:00Z", 0, &["run"]);
    assert_eq!(place.keys(), sent, "the same person, so no second handoff");
    assert_eq!(place.json_at("2026-11-23T10:12:00Z", 0, &["status"])["contacts"], 2);
}

#[test]
fn a_row_that_was_set_aside_and_a_report_that_names_the_person_are_erased_too() {
    let place = worked();
    let db = rusqlite::Connection::open(place.path("handoff.db")).unwrap();
    db.execute_batch(
        "INSERT INTO quarantine VALUES('contacts.csv:9', 'score of zenobia@palmyra.example is no number', 1, 1); \
         INSERT INTO quarantine VALUES('contacts.csv:10', 'another', 1, 1); \
         INSERT INTO run(command, started_ms, finished_ms, good, summary) \
         VALUES('run', 1, 1, 0, '{\"problems\":[\"Zenobia Septimia cannot be written\",\"other\"]}')",
    )
    .unwrap();
    drop(db);
    place.json_at("2026-11-23T10:05:00Z", 0, &["forget", "zenobia@palmyra.example"]);
    assert_eq!(traces(&place), [""; 0]);
    let status = place.json_at("2026-11-23T10:06:00Z", 1, &["status"]);
    assert_eq!(status["quarantined"], 1, "what names nobody stays");
}

#[test]
fn a_dry_run_only_says_what_it_would_do() {
    let place = worked();
    let before = place.bytes("handoff.db");
    let ran = place.handoff_at("2026-11-23T10:05:00Z", &["forget", "zenobia@palmyra.example", "--dry-run"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("contact z1 would be forgotten"), "{}", ran.stdout);
    assert_eq!(place.bytes("handoff.db"), before);
    assert_eq!(traces(&place).len(), 4);
}

#[test]
fn a_person_who_came_with_others_of_the_company_is_named_to_them_no_more() {
    let place = desk("[bursts]\ngroup_by = \"company\"\n");
    write(&place, &[&LOU.replace("client.example", "palmyra.example"), ZENOBIA]);
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    // The task and the message cannot be written yet: they are still planned, and name her.
    place.write("out", "");
    place.handoff_at("2026-11-23T10:02:00Z", &["run"]);
    fs::remove_file(place.path("out")).unwrap();
    let ran = place.handoff_at("2026-11-23T10:02:30Z", &["forget", "zenobia@palmyra.example"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let words = |place: &Place| -> Vec<String> {
        traces(place)
            .into_iter()
            .filter(|word| word.contains("zenobia") || word.contains("septimia"))
            .collect()
    };
    assert_eq!(words(&place), [""; 0]);
    place.json_at("2026-11-23T11:00:00Z", 0, &["run"]);
    let messages = place.lines("out/messages.jsonl");
    assert_eq!(messages[0]["contact"], "l1");
    assert!(!messages[0].to_string().to_lowercase().contains("zenobia"), "{}", messages[0]);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}
