//! Calendars as people's programs export them, one rep's, on a day with a lead: Ana has the turn, and Bo takes it when she is
//! away. Whatever is wrong with a calendar, the lead is handed off.

mod second;
mod web;

use crate::support::Place;
use crate::support::definition::definition;

const DESK: &str = r#"
[crm.file]
contacts = "contacts.csv"
[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Berlin"
shifts = ["mon-fri 09:00-17:00"]
away = { ics = "ana.ics" }
[[rep]]
name = "Bo"
email = "bo@acme.example"
timezone = "Europe/Berlin"
shifts = ["mon-fri 09:00-17:00"]
[[team]]
name = "inbound"
members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]
"#;

const ANA: &str = "ana@acme.example";
const BO: &str = "bo@acme.example";

const NOW: &str = "2026-11-23T10:00:00Z";

fn desk(bytes: &[u8]) -> Place {
    let place = Place::with(&definition(DESK), "id,score\nbefore,1\n");
    std::fs::write(place.path("ana.ics"), bytes).unwrap();
    place
}

/// A calendar with this in it, and an absence ahead.
fn calendar(inside: &str) -> String {
    let ahead = "BEGIN:VEVENT\r\nUID:ahead\r\nDTSTART;VALUE=DATE:20270105\r\nEND:VEVENT\r\n";
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\n{ahead}END:VCALENDAR\r\n", inside.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT"))
}

