//! Every way in which something is shown: of spoilt contacts and spoilt definitions, each output keeps to its own form.

use std::cell::Cell;
use std::collections::BTreeSet;

use serde_json::Value;

use super::fuzz;
use super::printed::steers;
use crate::support::{MONDAY_10, Place, Ran};

const LATER: &str = "2026-11-23T12:00:00Z";

/// What shows contacts otherwise than as JSON; one of them in each round.
const TABLES: [&[&str]; 5] = [
    &["status"],
    &["explain", "1"],
    &["run"],
    &["backtest", "contacts.csv", "--by", "country", "--capacity", "--sweep", "score"],
    &["tune", "contacts.csv", "--leads-per-day", "2"],
];

#[test]
fn no_contact_breaks_the_form_in_which_it_is_shown() {
    let place = Place::quickstart();
    let (tasks, sheets, quoted, round) = (Cell::new(0), Cell::new(0), Cell::new(0), Cell::new(0));
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
            (LATER, &["backtest", "contacts.csv", "--by", "country", "--csv", "figures.csv"]),
        ] {
            let ran = clean(&place, now, &[args, &json].concat());
            if ran.status < 2 {
                ran.json();
            }
        }
        let table = TABLES[round.replace(round.get() + 1) % TABLES.len()];
        assert!(!clean(&place, LATER, table).stdout.contains(steers), "{table:?}");
        metrics(&place.handoff_at(LATER, &["status", "--format", "prometheus"]).stdout);
        for name in ["out/contacts.jsonl", "out/tasks.jsonl", "out/messages.jsonl"] {
            // `lines` fails on whatever is no JSON.
            let lines = place.lines(name);
            let keys: BTreeSet<&str> = lines.iter().filter_map(|line| line["key"].as_str()).collect();
            assert_eq!(keys.len(), lines.len(), "{name}: each has its key, and only once");
            tasks.set(tasks.get() + lines.len());
        }
        if place.exists("figures.csv") {
            quoted.set(quoted.get() + sheet(&place.bytes("figures.csv")));
            std::fs::remove_file(place.path("figures.csv")).unwrap();
            sheets.set(sheets.get() + 1);
        }
    });
    assert!(tasks.get() > 40 && sheets.get() > 10 && quoted.get() > 10, "{tasks:?} {sheets:?} {quoted:?}");
}

/// What shows definitions besides; one of them in each round.
const OF_DEFINITIONS: [&[&str]; 5] = [
    &["docs"],
    &["diff", "agreed.toml", "rules.toml"],
    &["diff", "rules.toml", "agreed.toml", "--format", "json"],
    &["test", "--coverage", "--junit", "report.xml"],
    &["test", "--format", "json"],
];

#[test]
fn no_definition_breaks_the_form_in_which_it_is_shown() {
    let place = Place::quickstart();
    std::fs::copy(place.path("rules.toml"), place.path("agreed.toml")).unwrap();
    let (pages, reports, round) = (Cell::new(0), Cell::new(0), Cell::new(0));
    fuzz("rules", 40, |bytes| {
        std::fs::write(place.path("rules.toml"), bytes).unwrap();
        let run = |args: &[&str]| clean(&place, MONDAY_10, args);
        assert!(!run(&["check"]).stdout.contains(steers));
        let github = run(&["check", "--format", "github"]);
        let levels = ["::error ", "::warning ", "::notice "];
        assert!(
            github.stdout.lines().all(|line| levels.iter().any(|level| line.starts_with(level))),
            "{}",
            github.stdout
        );
        for format in ["json", "sarif"] {
            json_or_nothing(&run(&["check", "--format", format]));
        }
        let page = run(&["docs", "--html"]);
        if page.status == 0 {
            tags(&page.stdout);
            pages.set(pages.get() + 1);
        }
        let other = OF_DEFINITIONS[round.replace(round.get() + 1) % OF_DEFINITIONS.len()];
        let shown = run(other);
        assert!(!shown.stdout.contains(steers), "{other:?}: {:?}", shown.stdout);
        if other.ends_with(&["json"]) {
            json_or_nothing(&shown);
        }
        if place.exists("report.xml") {
            elements(&place.read("report.xml"));
            std::fs::remove_file(place.path("report.xml")).unwrap();
            reports.set(reports.get() + 1);
        }
    });
    assert!(pages.get() > 2 && reports.get() > 0, "{pages:?} {reports:?}");
}

/// Runs a command that must not break down or steer whoever reads its errors.
fn clean(place: &Place, now: &str, args: &[&str]) -> Ran {
    let ran = place.handoff_at(now, args);
    assert!(ran.status < 3 && !ran.stderr.contains(steers), "{args:?}: {}", ran.all());
    ran
}

fn json_or_nothing(ran: &Ran) {
    let shown: Result<Value, _> = serde_json::from_str(&ran.stdout);
    assert!(ran.stdout.is_empty() || shown.is_ok(), "{}", ran.all());
}

/// The elements of a JUnit report, and no character that XML does not take.
fn elements(report: &str) {
    let begun = report.split('<').skip(1).map(|rest| rest.trim_start_matches('/'));
    let names: BTreeSet<&str> =
        begun.map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '?')).next().unwrap()).collect();
    let ours = ["?xml", "failure", "skipped", "testcase", "testsuite", "testsuites"];
    let foreign: Vec<_> = names.iter().filter(|name| !ours.contains(name)).collect();
    assert!(foreign.is_empty() && !report.contains(steers), "{foreign:?} in {report:?}");
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

/// Rows of one length, in which nothing runs as a formula; how many cells are quoted for that.
fn sheet(bytes: &[u8]) -> usize {
    let mut quoted = 0;
    for row in csv::Reader::from_reader(bytes).records() {
        let row = row.unwrap();
        let begins = |cell: &str| cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        assert!(!row.iter().any(|cell| begins(cell) && cell.parse::<f64>().is_err()), "{row:?}");
        quoted += row.iter().filter(|cell| cell.strip_prefix('\'').is_some_and(begins)).count();
    }
    quoted
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
