use std::os::unix::fs::PermissionsExt;

use super::*;

fn entry(key: &str) -> Entry {
    Entry { key: key.to_owned(), json: format!(r#"{{"key":"{key}","text":"hello"}}"#) }
}

fn is_done(delivery: &Delivery) -> bool {
    matches!(delivery, Delivery::Done { .. })
}

#[test]
fn a_key_is_written_once_whoever_asks_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/tasks.jsonl");
    let mut log = AppendLog::new(path.clone());
    let first = log.append(&[entry("a"), entry("a"), entry("b")]);
    assert_eq!(first[1], Delivery::Done { remote_id: "tasks.jsonl:a".to_owned() });
    assert!(AppendLog::new(path.clone()).append(&[entry("b"), entry("c")]).iter().all(is_done));
    assert!(log.append(&[entry("c")]).iter().all(is_done));
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn the_file_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out/tasks.jsonl");
    AppendLog::new(path.clone()).append(&[entry("a")]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn a_torn_last_line_is_finished_when_whole_and_cut_off_when_not() {
    let folder = tempfile::tempdir().unwrap();
    for (torn, expected) in
        [(r#"{"key":"b"}"#, "{\"key\":\"a\"}\n{\"key\":\"b\"}\n"), (r#"{"key":"b","te"#, "{\"key\":\"a\"}\n")]
    {
        let path = folder.path().join("tasks.jsonl");
        fs::write(&path, format!("{{\"key\":\"a\"}}\n{torn}")).unwrap();
        let mut log = AppendLog::new(path.clone());
        let deliveries = log.append(&[entry("c")]);
        assert!(is_done(&deliveries[0]));
        let json = entry("c").json;
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{expected}{json}\n"));
    }
}

#[test]
fn a_look_up_finds_what_another_process_wrote_and_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.jsonl");
    let mut log = AppendLog::new(path.clone());
    assert_eq!(log.look_up(["a"].into_iter()), [LookUp::Absent]);
    assert!(!path.exists());
    AppendLog::new(path.clone()).append(&[entry("a")]);
    let found = log.look_up(["a", "b"].into_iter());
    assert_eq!(found[0], LookUp::Found { remote_id: "tasks.jsonl:a".to_owned() });
    assert_eq!(found[1], LookUp::Absent);
}

#[test]
fn what_cannot_be_opened_was_certainly_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("out"), "a file where the folder should be").unwrap();
    let mut log = AppendLog::new(folder.path().join("out/tasks.jsonl"));
    let deliveries = log.append(&[entry("a")]);
    assert!(
        matches!(&deliveries[0], Delivery::NotSent { why } if why.contains("tasks.jsonl")),
        "{deliveries:?}"
    );
}

#[test]
fn a_line_that_could_not_be_read_back_is_refused_and_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = AppendLog::new(folder.path().join("tasks.jsonl"));
    let oversized = Entry { key: "long".to_owned(), json: "x".repeat(LINE_BYTES_MAX + 1) };
    let deliveries = log.append(&[oversized, entry("a")]);
    assert!(matches!(deliveries[0], Delivery::Refused { .. }));
    assert!(is_done(&deliveries[1]));
}

#[test]
fn a_file_that_was_emptied_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.jsonl");
    let mut log = AppendLog::new(path.clone());
    log.append(&[entry("a")]);
    fs::write(&path, "").unwrap();
    assert!(is_done(&log.append(&[entry("a")])[0]));
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
}

#[test]
fn a_failed_write_that_cannot_be_taken_back_is_unknown() {
    // Every write to /dev/full fails for want of space, and it cannot be cut to a length.
    let Ok(mut file) = OpenOptions::new().write(true).open("/dev/full") else {
        return;
    };
    let failure = write_or_roll_back(&mut file, 0, b"line\n").unwrap_err();
    assert!(!failure.rolled_back);
    let log = AppendLog::new(PathBuf::from("full.jsonl"));
    let delivery = log.delivery(&entry("a"), Some(&failure));
    assert!(matches!(delivery, Delivery::Unknown { .. }), "{delivery:?}");
}

#[test]
fn two_writers_at_once_never_interleave_and_never_repeat_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.jsonl");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut log = AppendLog::new(path.clone());
                for round in 0..25 {
                    let entries: Vec<Entry> = (0..4).map(|n| entry(&format!("{round}-{n}"))).collect();
                    assert!(log.append(&entries).iter().all(is_done));
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    let keys: HashSet<&str> = text.lines().collect();
    assert_eq!(text.lines().count(), 100);
    assert_eq!(keys.len(), 100);
    assert!(text.lines().all(|line| serde_json::from_str::<KeyOnly>(line).is_ok()));
}
