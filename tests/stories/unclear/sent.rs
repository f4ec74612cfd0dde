//! Of a contact that is unclear nothing is sent, and no step of its SLA is done.

use super::*;

/// A folder where a file would be written: whatever goes there waits.
fn block(place: &Place, file: &str) {
    fs::create_dir_all(place.path(file)).expect("a folder");
}

fn unblock(place: &Place, file: &str) {
    fs::remove_dir(place.path(file)).expect("an empty folder");
}

#[test]
fn no_step_of_the_sla_is_done_while_its_contact_is_unclear() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "")]);
    let sent = place.lines("out/messages.jsonl").len();
    // The reminder, the manager and the next rep are all due by noon.
    for at in ["2026-11-23T10:31:00Z", "2026-11-23T11:01:00Z", "2026-11-23T12:01:00Z"] {
        let report = export_and_run(&place, at, &[("kim", "60", "perhaps")]);
        assert_eq!(report["escalated"].as_array().map(Vec::len), Some(0), "{at}: {report}");
    }
    assert_eq!((place.lines("out/messages.jsonl").len(), tasks(&place, "kim")), (sent, 1));
    let report = export_and_run(&place, "2026-11-23T12:02:00Z", &[("kim", "60", "no")]);
    assert_eq!(report["escalated"][0]["what"], "reassign", "{report}");
    assert_eq!(tasks(&place, "kim"), 2);
}

#[test]
fn a_message_that_waits_for_the_chat_alone_is_not_sent_while_its_contact_is_unclear() {
    let place = open_desk("");
    block(&place, "out/messages.jsonl");
    place.write("contacts.csv", &csv(&[("kim", "60", "")]));
    place.handoff_at("2026-11-23T10:00:00Z", &["run"]);
    assert_eq!(tasks(&place, "kim"), 1);
    unblock(&place, "out/messages.jsonl");
    for at in ["2026-11-23T10:20:00Z", "2026-11-23T10:21:00Z"] {
        export_and_run(&place, at, &[("kim", "60", "perhaps")]);
        assert!(!place.exists("out/messages.jsonl"), "{at}");
    }
    for at in ["2026-11-23T10:22:00Z", "2026-11-23T10:23:00Z"] {
        export_and_run(&place, at, &[("kim", "60", "no")]);
        assert_eq!(place.lines("out/messages.jsonl").len(), 1, "{at}");
    }
}

/// Nothing changed since this run read the file, so it is not read again: what it read counts.
#[test]
fn an_owner_that_waits_for_the_crm_is_not_written_for_whom_this_run_read_as_out_or_unclear() {
    for (out, mended) in [("perhaps", 1), ("yes", 0)] {
        let place = open_desk("");
        block(&place, "out/contacts.jsonl");
        place.write("contacts.csv", &csv(&[("kim", "60", "")]));
        place.handoff_at("2026-11-23T10:00:00Z", &["run"]);
        unblock(&place, "out/contacts.jsonl");
        place.write("contacts.csv", &csv(&[("kim", "60", out)]));
        let file = fs::File::options().append(true).open(place.path("contacts.csv")).expect("contacts.csv");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)).expect("a time");
        place.json_at("2026-11-23T10:20:00Z", 0, &["run"]);
        assert!(!place.exists("out/contacts.jsonl") && tasks(&place, "kim") == 0, "{out}");
        if out == "perhaps" {
            export_and_run(&place, "2026-11-23T10:21:00Z", &[("kim", "60", "no")]);
        }
        assert_eq!(tasks(&place, "kim"), mended, "{out}");
    }
}
