//! `diff`: what changed in meaning, and how many stored contacts each change moves.

use std::fmt::Write as _;

use crate::support::{MONDAY_10, Place};
use serde_json::{Value, json};

const RULES: &str = r#"version = 1
crm.file = { contacts = "contacts.csv" }
lists.home = ["PT", "ES"]
[[disqualify]]
name = "Opted out"
when = { opted_out = true }
[[mql]]
name = "engaged"
when = { score.at_least = 65, country.in_list = "home" }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

/// A hundred contacts with the scores 0 to 99: of ten, six from PT, two from ES, one from IT, and one opted out.
fn stored() -> Place {
    let mut csv = "id,email,score,country,opted_out\n".to_owned();
    for score in 0..100 {
        let (country, opted_out) = match score % 10 {
            0..6 => ("PT", "no"),
            6 | 7 => ("ES", "no"),
            8 => ("IT", "no"),
            _ => ("PT", "yes"),
        };
        writeln!(csv, "{score},c{score}@client.example,{score},{country},{opted_out}").unwrap();
    }
    let place = Place::with(RULES, &csv);
    let ran = place.handoff_at(MONDAY_10, &["sync"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    place
}

/// The definition with some texts replaced, as `new.toml` beside the old one.
fn changed(place: &Place, replacements: &[(&str, &str)]) {
    let mut text = RULES.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    place.write("new.toml", &text);
}

fn moves(newly_in: u64, newly_out: u64, moved_tier: u64) -> Value {
    json!({ "newly_in": newly_in, "newly_out": newly_out, "moved_tier": moved_tier })
}

#[test]
fn each_change_says_how_many_stored_contacts_it_moves_alone_and_all_of_them_together() {
    let place = stored();
    changed(
        &place,
        &[
            ("score.at_least = 65", "score.at_least = 60"),
            ("lists.home = [\"PT\", \"ES\"]", "lists.home = [\"pt\", \"IT\"]"),
            (
                "[[mql]]\n",
                "[[mql]]\nname = \"hot\"\nwhen = { score.at_least = 90, country = \"PT\" }\n\n[[mql]]\n",
            ),
            ("name = \"All\"", "name = \"Everyone\""),
        ],
    );
    let report = place.json_at(MONDAY_10, 0, &["diff", "rules.toml", "new.toml", "--db", "handoff.db"]);
    // From 65 to 99, PT and ES: 1 + 2 of the sixties and 8 of each of three tens.
    assert_eq!(report["stored"]["contacts"], 100);
    assert_eq!(report["stored"]["qualified_before"], 27);
    let expected = [
        ("list home: + IT, − ES", moves(4, 8, 0)),
        ("tier 'hot' added before 'engaged': score at least 90 and country is PT", moves(0, 0, 6)),
        ("engaged: score at least 65 → 60", moves(5, 0, 0)),
        ("route 'All' is now called 'Everyone'", Value::Null),
    ];
    let changes = report["changes"].as_array().unwrap();
    let found: Vec<(&str, Value)> =
        changes.iter().map(|change| (change["text"].as_str().unwrap(), change["moves"].clone())).collect();
    assert_eq!(found, expected);
    // Together the list's PT of 60 to 64 come in, ES goes, and IT of the sixties was in by the list already.
    assert_eq!(report["stored"]["moves"], moves(4 + 5, 8, 6));
    assert_eq!(report["stored"]["qualified_after"], 27 + 9 - 8);
}

#[test]
fn a_tier_that_is_only_renamed_moves_nobody() {
    let place = stored();
    changed(&place, &[("\"engaged\"", "\"warm\"")]);
    let report = place.json_at(MONDAY_10, 0, &["diff", "rules.toml", "new.toml", "--db", "handoff.db"]);
    assert_eq!(report["stored"]["moves"], moves(0, 0, 0));
    assert_eq!(report["changes"][0]["text"], "tier 'engaged' is now called 'warm'");
}

#[test]
fn the_exit_code_says_nothing_unless_it_is_asked_for() {
    let place = Place::with(RULES, "");
    changed(&place, &[("at_least = 65", "at_least = 60")]);
    for (args, status) in [
        (&["diff", "rules.toml", "new.toml"][..], 0),
        (&["diff", "rules.toml", "new.toml", "--exit-code"], 1),
        (&["diff", "rules.toml", "rules.toml", "--exit-code"], 0),
        (&["diff", "rules.toml", "absent.toml"], 2),
    ] {
        let ran = place.handoff_at(MONDAY_10, args);
        assert_eq!(ran.status, status, "{args:?}: {}", ran.all());
    }
}

#[test]
fn a_definition_in_other_words_is_no_change_in_meaning() {
    let place = Place::with(RULES, "");
    changed(
        &place,
        &[
            ("lists.home = [\"PT\", \"ES\"]", "# Where we sell.\nlists = { home = [\"es\", \" pt \"] }"),
            ("opted_out = true", "opted_out.not_equals = false"),
            (
                "score.at_least = 65, country.in_list = \"home\"",
                "country.in = [\"pt\", \"es\"], all = [{ score.at_least = 65.0 }]",
            ),
        ],
    );
    let ran = place.handoff_at(MONDAY_10, &["diff", "rules.toml", "new.toml", "--exit-code"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "no change in meaning\n"), "{}", ran.all());
}

#[test]
fn a_field_that_was_never_read_is_said_to_be_missing() {
    let place = stored();
    changed(&place, &[("score.at_least = 65", "score.at_least = 65, page_views.at_least = 1")]);
    let ran = place.handoff_at(MONDAY_10, &["diff", "rules.toml", "new.toml", "--db", "handoff.db"]);
    assert!(ran.stdout.contains("engaged: now also requires page_views at least 1"), "{}", ran.all());
    assert!(ran.stdout.contains("new in conditions: page_views"), "{}", ran.all());
    assert!(ran.stdout.contains("of 100 stored contacts 0 qualify, before 27"), "{}", ran.all());
}

#[test]
fn a_broken_definition_is_shown_and_refused() {
    let place = Place::with(RULES, "");
    changed(&place, &[("at_least = 65", "atleast = 65")]);
    let ran = place.handoff_at(MONDAY_10, &["diff", "rules.toml", "new.toml"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("H013") && ran.stderr.contains("new.toml:9"), "{}", ran.all());
}
