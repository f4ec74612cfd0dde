//! A Slack whose answers arrive spoilt: no body makes the binary panic or hang, and the next lead is told of as ever.

use std::collections::BTreeMap;

use super::desk::Desk;
use crate::support::proxy::Proxy;

const RUNS: usize = 8;

/// Returns how many answers to each method were spoilt.
fn runs_through_spoilt_answers(seed: u64) -> BTreeMap<String, usize> {
    let desk = Desk::open();
    let proxy = Proxy::start(desk.slack.url(), seed, 3);
    desk.place.replace("rules.toml", &desk.slack.url(), &proxy.url());
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
    for run in 0..RUNS {
        let ran = desk.run_with(&format!("2026-11-23T10:{:02}:00Z", run * 7), &["run", "--deadline", "1"]);
        assert!(ran.status < 3 && !ran.stderr.contains("panicked"), "seed {seed}: {}", ran.all());
    }
    let spoilt = proxy.be_honest();
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO", "new,New,Lead,CMO"]);
    desk.run_with("2026-11-23T12:00:00Z", &["retry"]);
    for minute in [1, 31, 59] {
        desk.run_with(&format!("2026-11-23T12:{minute:02}:00Z"), &["run", "--deadline", "10"]);
    }
    let told = desk.slack.messages().iter().filter(|message| message.text().contains("New Lead")).count();
    assert!(told >= 1, "seed {seed}: nobody heard of the next lead");
    spoilt
}

#[test]
fn no_answer_of_slack_breaks_a_run() {
    let mut spoilt: BTreeMap<String, usize> = BTreeMap::new();
    for (method, count) in (1..=4).flat_map(runs_through_spoilt_answers) {
        *spoilt.entry(method).or_default() += count;
    }
    assert!(spoilt.len() >= 5, "too few kinds of answers: {spoilt:#?}");
}
