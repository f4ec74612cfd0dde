//! `explain`: found by id or e-mail, the verdict with every value seen, and what would change it.

use crate::support::{MONDAY_10, Place, Ran};

fn monday() -> Place {
    let place = Place::quickstart();
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    place
}

fn explain(place: &Place, contact: &str) -> Ran {
    place.handoff_at("2026-11-23T10:01:00Z", &["explain", contact])
}

#[test]
fn a_contact_is_found_by_id_and_by_e_mail_in_any_case() {
    let place = monday();
    let by_id = explain(&place, "1001");
    assert_eq!(by_id.status, 0, "{}", by_id.all());
    assert!(by_id.stdout.starts_with("Joana Ferreira (Tagusly), id 1001"), "{}", by_id.stdout);
    for email in ["joana.ferreira@tagusly.example", "Joana.FERREIRA@Tagusly.Example", " 1001 "] {
        assert_eq!(explain(&place, email).stdout, by_id.stdout, "{email}");
    }
}

#[test]
fn two_records_with_one_e_mail_are_both_explained() {
    let place = Place::with(
        &crate::desk::rules(),
        "id,email,score,opted_out\n1,kim@a.example,60,\n2,KIM@a.example,10,\n",
    );
    place.json_at(MONDAY_10, 0, &["run"]);
    let both = place.json_at(MONDAY_10, 0, &["explain", "kim@a.example"]);
    assert_eq!((&both[0]["id"], &both[1]["id"]), (&"1".into(), &"2".into()));
}

#[test]
fn a_contact_that_nobody_knows_is_an_error_that_says_what_to_do() {
    let place = monday();
    let ran = explain(&place, "ghost@nowhere.example");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.all());
    assert!(ran.stderr.contains("no contact has the id or e-mail 'ghost@nowhere.example'"), "{}", ran.stderr);
    assert_eq!(explain(&place, "").status, 2);
}

#[test]
fn without_a_database_there_is_nothing_to_explain() {
    let place = Place::quickstart();
    let ran = explain(&place, "1001");
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(!place.exists("handoff.db"), "looking creates no database");
}

#[test]
fn every_condition_stands_there_with_the_value_seen() {
    let place = monday();
    let paul = explain(&place, "1033").stdout;
    for line in [
        "Verdict: disqualified by 'Opted out'",
        "    ✓ opted_out is yes — yes",
        "  would be no longer disqualified if 'opted_out is yes' ceased to hold (now yes)",
    ] {
        assert!(paul.lines().any(|seen| seen == line), "{line} is not in\n{paul}");
    }
}

#[test]
fn the_nearest_change_is_the_one_with_the_fewest_steps() {
    let place = monday();
    let ivo = place.json_at("2026-11-23T10:01:00Z", 0, &["explain", "1022"]);
    assert_eq!(ivo[0]["verdict"], "not_yet");
    let nearest: Vec<&str> =
        ivo[0]["nearest"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(nearest.contains(&"qualified in tier engaged if score at least 65 (now 64)"), "{nearest:?}");
    assert!(!nearest[0].contains(" and "), "{nearest:?}");
}

#[test]
fn a_missing_value_and_a_wrong_one_are_told_apart() {
    let place = Place::with(&crate::desk::rules(), "id,email,score,opted_out\nkim,,60,perhaps\nlou,,60,\n");
    place.json_at(MONDAY_10, 0, &["run"]);
    let kim = explain(&place, "kim").stdout;
    assert!(kim.contains("? opted_out is yes — not yes or no: 'perhaps'"), "{kim}");
    let lou = explain(&place, "lou").stdout;
    assert!(lou.contains("✗ opted_out is yes — missing"), "{lou}");
}

#[test]
fn a_change_that_does_not_do_what_is_said_is_not_said() {
    let rules =
        crate::desk::rules().replace("score.at_least = 50", "score.at_least = 50, seats.at_least = 5");
    let small = "[fields]\nseats = { property = \"seats\", type = \"number\" }\n[[disqualify]]\nname = \"Small\"\nwhen = { seats.at_most = 9 }\n";
    let place = Place::with(
        &format!("{rules}{small}"),
        "id,email,score,opted_out,owner,seats\nkim,kim@a.example,60,,,\nlou,lou@a.example,40,,,20\n\
         max,max@a.example,60,yes,,3\n",
    );
    place.json_at(MONDAY_10, 0, &["run"]);
    let nearest = |contact: &str| place.json_at(MONDAY_10, 0, &["explain", contact])[0]["nearest"].clone();
    // Five seats would disqualify it.
    assert_eq!(nearest("kim"), serde_json::json!([]));
    assert_eq!(
        nearest("lou"),
        serde_json::json!(["qualified in tier engaged if score at least 50 (now 40)"])
    );
    let both = "no longer disqualified if 'opted_out is yes' ceased to hold (now yes) and 'seats at most 9' ceased to hold (now 3)";
    assert_eq!(nearest("max"), serde_json::json!([both]));
}
