//! What `status` says of a desk that is well and of one that is not, for people and for monitors.

use std::collections::BTreeMap;
use std::fs;

use crate::desk::{csv, export_and_run, open_desk};
use crate::support::Place;

/// Reads the text format: every sample belongs to a metric whose type was given before it.
fn metrics(place: &Place, now: &str, status: i32) -> BTreeMap<String, u64> {
    let ran = place.handoff_at(now, &["status", "--format", "prometheus"]);
    assert_eq!(ran.status, status, "{}", ran.all());
    let mut kinds = Vec::new();
    let mut samples = BTreeMap::new();
    for line in ran.stdout.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            kinds.push(kind.strip_suffix(" gauge").expect("a gauge").to_owned());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            let metric = name.split('{').next().unwrap();
            assert_eq!(kinds.last().map(String::as_str), Some(metric), "{line}");
            assert!(
                metric.starts_with("handoff_") && metric.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            );
            assert!(
                samples.insert(name.to_owned(), value.parse().unwrap()).is_none(),
                "{name} is there twice"
            );
        }
    }
    samples
}

#[test]
fn a_desk_that_is_well_is_healthy_in_both_languages() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "10")]);
    let text = place.handoff_at("2026-11-23T10:05:00Z", &["status"]);
    assert_eq!(text.status, 0, "{}", text.all());
    assert!(text.stdout.starts_with("healthy\n"), "{}", text.stdout);
    assert!(!text.stdout.contains("last good:"), "no step was run apart: {}", text.stdout);
    let metrics = metrics(&place, "2026-11-23T10:05:00Z", 0);
    for (name, value) in [
        ("handoff_healthy", 1),
        ("handoff_last_good_run_age_seconds", 300),
        ("handoff_last_good_run_timestamp_seconds", 1_795_428_000),
        ("handoff_step_age_seconds{step=\"sync\"}", 300),
        ("handoff_step_age_seconds{step=\"escalate\"}", 300),
        ("handoff_contacts", 2),
        ("handoff_open_handoffs{status=\"assigned\"}", 1),
        ("handoff_open_handoffs{status=\"waiting\"}", 0),
        ("handoff_oldest_open_seconds{status=\"assigned\"}", 300),
        ("handoff_effects{state=\"failed\"}", 0),
    ] {
        assert_eq!(metrics.get(name), Some(&value), "{name}: {metrics:?}");
    }
}

#[test]
fn each_trouble_is_named_with_its_way_out() {
    let cron_stopped = open_desk("");
    let ran = cron_stopped.handoff_at("2026-11-23T09:16:00Z", &["status"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("16 minutes ago: is cron running `handoff run`?"), "{}", ran.stdout);
    let metrics = metrics(&cron_stopped, "2026-11-23T09:16:00Z", 1);
    assert_eq!(metrics["handoff_healthy"], 0);
    assert_eq!(metrics["handoff_attention"], 1);

    let bad_sync = open_desk("");
    fs::remove_file(bad_sync.path("contacts.csv")).unwrap();
    assert_eq!(bad_sync.handoff_at("2026-11-23T09:01:00Z", &["run"]).status, 1);
    let ran = bad_sync.handoff_at("2026-11-23T09:02:00Z", &["status"]);
    assert!(
        ran.stdout.contains("the last run failed:") && ran.stdout.contains("contacts.csv"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.status, 1);

    let broken = open_desk("");
    broken.replace("rules.toml", "at_least", "atleast");
    let ran = broken.handoff_at("2026-11-23T09:01:00Z", &["status"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("rules.toml is broken, so no run starts"), "{}", ran.stdout);
}

#[test]
fn a_step_that_is_run_apart_has_its_own_age() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    place.json_at("2026-11-23T09:05:00Z", 0, &["sync"]);
    let text = place.handoff_at("2026-11-23T09:10:00Z", &["status"]).stdout;
    assert!(text.contains("last good: sync 5 minutes ago, evaluate 10 minutes ago"), "{text}");
    let metrics = metrics(&place, "2026-11-23T09:10:00Z", 0);
    assert_eq!(metrics["handoff_step_age_seconds{step=\"sync\"}"], 300);
    assert_eq!(metrics["handoff_step_age_seconds{step=\"route\"}"], 600);
}
