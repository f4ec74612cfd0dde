//! Calendars in the style of what people export, read by this program and by a second implementation (python-dateutil, icalendar,
//! recurring-ical-events). Left out is what the two decide differently:
//! - a series over a change of the clocks, its length given by DTEND: every instance lasts as long in real time here, as RFC 5545,
//!   3.8.5.3 asks, and as long on the clocks there;
//! - a time in an hour that a zone skips: from the end of that hour here, moved by the hour there.

use std::collections::BTreeSet;
use std::process::Command;

use chrono::NaiveDate;
use handoff::model::{Absence, Timestamp};
use handoff::rules::{Calendar, Whose};
use serde::Deserialize;

#[derive(Deserialize)]
struct Compared {
    name: String,
    ics: String,
    days: BTreeSet<NaiveDate>,
    spans: BTreeSet<(Timestamp, Timestamp)>,
}

#[test]
#[ignore = "needs Python and packages of PyPI; .ci/run plays it"]
fn a_second_implementation_reads_the_same_absences() {
    let packages = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("second-calendars");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/calendars/compare.py");
    let output = Command::new("python3").arg(script).arg(packages).output();
    let output = match output {
        Ok(output) if output.status.code() != Some(3) => output,
        missing => {
            eprintln!("CALENDARS NOT COMPARED: no Python, or its packages cannot be had: {missing:?}");
            return;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let compared: Vec<Compared> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(compared.len(), 200);
    let absences: usize = compared.iter().map(|it| it.days.len() + it.spans.len()).sum();
    assert!(absences > 5_000, "{absences} are too few to compare");
    let differing: Vec<String> = compared.iter().filter_map(difference).collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    eprintln!("{} calendars with {absences} absences compared", compared.len());
}

/// What one of both reads and the other does not.
fn difference(compared: &Compared) -> Option<String> {
    let date = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let year = (date(1, 1), date(12, 31));
    let rep = Whose::Rep("ana@acme.example");
    let read = Calendar::read(compared.ics.as_bytes(), rep, chrono_tz::Europe::Berlin, year).unwrap();
    let (mut days, mut spans) = (BTreeSet::new(), BTreeSet::new());
    for (absence, _) in &read.absences {
        match absence {
            Absence::Days { first, last } => days.extend(first.iter_days().take_while(|day| day <= last)),
            Absence::Span { from, until } => drop(spans.insert((*from, *until))),
        }
    }
    days.retain(|day| year.0 <= *day && *day <= year.1);
    let is_same = read.set_aside.is_empty() && days == compared.days && spans == compared.spans;
    (!is_same).then(|| {
        format!(
            "{}: set aside {:?}\n  days here {:?}, there {:?}\n  spans here {:?}, there {:?}\n{}",
            compared.name,
            read.set_aside,
            days.difference(&compared.days).collect::<Vec<_>>(),
            compared.days.difference(&days).collect::<Vec<_>>(),
            spans.difference(&compared.spans).collect::<Vec<_>>(),
            compared.spans.difference(&spans).collect::<Vec<_>>(),
            compared.ics
        )
    })
}
