//! Every way in which something is shown: of spoilt contacts and spoilt definitions, each output keeps to its own form.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::fuzz;
use crate::printed::steers;
use crate::support::{MONDAY_10, Place};

const LATER: &str = "2026-11-23T12:00:00Z";

#[test]
fn no_contact_breaks_the_form_in_which_it_is_shown() {
    let place = Place::quickstart();
    let (tasks, sheets) = (Cell::new(0), Cell::new(0));
    fuzz("csv", 40, |bytes| {
        for file in ["handoff.db", "handoff.db-wal", "handoff.db-shm"] {
            std::fs::remove_file(place.path(file)).ok();
        }
        std::fs::remove_dir_all(place.path("out")).ok();
        std::fs::write(place.path("contacts.csv"), bytes).unwrap();
        let json = ["--format", "json"];
        for (now, args) in [
            (MONDAY_10, &["run", "--include-existing"][..]),
            (LATER, &["run"]),
            (LATER, &["status"]),
            (LATER, &["explain", "1"]),
            (LATER, &["backtest", "contacts.csv", "--csv", "figures.csv"]),
        ] {
            let ran = place.handoff_at(now, &[args, &json].concat());
            assert!(ran.status < 3 && !ran.stderr.contains(steers), "{args:?}: {}", ran.all());
            if ran.status < 2 {
                ran.json();
            }
        }
        metrics(&place.handoff_at(LATER, &["status", "--format", "prometheus"]).stdout);
        for name in ["out/contacts.jsonl", "out/tasks.jsonl", "out/messages.jsonl"] {
            // `lines` fails on whatever is no JSON.
            let lines = place.lines(name);
            let keys: BTreeSet<&str> = lines.iter().filter_map(|line| line["key"].as_str()).collect();
            assert_eq!(keys.len(), lines.len(), "{name}: each has its key, and only once");
            tasks.set(tasks.get() + lines.len());
        }
        if place.exists("figures.csv") {
            sheet(&place.bytes("figures.csv"));
            std::fs::remove_file(place.path("figures.csv")).unwrap();
            sheets.set(sheets.get() + 1);
        }
    });
    assert!(tasks.get() > 40 && sheets.get() > 10, "{tasks:?} {sheets:?}");
}

#[test]
fn no_definition_breaks_the_form_in_which_it_is_shown() {
    let place = Place::quickstart();
    let pages = Cell::new(0);
    fuzz("rules", 40, |bytes| {
        std::fs::write(place.path("rules.toml"), bytes).unwrap();
        let run = |args: &[&str]| {
            let ran = place.handoff_at(MONDAY_10, args);
            assert!(ran.status < 3 && !ran.stderr.contains(steers), "{args:?}: {}", ran.all());
            ran
        };
        assert!(!run(&["check"]).stdout.contains(steers));
        let github = run(&["check", "--format", "github"]);
        let levels = ["::error ", "::warning ", "::notice "];
        assert!(
            github.stdout.lines().all(|line| levels.iter().any(|level| line.starts_with(level))),
            "{}",
            github.stdout
        );
        for format in ["json", "sarif"] {
            let ran = run(&["check", "--format", format]);
            let shown: Result<Value, _> = serde_json::from_str(&ran.stdout);
            assert!(ran.stdout.is_empty() || shown.is_ok(), "{format}: {}", ran.all());
        }
        let page = run(&["docs", "--html"]);
        if page.status == 0 {
            tags(&page.stdout);
            pages.set(pages.get() + 1);
        }
    });
    assert!(pages.get() > 2, "{pages:?}");
}

/// Names, labels, a number: what a scraper takes.
fn metrics(text: &str) {
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("handoff_") && value.parse::<f64>().is_ok(), "{line:?}");
        let labels = name.split_once('{').map(|(_, labels)| labels);
        assert!(labels.is_none_or(|labels| labels.ends_with('}')), "{line:?}");
    }
}

/// Rows of one length, in which nothing runs as a formula.
fn sheet(bytes: &[u8]) {
    for row in csv::Reader::from_reader(bytes).records() {
        let row = row.unwrap();
        let runs = |cell: &str| cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
        assert!(!row.iter().any(runs), "{row:?}");
    }
}

/// The tags of our page, and nothing that runs or loads.
fn tags(page: &str) {
    let begun = page.split('<').skip(1).map(|rest| rest.trim_start_matches('/'));
    let names: BTreeSet<&str> =
        begun.map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '!')).next().unwrap()).collect();
    let ours = [
        "!doctype", "body", "div", "h1", "h2", "head", "html", "li", "meta", "ol", "p", "strong", "style",
        "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
    ];
    let foreign: Vec<_> = names.iter().filter(|name| !ours.contains(name)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}
