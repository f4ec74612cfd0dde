//! A database belongs to one account: another one is refused with the way out, and whatever only moved is not another.

use std::fs;

use crate::desk::{csv, rules};
use crate::support::{Place, contacts};

const AT: &str = "2026-11-23T10:00:00Z";

/// Definitions of two markets, each with contacts of its own, on one database.
fn two(eu: &str, us: &str) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("eu")).unwrap();
    fs::create_dir_all(place.path("us")).unwrap();
    for (market, contacts) in [("eu", eu), ("us", us)] {
        let rules = rules().replace("contacts = \"contacts.csv\"", &format!("contacts = \"{contacts}\""));
        place.write(&format!("{market}/rules.toml"), &rules);
        place.write(&format!("{market}/{contacts}"), &csv(&[("1", "10")]));
        place.write(&format!("{market}/activity.csv"), "at,contact,by,kind,note\n");
    }
    place
}

fn run(place: &Place, rules: &str, db: &str) -> crate::support::Ran {
    place.handoff_at(AT, &["run", "--rules", rules, "--db", db, "--format", "json"])
}

#[test]
fn contacts_of_another_file_are_refused_with_the_way_out() {
    for names in [("eu.csv", "us.csv"), ("contacts.csv", "contacts.csv")] {
        let place = two(names.0, names.1);
        assert_eq!(run(&place, "eu/rules.toml", "x.db").status, 0);
        let before = place.bytes("x.db");
        for args in
            [&["run"][..], &["run", "--dry-run"], &["sync", "--all"], &["evaluate", "--all"], &["retry"]]
        {
            let ran = place.handoff_at(AT, &[args, &["--rules", "us/rules.toml", "--db", "x.db"]].concat());
            assert_eq!(ran.status, 2, "{names:?} {args:?}: {}", ran.all());
            assert!(ran.stderr.contains("the database x.db belongs to [crm.file]"), "{}", ran.all());
            assert!(ran.stderr.contains("--db FILE"), "{}", ran.all());
        }
        assert_eq!(place.bytes("x.db"), before, "nothing was done");
        assert_eq!(run(&place, "us/rules.toml", "us.db").status, 0);
        assert_eq!(run(&place, "eu/rules.toml", "x.db").status, 0);
    }
}

#[test]
fn another_crm_is_refused() {
    let place = two("contacts.csv", "contacts.csv");
    assert_eq!(run(&place, "eu/rules.toml", "x.db").status, 0);
    place.replace(
        "us/rules.toml",
        "[crm.file]",
        "[crm.hubspot]\nbase_url = \"http://127.0.0.1:9\"\nportal = \"12345\"",
    );
    place.replace("us/rules.toml", "contacts = \"contacts.csv\"\n", "");
    place.replace("us/rules.toml", "activity = \"activity.csv\"\n", "");
    let args = ["run", "--rules", "us/rules.toml", "--db", "x.db"];
    let ran =
        place.handoff_with(&[("HANDOFF_NOW", AT), ("HANDOFF_HUBSPOT_TOKEN", "pat-na1-1234567890")], &args);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(ran.stderr.contains("and this definition reads [crm.hubspot] 12345"), "{}", ran.all());
}

#[test]
fn what_was_moved_or_copied_with_its_database_is_the_same() {
    let place = two("contacts.csv", "contacts.csv");
    assert_eq!(run(&place, "eu/rules.toml", "x.db").status, 0);
    fs::rename(place.path("eu"), place.path("europe")).unwrap();
    assert_eq!(run(&place, "europe/rules.toml", "x.db").status, 0, "the folder was moved");
    assert_eq!(run(&place, "us/rules.toml", "us/handoff.db").status, 0);
    fs::create_dir(place.path("copy")).unwrap();
    for entry in fs::read_dir(place.path("us")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, place.path("copy").join(path.file_name().unwrap())).unwrap();
        }
    }
    let ran = run(&place, "copy/rules.toml", "copy/handoff.db");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(contacts(&ran.json(), "handed_off"), [""; 0]);
}
