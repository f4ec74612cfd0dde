//! The program against a simulated world: a CRM, a chat, reps and a clock that do everything that RELIABILITY's list of
//! faults knows, drawn from a seed. What runs is the program's own code and its own SQL on real SQLite; simulated are the
//! two traits and the time. The walk over changed contacts uses the connectors' own position in front of a simulated index.
//!
//! `cargo test --release --test simulation -- --nocapture` prints the figures. `SIM_SEEDS`, `SIM_BASE` choose how many and
//! which seeds; `SIM_SEED=… SIM_TRACE=1 … replay` plays one again.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::struct_excessive_bools,
    reason = "a test that cannot go on has failed, and it shows its figures"
)]

mod answers;
mod definition;
mod engine;
mod faults;
mod oracle;
mod rng;
mod schedule;
mod seeds;
mod services;
mod workload;
mod world;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use faults::{Counters, Faults};
use seeds::{play, report};

/// Every seed that ever failed: they run first.
const KEPT: &str = include_str!("seeds.txt");

/// After so many no other seed is begun.
const FAILURES_MAX: usize = 10;

/// In memory where the system has such a place: a seed makes thousands of commits.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let place: PathBuf = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "whoever replays a seed says which")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str) -> Option<u64> {
    setting(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Plays seeds on as many threads as there are processors; gives what happened and the first failures.
fn play_all(seeds: &[u64]) -> (Counters, Vec<(u64, String)>) {
    let next = AtomicU64::new(0);
    let all = Mutex::new((Counters::default(), Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let folder = folder();
                loop {
                    let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let Some(seed) = seeds.get(at) else { return };
                    let played = play(*seed, Faults::of(*seed), folder.path(), false);
                    let mut all = all.lock().unwrap();
                    all.0.merge(&played.counters);
                    if let Some(violation) = played.violation {
                        all.1.push((*seed, violation));
                        if all.1.len() == FAILURES_MAX {
                            next.store(u64::MAX / 2, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    all.into_inner().unwrap()
}

fn must_pass(seeds: &[u64]) -> Counters {
    let (counters, failed) = play_all(seeds);
    if let Some((seed, violation)) = failed.first() {
        for (seed, violation) in &failed {
            println!("seed {seed}: {violation}");
        }
        panic!("{}", report(*seed, violation, folder().path()));
    }
    counters
}

#[test]
fn kept_seeds_pass() {
    let kept: Vec<u64> = KEPT
        .lines()
        .filter_map(|line| line.split('#').next().map(str::trim).filter(|seed| !seed.is_empty()))
        .map(|seed| seed.parse().unwrap())
        .collect();
    must_pass(&kept);
}

#[test]
fn no_lead_is_lost_and_none_is_handed_off_twice() {
    let count = number("SIM_SEEDS").unwrap_or(30);
    let base = number("SIM_BASE").unwrap_or(1);
    let seeds: Vec<u64> = (base..base + count).collect();
    let counters = must_pass(&seeds);
    println!(
        "{count} seeds, {} events, {} kills, {} unknown outcomes, duplicates 0, losses 0\n{}",
        counters.get("events"),
        counters.get("kills"),
        counters.unknown(),
        counters.table()
    );
    if count >= 2_000 {
        assert_eq!(counters.never(), [""; 0], "these never happened: the simulation no longer tests them");
    }
}

#[test]
fn a_run_killed_at_each_point_in_turn_loses_nothing() {
    let folder = folder();
    for after in [world::SECOND, world::MINUTE] {
        let points =
            schedule::each_kill(after, folder.path()).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(points > 20, "only {points} points were met");
    }
}

#[test]
fn a_change_that_the_index_learns_of_late_is_handed_off_long_before_the_sweep() {
    schedule::late_in_the_index(folder().path()).unwrap();
}

#[test]
fn what_a_service_shows_late_is_not_sent_again_by_somebody_impatient() {
    schedule::impatient(folder().path()).unwrap();
}

#[test]
fn six_hours_of_maintenance_lose_nothing() {
    schedule::six_hours_of_maintenance(folder().path()).unwrap();
}

#[test]
fn what_was_decided_by_a_clock_three_days_ahead_is_decided_again() {
    schedule::three_days_ahead(folder().path()).unwrap();
}

#[test]
fn two_days_of_throttled_reads_lose_nothing_and_no_run_of_them_is_good() {
    schedule::two_days_throttled(folder().path()).unwrap();
}

/// What the program must not do, each as a bug that it can be given: `src/mutant.rs`.
#[cfg(feature = "mutants")]
const MUTANTS: &[&str] = &[
    "effect before intent",
    "key per attempt",
    "answers in another order",
    "no look-up",
    "failed look-up is an absence",
    "one look is enough",
    "looks while it may be on its way",
    "5xx is a failure",
    "unknown is not sent",
    "no answer is not sent",
    "a bug is not sent",
    "not sent is done",
    "throttled is done",
    "garbage is a failure",
    "garbage is a success",
    "interrupted is planned",
    "claim without a look",
    "no order within a handoff",
    "cancelled and sent all the same",
    "poison ends the walk",
    "cursor before rows",
    "nobody is set aside",
    "a contact that was read is not read again",
    "no overlap",
    "no sweep",
    "handed off again at each change",
    "no cooldown",
    "no baseline",
    "escalated without a look",
    "escalated early",
    "escalated undelivered",
    "no second look",
    "handed off though deleted",
    "owner taken from somebody",
    "the clock goes on after a touch",
    "the same key for every handoff",
    "changed and not judged",
    "turns not paid for",
    "throttled is read",
    "a verdict of tomorrow stands",
    "no task",
    "an unread opt-out is none",
];

#[cfg(feature = "mutants")]
fn scheduled(folder: &Path) -> Result<(), String> {
    schedule::each_kill(world::SECOND, folder)?;
    schedule::late_in_the_index(folder)?;
    schedule::two_days_throttled(folder)?;
    schedule::three_days_ahead(folder)?;
    schedule::impatient(folder)
}

/// Which seed or schedule finds the bug that this thread has.
#[cfg(feature = "mutants")]
fn killed_by(folder: &Path) -> Option<String> {
    if let Err(violation) = scheduled(folder) {
        return Some(format!("schedule: {violation}"));
    }
    (1..=1000).find_map(|seed| {
        let violation = play(seed, Faults::of(seed), folder, false).violation?;
        Some(format!("seed {seed}: {violation}"))
    })
}

#[cfg(feature = "mutants")]
#[test]
fn every_deliberate_bug_is_found() {
    let next = AtomicU64::new(0);
    let survivors = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let folder = folder();
                loop {
                    let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let Some(name) = MUTANTS.get(at) else { return };
                    handoff::mutant::choose(name);
                    match killed_by(folder.path()) {
                        Some(by) => println!("{name:<45} {by}"),
                        None => survivors.lock().unwrap().push(*name),
                    }
                    // It was the bug that was found, and nothing that it left behind.
                    handoff::mutant::choose("");
                    assert_eq!(scheduled(folder.path()), Ok(()), "without a bug, after '{name}'");
                }
            });
        }
    });
    let survivors = survivors.into_inner().unwrap();
    println!("{} bugs, {} survived", MUTANTS.len(), survivors.len());
    assert_eq!(survivors, [""; 0], "the simulation does not find these");
}

#[test]
#[ignore = "plays the one seed that SIM_SEED names"]
fn replay() {
    let seed = number("SIM_SEED").unwrap_or(1);
    let mut faults = Faults::of(seed);
    if let Some(names) = setting("SIM_FAULTS") {
        faults.set_names(&names);
    }
    faults.ticks = number("SIM_TICKS").map_or(faults.ticks, |ticks| u32::try_from(ticks).unwrap());
    faults.contacts = number("SIM_CONTACTS").map_or(faults.contacts, |count| usize::try_from(count).unwrap());
    let played = play(seed, faults, folder().path(), setting("SIM_TRACE").is_some());
    println!("{}", played.trace.join("\n"));
    assert_eq!(played.violation, None, "seed {seed}");
}