/// Who is given the lead of this Monday, eleven o'clock in Berlin.
fn rep(place: &Place) -> String {
    place.json_at("2026-11-23T09:00:00Z", 0, &["run"]);
    place.write("contacts.csv", "id,score\nbefore,1\nlead,60\n");
    let report = place.json_at(NOW, 0, &["run"]);
    report["handed_off"][0]["owner_email"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_a_program_exports_is_read() {
    let series = "DTSTART;VALUE=DATE:20261102\nRRULE:FREQ=DAILY;UNTIL=20261127\n";
    let custom = "BEGIN:VTIMEZONE\nTZID:Büro\nBEGIN:STANDARD\nDTSTART:16011028T030000\nTZOFFSETFROM:+0200\n\
                  TZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
                  DTSTART:16010325T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
                  RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
                  DTSTART;TZID=Büro:20261123T100000\nDTEND;TZID=Büro:20261123T123000\nEND:VEVENT";
    let standups: Vec<String> = (0..12)
        .map(|n| {
            format!(
                "BEGIN:VEVENT\nUID:s{n}\nDTSTART;TZID=Europe/Berlin:20150105T{:02}0000\nDURATION:PT30M\n\
                 RRULE:FREQ=DAILY\nEND:VEVENT\n",
                9 + n % 7
            )
        })
        .collect();
    for (id, inside, is_away) in [
        ("C1", event("DTSTART;TZID=W. Europe Standard Time:20261123T100000\nDURATION:PT2H"), true),
        ("C1", event("DTSTART;TZID=W. Europe Standard Time:20120305T100000\nDURATION:PT2H"), false),
        ("C2", calendar(custom), true),
        ("C2", event("DTSTART;TZID=Europe/Berlin\0\0:20261123T100000\nDURATION:PT2H"), true),
        ("C3", calendar(&standups.concat()), true),
        ("C4", event(&format!("{series}EXDATE;TZID=Europe/Berlin:20261123T000000")), false),
        ("C4", event(&format!("{series}EXDATE;TZID=Europe/Berlin:20261124T000000")), true),
        ("C5", event("SUMMARY:Birthday\nDTSTART;VALUE=DATE:20261123\nTRANSP:TRANSPARENT"), false),
        (
            "C6",
            event("DTSTART;VALUE=DATE:20261123\nATTENDEE;PARTSTAT=DECLINED:mailto:Ana@acme.example"),
            false,
        ),
        ("C6", event("DTSTART;VALUE=DATE:20261123\nATTENDEE;PARTSTAT=DECLINED:mailto:bo@acme.example"), true),
        (
            "C8",
            calendar(
                "X-WR-TIMEZONE:America/New_York\nBEGIN:VEVENT\nDTSTART:20261123T040000\nDURATION:PT2H\nEND:VEVENT",
            ),
            true,
        ),
        (
            "C8",
            calendar(
                "X-WR-TIMEZONE:America/New_York\nBEGIN:VEVENT\nDTSTART:20261123T100000\nDURATION:PT2H\nEND:VEVENT",
            ),
            false,
        ),
        ("C9", event("DESCRIPTION:Agenda\nStatus: cancelled\nDTSTART;VALUE=DATE:20261123"), true),
    ] {
        let place = desk(inside.as_bytes());
        let taken_by = if is_away { BO } else { ANA };
        assert_eq!(rep(&place), taken_by, "{id}: {inside}");
        let check = place.handoff_at(NOW, &["check", "--deny", "warnings"]);
        assert_eq!((check.status, check.stdout.as_str()), (0, ""), "{id}");
    }
}

#[test]
fn a_fold_that_cuts_a_character_is_read() {
    let text = event("SUMMARY:Müller\nDTSTART;VALUE=DATE:20261123");
    let (before, after) = text.split_once('ü').unwrap();
    let bytes = [before.as_bytes(), b"\xC3\r\n \xBC", after.as_bytes()].concat();
    assert_eq!(rep(&desk(&bytes)), BO, "C7");
}

#[test]
fn an_event_that_cannot_be_read_is_set_aside_and_told() {
    for (lines, why) in [
        (
            "DTSTART;VALUE=DATE:20210101\nDTEND:20210101T050001Z",
            "line 6: DTEND '20210101T050001Z' does not fit",
        ),
        ("DTSTART;VALUE=DATE:20261102\nRRULE:FREQ=WEEKLY;BYDAY=", "line 6: the rule 'FREQ=WEEKLY;BYDAY='"),
        (
            "DTSTART;TZID=Mein Büro:20261123T100000",
            "line 5: the time zone 'Mein Büro' is no zone that is known",
        ),
        (
            "DTSTART;VALUE=DATE:20261123\nRRULE:FREQ=MINUTELY",
            "line 6: the rule 'FREQ=MINUTELY' recurs too often",
        ),
    ] {
        let place = desk(event(lines).as_bytes());
        assert_eq!(rep(&place), ANA, "{lines}");
        let check = place.handoff_at(NOW, &["check"]);
        assert_eq!(check.status, 0, "a warning: {}", check.stdout);
        assert!(
            check.stdout.contains("warning[H022]: calendar ana.ics: an entry cannot be read"),
            "{}",
            check.stdout
        );
        assert!(check.stdout.contains(why), "{}", check.stdout);
        let status = place.json_at(NOW, 0, &["status"]);
        assert!(status["set_aside"][0].as_str().unwrap().contains(why), "{status}");
        assert!(place.handoff_at(NOW, &["run", "-v"]).stderr.contains(why));
        assert!(!place.handoff_at(NOW, &["run"]).stderr.contains(why));
    }
}

#[test]
fn a_calendar_that_is_lost_stops_no_run_and_is_told_until_it_is_back() {
    for (text, why) in [
        (Some("<html>Sign in</html>"), "ana.ics: not an iCalendar file"),
        (Some(""), "ana.ics: not an iCalendar file"),
        (None, "cannot read 'ana.ics'"),
    ] {
        let place = desk(b"");
        match text {
            Some(text) => place.write("ana.ics", text),
            None => std::fs::remove_file(place.path("ana.ics")).unwrap(),
        }
        assert_eq!(rep(&place), ANA);
        let check = place.handoff_at(NOW, &["check"]);
        assert_eq!(check.status, 1);
        assert!(check.stdout.contains(why), "{}", check.stdout);
        assert!(place.handoff_at(NOW, &["run", "-v"]).stderr.contains(why));
        let status = place.json_at(NOW, 1, &["status"]);
        assert!(status["attention"][0].as_str().unwrap().contains(why), "{status}");
        place.write("ana.ics", &event("DTSTART;VALUE=DATE:20261123"));
        place.json_at(NOW, 0, &["status"]);
    }
}

#[test]
fn a_calendar_that_has_come_to_its_end_is_told() {
    let old =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20231226\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let place = desk(old.as_bytes());
    assert_eq!(rep(&place), ANA);
    let check = place.handoff_at(NOW, &["check"]);
    let said = "warning[H024]: calendar ana.ics has nothing ahead: its last event begins on 2023-12-26";
    assert!(check.stdout.contains(said), "C10: {}", check.stdout);
    let status = place.json_at(NOW, 0, &["status"]);
    assert!(status["set_aside"][0].as_str().unwrap().contains("ana.ics has nothing ahead"), "{status}");
}

/// What `check` says of Ana with this instead of her zone and shifts.
fn said_of(hours: &str) -> String {
    let place = desk(event("DTSTART;VALUE=DATE:20261123").as_bytes());
    let own = "timezone = \"Europe/Berlin\"\nshifts = [\"mon-fri 09:00-17:00\"]\naway";
    place.replace("rules.toml", own, &format!("{hours}\naway"));
    place.handoff_at(NOW, &["check"]).stdout
}

#[test]
fn a_zone_by_another_name_leads_to_a_place_of_it() {
    for (zone, place) in [
        ("CST", "'America/Chicago'"),
        ("PST", "'America/Los_Angeles'"),
        ("GMT+1", "'Europe/Berlin'"),
        ("UTC-5", "'America/New_York'"),
        ("W. Europe Standard Time", "'Europe/Berlin'"),
    ] {
        let said = said_of(&format!("timezone = \"{zone}\""));
        assert!(said.contains("error[H005]: unknown time zone") && said.contains(place), "C11: {said}");
    }
    for zone in ["EST", "MST", "Etc/GMT+5"] {
        let said = said_of(&format!("timezone = \"{zone}\""));
        assert!(
            said.contains("is no place, so its clocks never change") && said.contains("'America/"),
            "{said}"
        );
    }
}

#[test]
fn a_shift_that_leaves_out_the_last_minute_is_told() {
    let said = said_of("timezone = \"Europe/Berlin\"\nshifts = [\"daily 00:00-23:59\"]");
    assert!(said.contains("warning[H005]: `shifts`: the last minute of the day is left out"), "C12: {said}");
    assert_eq!(said_of("timezone = \"Europe/Berlin\"\nshifts = [\"daily 00:00-24:00\"]"), "");
}
