//! Files of contacts: read, judged and traced.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use handoff::connector::ConnectOptions;
use handoff::crm::{Sync, connect};
use handoff::qualify::{Trace, trace};
use handoff::rules::Rules;

use super::{definition, fuzz, now};

const DEFINITION: &str = include_str!("../../../examples/quickstart/rules.toml");

#[test]
fn spoilt_csv_is_read_row_by_row_or_refused_with_a_reason() {
    read_and_judge("csv", "contacts.csv", 1200);
}

#[test]
fn spoilt_json_lines_are_read_line_by_line_or_refused_with_a_reason() {
    read_and_judge("jsonl", "contacts.jsonl", 1200);
}

fn read_and_judge(corpus: &str, name: &str, rounds: usize) {
    let text = DEFINITION.replace("contacts = \"contacts.csv\"", &format!("contacts = \"{name}\""));
    let rules = definition(&text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("companies.csv"), "domain,name\n").unwrap();
    fuzz(corpus, rounds, |bytes| {
        fs::write(folder.path().join(name), bytes).unwrap();
        judge_all(&rules, folder.path());
    });
}

fn judge_all(rules: &Rules, folder: &Path) {
    let fields = rules.fields.all();
    let walk =
        Sync { fields, cursor: None, full_resync: false, deadline: Instant::now() + Duration::from_secs(60) };
    let mut crm = connect(&rules.crm, &ConnectOptions::new(folder, Instant::now())).unwrap();
    let walked = crm.changes(&walk, &mut |page| {
        for bad in &page.bad {
            assert!(!bad.place.is_empty() && !bad.reason.is_empty());
        }
        for record in page.records {
            let contact = record.into_contact(fields);
            trace(rules, &contact, now(), &mut Trace::default());
        }
        Ok(())
    });
    if let Err(error) = walked {
        assert!(!error.to_string().is_empty());
    }
}
