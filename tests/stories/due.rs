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
            "    Sat 28 Mar 00:00 CET – Mon 30 Mar 00:00 CEST: 1d23h does not: weekend (the clocks go forward 1h on Sun 29 Mar)",
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
    let weekend = &handoff["due_account"]["stretches"][2];
    assert_eq!(weekend["clocks"], "the clocks go forward 1h on Sun 29 Mar");
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

/// Seven hours of a rep with these shifts in this zone, told from the line after the first.
fn seven_hours(zone: &str, shifts: &str, at: &str) -> Vec<String> {
    let rules = rules().replace("\"4h\"", "\"7h\"").replace("Europe/Berlin", zone);
    let rules = rules
        .replace("mon-fri 09:00-17:00", shifts)
        .replace("2026-04-08T09:00..2026-04-08T10:30", "2026-01-01");
    let place = Place::with(&rules, "id,email,score,lead_status\n");
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.write("holidays.ics", &HOLIDAYS.replace("20260330", "20260501"));
    place.write("ana.ics", ABSENCES);
    place.json_at("2026-03-02T09:00:00Z", 0, &["run"]);
    run(&place, at, "NEW");
    account(&place, at)[1..].to_vec()
}

#[test]
fn a_change_of_clocks_is_told_in_the_stretch_that_holds_it_and_nowhere_else() {
    for (zone, shifts, at, told) in [
        (
            "Europe/Berlin",
            "mon-fri 09:00-17:00",
            "2026-10-23T12:00:00Z",
            &[
                "    Fri 23 Oct 14:00 CEST – Fri 23 Oct 17:00 CEST: 3h counts",
                "    Fri 23 Oct 17:00 CEST – Sat 24 Oct 00:00 CEST: 7h does not: night",
                "    Sat 24 Oct 00:00 CEST – Mon 26 Oct 00:00 CET: 2d1h does not: weekend (the clocks go back 1h on Sun 25 Oct)",
                "    Mon 26 Oct 00:00 CET – Mon 26 Oct 09:00 CET: 9h does not: night",
                "    Mon 26 Oct 09:00 CET – Mon 26 Oct 13:00 CET: 4h counts",
                "    3h + 4h = 7h: due Mon 26 Oct 13:00 CET",
            ][..],
        ),
        (
            "Europe/Berlin",
            "sat 22:00-06:00",
            "2026-03-28T21:00:00Z",
            &[
                "    Sat 28 Mar 22:00 CET – Sun 29 Mar 06:00 CEST: 7h counts (the clocks go forward 1h on Sun 29 Mar)",
                "    7h: due Sun 29 Mar 06:00 CEST",
            ],
        ),
        (
            "Australia/Lord_Howe",
            "daily 00:00-24:00",
            "2026-10-03T12:30:00Z",
            &[
                "    Sat 3 Oct 23:00 +1030 – Sun 4 Oct 06:30 +11: 7h counts (the clocks go forward 30m on Sun 4 Oct)",
                "    7h: due Sun 4 Oct 06:30 +11",
            ],
        ),
        // The very moment of the change is the due time, and then the start.
        (
            "Europe/Berlin",
            "daily 00:00-24:00",
            "2026-03-28T18:00:00Z",
            &[
                "    Sat 28 Mar 19:00 CET – Sun 29 Mar 03:00 CEST: 7h counts (the clocks go forward 1h on Sun 29 Mar)",
                "    7h: due Sun 29 Mar 03:00 CEST",
            ],
        ),
        (
            "Europe/Berlin",
            "daily 00:00-24:00",
            "2026-03-29T01:00:00Z",
            &[
                "    Sun 29 Mar 03:00 CEST – Sun 29 Mar 10:00 CEST: 7h counts",
                "    7h: due Sun 29 Mar 10:00 CEST",
            ],
        ),
        (
            "Asia/Tokyo",
            "daily 00:00-24:00",
            "2026-03-28T18:00:00Z",
            &[
                "    Sun 29 Mar 03:00 JST – Sun 29 Mar 10:00 JST: 7h counts",
                "    7h: due Sun 29 Mar 10:00 JST",
            ],
        ),
    ] {
        assert_eq!(seven_hours(zone, shifts, at), told, "{zone}, {shifts}, {at}");
    }
}
