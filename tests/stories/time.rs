//! Verdicts that change because time passes, while nobody touches the file.

use crate::support::definition::definition;
use crate::support::{Place, contacts};

/// A desk whose first sync, at ten, is over.
fn open(rules: &str, rows: &str) -> Place {
    let place = Place::with(&definition(rules), rows);
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    place
}

/// How many contacts a run evaluates, and whom it hands off.
fn run(place: &Place, at: &str) -> (u64, Vec<String>) {
    let report = place.json_at(at, 0, &["run"]);
    let evaluated = report["evaluated"]["contacts"].as_u64().unwrap();
    (evaluated, contacts(&report, "handed_off").into_iter().map(str::to_owned).collect())
}

#[test]
fn older_than_begins_to_hold_and_only_those_who_are_due_are_evaluated() {
    let rules = r#"
        [[mql]]
        name = "gone quiet"
        when = { last_visit_at.older_than = "7d", score.at_least = 50 }
    "#;
    let place = open(
        rules,
        "id,score,last_visit_at\n\
         soon,60,2026-11-16T11:00:00Z\n\
         later,60,2026-11-20T11:00:00Z\n\
         cold,10,2026-11-16T11:00:00Z\n\
         never,60,\n",
    );
    assert_eq!(run(&place, "2026-11-23T11:00:00Z"), (0, vec![]), "seven days are not over yet");
    assert_eq!(run(&place, "2026-11-23T11:01:00Z"), (2, vec!["soon".to_owned()]));
    assert_eq!(run(&place, "2026-11-23T11:02:00Z"), (0, vec![]));
    assert_eq!(run(&place, "2026-12-24T00:00:00Z"), (1, vec!["later".to_owned()]), "after a month's outage");
}

#[test]
fn within_ceases_to_hold_and_begins_to_hold_when_a_planned_moment_comes() {
    let rules = r#"
        [fields]
        demo_at = { property = "demo_at", type = "datetime" }
        [[mql]]
        name = "demo"
        when = { demo_at.within = "1d" }
    "#;
    let place = open(rules, "id,demo_at\nasked,2026-11-22T12:00:00Z\nplanned,2026-11-24T08:00:00Z\n");
    assert_eq!(run(&place, "2026-11-23T12:00:00Z"), (0, vec![]));
    assert_eq!(run(&place, "2026-11-23T12:01:00Z"), (1, vec![]), "asked is qualified no longer");
    assert_eq!(run(&place, "2026-11-24T08:00:00Z"), (1, vec!["planned".to_owned()]));
}

#[test]
fn a_disqualifier_that_time_ends_lets_the_contact_through() {
    let rules = r#"
        [[disqualify]]
        name = "Signed up today"
        when = { created_at.within = "1d" }
        [[mql]]
        name = "engaged"
        when = { score.at_least = 50 }
    "#;
    let place = open(rules, "id,score,created_at\nnew,60,2026-11-23T09:00:00Z\n");
    assert_eq!(run(&place, "2026-11-24T09:00:00Z"), (0, vec![]));
    assert_eq!(run(&place, "2026-11-24T09:01:00Z"), (1, vec!["new".to_owned()]));
}

const DECAY: &str = r#"
[score]
from = "rules"
[[score.points]]
name = "Visited"
when = { page_views.at_least = 1 }
points = 80
half_life = "10d"
since = "last_visit_at"
[[score.points]]
name = "Complained"
when = { complaints.at_least = 1 }
points = -40
half_life = "1d"
since = "complained_at"
[fields]
complaints = { property = "complaints", type = "number" }
complained_at = { property = "complained_at", type = "datetime" }
[[mql]]
name = "engaged"
when = { score.at_least = 60 }
"#;

#[test]
fn a_malus_that_decays_lifts_a_score_over_the_threshold() {
    // Both decay. After two days 69.6 - 10 = 59.6; after two and a half 67.3 - 7.1 = 60.2; after three 65 - 5 = 59.98.
    let place = open(
        DECAY,
        "id,page_views,last_visit_at,complaints,complained_at\n\
         kim,3,2026-11-23T10:00:00Z,1,2026-11-23T10:00:00Z\n",
    );
    assert_eq!(run(&place, "2026-11-25T10:00:00Z").1, Vec::<String>::new());
    assert_eq!(run(&place, "2026-11-25T22:00:00Z"), (1, vec!["kim".to_owned()]));
}

#[test]
fn a_score_that_decays_below_the_threshold_ends_the_qualification_so_that_a_visit_crosses_again() {
    let header = "id,page_views,last_visit_at,complaints,complained_at\n";
    // 80 points halve in ten days: 60 are left after 4.15 days.
    let place = open(DECAY, &format!("{header}kim,3,2026-11-23T10:00:00Z,,\n"));
    assert_eq!(run(&place, "2026-11-27T10:00:00Z"), (0, vec![]), "after four days it is not due yet");
    assert_eq!(run(&place, "2026-11-27T14:00:00Z"), (1, vec![]), "it ceased to qualify");
    place.write("contacts.csv", &format!("{header}kim,4,2026-11-28T10:00:00Z,,\n"));
    assert_eq!(run(&place, "2026-11-28T10:00:00Z"), (1, vec!["kim".to_owned()]));
}
