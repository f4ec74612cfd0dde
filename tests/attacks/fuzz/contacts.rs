//! Files of contacts: read, judged and traced.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use handoff::connector::ConnectOptions;
use handoff::crm::{Sync, connect};
use handoff::model::Record;
use handoff::qualify::{Trace, trace};
use handoff::rules::Rules;

use super::{definition, fuzz, now, rounds_wanted};
use crate::support::mutate::{Random, spoil};

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

/// Rows of one line and of two, all different.
fn export() -> Vec<String> {
    let row = |n: usize| match n % 4 {
        0 => format!("r{n},p{n}@a.example,{n},\"Called her\nand \"\"Bo\"\"\",Porto,\n"),
        1 => format!("r{n},p{n}@a.example,{n},\"Wants a demo\",Köln,DE\r\n"),
        2 => format!("r{n},p{n}@a.example,{n}\n"),
        _ => format!("r{n},p{n}@a.example,{n},6 feet,Braga,PT\n"),
    };
    (0..16).map(row).collect()
}

#[test]
fn every_row_that_was_not_spoilt_is_read_or_something_above_it_is_told() {
    spoilt_rows(rounds_wanted(1_500));
}

#[test]
#[ignore = "takes minutes"]
fn every_row_is_read_or_told_in_a_hundred_thousand_spoilt_files() {
    spoilt_rows(100_000);
}

fn spoilt_rows(rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let rules = definition(DEFINITION).unwrap();
    fs::write(folder.path().join("companies.csv"), "domain,name\n").unwrap();
    let mut random = Random(14);
    let (rows, last) = (export(), "last,last@a.example,1,x,y,z\n");
    for _ in 0..rounds {
        let mut bytes = b"id,email,score,note,city,country\n".to_vec();
        bytes.extend(spoil(rows.concat().as_bytes(), &mut random));
        bytes.push(b'\n');
        bytes.extend_from_slice(last.as_bytes());
        fs::write(folder.path().join("contacts.csv"), &bytes).unwrap();
        let (read, told) = read_or_told(&rules, folder.path());
        let fail = |what: &str| panic!("{what}\nread {read:?}\ntold {told:?}\n{}", bytes.escape_ascii());
        for row in rows.iter().map(String::as_str).chain([last]) {
            let Some(line) = line_of(&bytes, row.as_bytes()) else { continue };
            let is_told_above = told.iter().any(|told| *told <= line);
            let id = row.split(',').next().unwrap();
            let is_read = read.iter().any(|(known, email)| known == id && row.contains(email.as_str()));
            if !is_read && !is_told_above {
                fail(&format!("{id} on line {line} is lost"));
            }
        }
        if !bytes.contains(&b'"') && read.len() + told.len() != lines_with_words(&bytes) - 1 {
            fail("lines that are neither read nor told");
        }
    }
}

/// Contacts with their e-mails, and the lines of rows that are told.
fn read_or_told(rules: &Rules, folder: &Path) -> (Vec<(String, String)>, Vec<usize>) {
    let (mut read, mut told) = (Vec::new(), Vec::new());
    let fields = rules.fields.all();
    let email = fields.iter().position(|field| field.name == "email").unwrap();
    let walk = Sync { fields, cursor: None, full_resync: false, now: now(), deadline: Instant::now() };
    let mut crm = connect(&rules.crm, &ConnectOptions::new(folder, Instant::now())).unwrap();
    crm.changes(&walk, &mut |page| {
        let line = |place: &str| place.rsplit_once(':').unwrap().1.parse::<usize>().unwrap();
        told.extend(page.bad.iter().map(|bad| line(&bad.place)));
        let of = |record: Record| (record.id.to_string(), record.values[email].clone().unwrap_or_default());
        read.extend(page.records.into_iter().map(of));
        Ok(())
    })
    .unwrap();
    (read, told)
}

/// The line of a row that stands in the file as it was written.
fn line_of(bytes: &[u8], row: &[u8]) -> Option<usize> {
    let at = bytes.windows(row.len()).position(|window| window == row)?;
    let begins = bytes[..at].ends_with(b"\n");
    begins.then(|| bytes[..=at].split(|byte| *byte == b'\n').count())
}

fn lines_with_words(bytes: &[u8]) -> usize {
    let is_blank = |line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        text.chars().all(|char| char.is_whitespace() || matches!(char, ',' | '\0' | '\x1a'))
    };
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !is_blank(line)).count()
}

fn judge_all(rules: &Rules, folder: &Path) {
    let fields = rules.fields.all();
    let walk = Sync {
        fields,
        cursor: None,
        full_resync: false,
        now: now(),
        deadline: Instant::now() + Duration::from_secs(60),
    };
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
