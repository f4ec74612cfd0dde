//! Where the database lies, and who has it open: what SQLite's locks rest on, seen from outside.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use super::{HEADER, rules};
use crate::support::process::{RUN, ran};
use crate::support::{MONDAY_10, Place, Ran};

fn place() -> Place {
    Place::with(&rules(), &format!("{HEADER}1,a@b.example,Pat,One,Buyer,80,,2026-11-23\n"))
}

/// The binary under strace, and what strace wrote; `None`, with a word, where there is no strace.
fn traced(place: &Place, strace_args: &[&str], args: &[&str]) -> Option<(Ran, String)> {
    let has = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    if !has {
        eprintln!("skipped: strace is not installed");
        return None;
    }
    let plain = place.command(MONDAY_10, args);
    let log = place.path("strace.log");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-o"])
        .arg(&log)
        .args(strace_args)
        .arg(plain.get_program())
        .args(plain.get_args());
    strace.current_dir(place.path("")).env("HANDOFF_NOW", MONDAY_10).stdin(Stdio::null());
    let ran = ran(strace.output().unwrap());
    let written = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    std::fs::remove_file(&log).unwrap();
    Some((ran, written))
}

#[test]
fn a_database_on_a_network_file_system_is_refused() {
    // The kind of a file system stands first in what `statfs` answers; strace puts another there.
    for (kind, name) in
        [("6969000000000000", "NFS"), ("424d53ff00000000", "CIFS"), ("9719020100000000", "9p")]
    {
        let place = place();
        let inject = format!("inject=statfs:poke_exit=@arg2={kind}");
        let Some((ran, log)) = traced(&place, &["-e", "trace=statfs", "-e", &inject], RUN) else { return };
        assert!(log.contains("(INJECTED"), "nothing asks for the kind any more: {log}");
        assert_eq!(ran.status, 2, "{}", ran.all());
        assert!(ran.stderr.contains(&format!("network file system ({name})")), "{}", ran.stderr);
        assert!(ran.stderr.contains("--db"), "{}", ran.stderr);
        assert!(!place.exists("handoff.db") && !place.exists("handoff.db.lock"), "{kind}");
        assert!(place.delivered().is_empty());
        place.done(RUN);
        for args in [&["status"] as &[&str], &["run", "--dry-run"], &["explain", "1"]] {
            let (ran, _) = traced(&place, &["-e", "trace=statfs", "-e", &inject], args).unwrap();
            assert_eq!(ran.status, 2, "{args:?}: {}", ran.all());
        }
    }
}

/// A process that closes any descriptor of the database drops the locks of all, and another may then take its log away:
/// <https://sqlite.org/howtocorrupt.html>, section 2.2.
#[test]
fn while_sqlite_has_the_database_open_nothing_else_in_the_process_opens_it() {
    let place = place();
    let commands = [
        RUN,
        &["run"],
        &["status"],
        &["explain", "1"],
        &["run", "--dry-run"],
        &["backup", "copy.db"],
        &["forget", "a@b.example"],
    ];
    for args in commands {
        let Some((ran, log)) = traced(&place, &["-e", "trace=openat,open,close"], args) else { return };
        assert!(ran.is_orderly(), "{args:?}: {}", ran.all());
        let mut open: HashMap<String, i32> = HashMap::new();
        let mut opened = 0;
        for line in log.lines() {
            if let Some(path) = database_file(line.rsplit_once(" = ").map_or("", |(_, answer)| answer))
                && line.contains("open")
            {
                opened += 1;
                let count = open.entry(path.to_owned()).or_default();
                *count += 1;
                assert_eq!(*count, 1, "{args:?} opens {path} a second time: {line}");
            } else if let Some(path) = database_file(line).filter(|_| line.contains("close(")) {
                *open.entry(path.to_owned()).or_default() -= 1;
            }
        }
        assert!(opened > 1, "{args:?} never opened the database: {log}");
    }
}

/// The path of `5</folder/handoff.db-wal>`, if it is one of the three that SQLite locks.
fn database_file(text: &str) -> Option<&str> {
    let path = text.split_once('<')?.1.split_once('>')?.0;
    let is_one = ["handoff.db", "handoff.db-wal", "handoff.db-shm"].iter().any(|name| path.ends_with(name));
    is_one.then_some(path)
}
