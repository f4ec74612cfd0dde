//! Every rep who was considered and did not get the handoff is named, with the reason.

use crate::support::Place;

const CROWD: &str = r#"
version = 1

[crm.file]
contacts = "contacts.csv"

[[mql]]
name = "engaged"
when = { score.at_least = 50 }

[[rep]]
name = "Full"
email = "full@acme.example"
max_open = 1
skills = ["pt"]

[[rep]]
name = "Daily"
email = "daily@acme.example"
timezone = "UTC"
max_per_day = 1
skills = ["pt"]

[[rep]]
name = "Away"
email = "away@acme.example"
timezone = "UTC"
away = ["2026-11-20..2026-11-30"]
skills = ["pt"]

[[rep]]
name = "Unskilled"
email = "unskilled@acme.example"
skills = ["en"]

[[rep]]
name = "Late"
email = "late@acme.example"
timezone = "America/New_York"
shifts = ["mon-fri 09:00-17:00"]
skills = ["pt"]

[[rep]]
name = "Free"
email = "free@acme.example"
skills = ["pt"]
max_open = 1

[[team]]
name = "crowd"
members = [
  { rep = "full@acme.example", weight = 3 }, { rep = "daily@acme.example", weight = 2 }, { rep = "away@acme.example" },
  { rep = "unskilled@acme.example" }, { rep = "late@acme.example" }, { rep = "free@acme.example" },
]

[[route]]
name = "Portuguese"
to = { team = "crowd" }
skills = ["pt"]
"#;

/// Of three who cross at ten, full@ takes the first, daily@ the second and free@ the third.
fn crowd() -> Place {
    let rows = ["one", "two", "three", "four"].map(|id| format!("{id},60\n")).concat();
    let place = Place::with(CROWD, &format!("id,score\n{rows}"));
    place.json_at("2026-11-23T10:00:00Z", 0, &["run", "--include-existing"]);
    place
}

fn explained(place: &Place, at: &str, contact: &str) -> String {
    let ran = place.handoff_at(at, &["explain", contact]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    ran.stdout
}

#[test]
fn explain_names_everyone_who_was_passed_over_for_an_assigned_handoff() {
    let place = crowd();
    let text = explained(&place, "2026-11-23T10:01:00Z", "three");
    let assignment = text.lines().find(|line| line.contains("free@acme.example by ")).unwrap();
    for passed in [
        "full@acme.example (at max_open (1))",
        "daily@acme.example (at max_per_day (1))",
        "away@acme.example (away)",
        "unskilled@acme.example (lacks the skill 'pt')",
        "late@acme.example (off shift until 2026-11-23 14:00 UTC)",
    ] {
        assert!(assignment.contains(passed), "{passed} is not in {assignment}");
    }
}

#[test]
fn explain_says_who_would_have_to_be_free_while_a_handoff_waits() {
    let place = crowd();
    let text = explained(&place, "2026-11-23T10:01:00Z", "four");
    assert!(text.contains("nobody in team crowd is available"), "{text}");
    assert!(text.contains("until 2026-11-23 14:00 UTC"), "{text}");
    assert!(text.contains("passed over free@acme.example: at max_open (1)"), "{text}");

    place.json_at("2026-11-23T14:00:00Z", 0, &["run"]);
    let text = explained(&place, "2026-11-23T14:01:00Z", "four");
    assert!(text.contains("assigned in tier engaged, owner late@acme.example"), "{text}");
}

#[test]
fn a_day_ends_at_midnight_in_the_reps_own_zone() {
    let place = crowd();
    place.replace("rules.toml", "shifts = [\"mon-fri 09:00-17:00\"]", "shifts = [\"sat 09:00-17:00\"]");
    let evening = place.json_at("2026-11-23T23:59:00Z", 0, &["run"]);
    assert_eq!(evening["handed_off"].as_array().unwrap().len(), 0);
    let midnight = place.json_at("2026-11-24T00:00:00Z", 0, &["run"]);
    assert_eq!(midnight["handed_off"][0]["owner_email"], "daily@acme.example");
}
