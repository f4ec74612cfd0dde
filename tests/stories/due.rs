//! `handoff explain` says how a due time came about, stretch by stretch.

use crate::support::Place;
use crate::support::definition::definition;

fn rules() -> String {
    definition(
        r#"
[crm.file]
contacts = "contacts.csv"
activity = "activity.csv"
[fields]
lead_status = "lead_status"
[[mql]]
name = "engaged"
when = { score.at_least = 50 }
sla = "standard"
[[sla]]
name = "standard"
respond_within = "4h"
[outcome]
waiting = { lead_status = "WAITING" }
[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Berlin"
shifts = ["mon-fri 09:00-17:00"]
holidays = [{ ics = "holidays.ics" }]
away = [{ ics = "ana.ics" }, "2026-04-08T09:00..2026-04-08T10:30"]
[[team]]
name = "inbound"
members = [{ rep = "ana@acme.example" }]
off_shift = "assign"
"#,
    )
}

const HOLIDAYS: &str = "BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260330
SUMMARY;LANGUAGE=en:Founders\\, Fools and Friends Day
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
";

/// A free Friday and Saturday, every Wednesday from eleven to noon, and an afternoon in Lisbon's time.
const ABSENCES: &str = "BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260410
DTEND;VALUE=DATE:20260412
SUMMARY:None of your business
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260107T110000
DTEND;TZID=Europe/Berlin:20260107T120000
RRULE:FREQ=WEEKLY;BYDAY=WE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Lisbon:20260409T080000
DTEND;TZID=Europe/Lisbon:20260409T150000
END:VEVENT
END:VCALENDAR
";

/// Kim is handed off at this time.
fn desk(at: &str) -> Place {
    let place = Place::with(&rules(), "id,email,score,lead_status\n");
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.write("holidays.ics", HOLIDAYS);
    place.write("ana.ics", ABSENCES);
    place.json_at("2026-03-02T09:00:00Z", 0, &["run"]);
    run(&place, at, "NEW");
    place
}

fn run(place: &Place, at: &str, status: &str) {
    place.write("contacts.csv", &format!("id,email,score,lead_status\nkim,kim@client.example,60,{status}\n"));
    place.json_at(at, 0, &["run"]);
}

/// The lines of the explanation from the SLA's on.
fn account(place: &Place, at: &str) -> Vec<String> {
    let explained = place.handoff_at(at, &["explain", "kim"]);
    assert_eq!(explained.status, 0, "{}", explained.all());
    let lines = explained.stdout.lines().skip_while(|line| !line.contains("by 'standard'"));
    lines.take_while(|line| !line.starts_with("  why:")).map(str::to_owned).collect()
}

#[test]
fn over_a_night_a_weekend_a_change_of_clocks_and_a_holiday_each_stretch_is_told_with_its_reason() {
    let place = desk("2026-03-27T14:30:00Z");
    assert_eq!(
        account(&place, "2026-03-27T14:31:00Z"),
        [
            "  4h by 'standard' on the working time of ana@acme.example (Europe/Berlin), from Fri 27 Mar 15:30 CET",
            "    Fri 27 Mar 15:30 CET – Fri 27 Mar 17:00 CET: 1h30m counts",
            "    Fri 27 Mar 17:00 CET – Sat 28 Mar 00:00 CET: 7h does not: night",
            "    Sat 28 Mar 00:00 CET – Mon 30 Mar 00:00 CEST: 1d23h does not: weekend",
            "    Mon 30 Mar 00:00 CEST – Tue 31 Mar 00:00 CEST: 1d does not: holiday, Founders, Fools and Friends Day",
            "    Tue 31 Mar 00:00 CEST – Tue 31 Mar 09:00 CEST: 9h does not: night",
            "    Tue 31 Mar 09:00 CEST – Tue 31 Mar 11:30 CEST: 2h30m counts",
            "    1h30m + 2h30m = 4h: due Tue 31 Mar 11:30 CEST",
        ]
    );
    let explained = place.json_at("2026-03-27T14:31:00Z", 0, &["explain", "kim"]);
    let handoff = &explained[0]["handoffs"][0];
    assert_eq!(handoff["due"], "2026-03-31T09:30:00Z");
    assert_eq!(handoff["due_account"]["due"], handoff["due"], "the stored time is the one that is explained");
    assert_eq!(
        handoff["due_account"]["stretches"][3],
        serde_json::json!({
            "from": "2026-03-29T22:00:00Z", "until": "2026-03-30T22:00:00Z", "seconds": 86_400,
            "counts": false, "why": "holiday, Founders, Fools and Friends Day",
        })
    );
}

#[test]
fn absences_by_hour_and_from_a_calendar_file_all_day_timed_and_recurring_do_not_count() {
    let place = desk("2026-04-08T06:00:00Z");
    assert_eq!(
        account(&place, "2026-04-08T06:01:00Z")[1..],
        [
            "    Wed 8 Apr 08:00 CEST – Wed 8 Apr 09:00 CEST: 1h does not: night",
            "    Wed 8 Apr 09:00 CEST – Wed 8 Apr 10:30 CEST: 1h30m does not: absence",
            "    Wed 8 Apr 10:30 CEST – Wed 8 Apr 11:00 CEST: 30m counts",
            "    Wed 8 Apr 11:00 CEST – Wed 8 Apr 12:00 CEST: 1h does not: absence",
            "    Wed 8 Apr 12:00 CEST – Wed 8 Apr 15:30 CEST: 3h30m counts",
            "    30m + 3h30m = 4h: due Wed 8 Apr 15:30 CEST",
        ]
    );
    let place = desk("2026-04-08T14:00:00Z");
    assert_eq!(
        account(&place, "2026-04-08T14:01:00Z")[1..],
        [
            "    Wed 8 Apr 16:00 CEST – Wed 8 Apr 17:00 CEST: 1h counts",
            "    Wed 8 Apr 17:00 CEST – Thu 9 Apr 09:00 CEST: 16h does not: night",
            "    Thu 9 Apr 09:00 CEST – Thu 9 Apr 16:00 CEST: 7h does not: absence",
            "    Thu 9 Apr 16:00 CEST – Thu 9 Apr 17:00 CEST: 1h counts",
            "    Thu 9 Apr 17:00 CEST – Fri 10 Apr 00:00 CEST: 7h does not: night",
            "    Fri 10 Apr 00:00 CEST – Sun 12 Apr 00:00 CEST: 2d does not: absence",
            "    Sun 12 Apr 00:00 CEST – Mon 13 Apr 00:00 CEST: 1d does not: weekend",
            "    Mon 13 Apr 00:00 CEST – Mon 13 Apr 09:00 CEST: 9h does not: night",
            "    Mon 13 Apr 09:00 CEST – Mon 13 Apr 11:00 CEST: 2h counts",
            "    1h + 1h + 2h = 4h: due Mon 13 Apr 11:00 CEST",
        ]
    );
}

#[test]
fn a_pause_is_told_while_it_lasts_and_afterwards_and_a_new_definition_changes_nothing_of_it() {
    let place = desk("2026-04-07T07:00:00Z");
    run(&place, "2026-04-07T08:00:30Z", "WAITING");
    let waiting = [
        "    Tue 7 Apr 09:00 CEST – Tue 7 Apr 10:00:30 CEST: 1h30s counts",
        "    Tue 7 Apr 10:00:30 CEST – Tue 7 Apr 11:00 CEST: 59m30s does not: the CRM's fields said waiting",
        "    1h30s, of 4h: no due time while it stands like this",
    ];
    assert_eq!(account(&place, "2026-04-07T09:00:00Z")[1..], waiting);
    place.replace("rules.toml", "09:00-17:00", "07:00-15:00");
    place.replace("rules.toml", "respond_within = \"4h\"", "respond_within = \"1h\"");
    run(&place, "2026-04-07T10:00:00Z", "NEW");
    assert_eq!(
        account(&place, "2026-04-07T10:01:00Z")[1..],
        [
            waiting[0],
            "    Tue 7 Apr 10:00:30 CEST – Tue 7 Apr 12:00 CEST: 1h59m30s does not: the CRM's fields said waiting",
            "    Tue 7 Apr 12:00 CEST – Tue 7 Apr 14:59:30 CEST: 2h59m30s counts",
            "    1h30s + 2h59m30s = 4h: due Tue 7 Apr 14:59:30 CEST",
        ]
    );
}

#[test]
fn a_wall_clock_counts_every_minute() {
    let place =
        Place::with(&rules().replace("\"4h\"", "\"4h\"\nclock = \"wall\""), "id,email,score,lead_status\n");
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.write("holidays.ics", HOLIDAYS);
    place.write("ana.ics", ABSENCES);
    place.json_at("2026-03-02T09:00:00Z", 0, &["run"]);
    run(&place, "2026-03-27T14:30:00Z", "NEW");
    assert_eq!(
        account(&place, "2026-03-27T14:31:00Z"),
        [
            "  4h by 'standard' on the wall clock of ana@acme.example (Europe/Berlin), from Fri 27 Mar 15:30 CET",
            "    Fri 27 Mar 15:30 CET – Fri 27 Mar 19:30 CET: 4h counts",
            "    4h: due Fri 27 Mar 19:30 CET",
        ]
    );
}
