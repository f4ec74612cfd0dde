//! Which faults a seed suffers, and how often; and the proof that each really happened.

use std::collections::BTreeMap;

use crate::rng::Rng;

/// Classes of faults that can be switched off one by one.
pub(crate) const CLASSES: [&str; 11] =
    ["net", "late", "kill", "overlap", "clock", "outage", "lag", "humans", "restore", "bugs", "cells"];

/// What a seed may suffer. Rates are per thousand.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    /// One bit a class, in the order of [`CLASSES`].
    pub(crate) classes: u16,
    pub(crate) ticks: u32,
    pub(crate) contacts: usize,
    pub(crate) kill_rate: u64,
    pub(crate) overlap_rate: u64,
    /// The CRM refuses a second task with the same key.
    pub(crate) has_unique_key: bool,
    /// This seed loses its database, or has an older one restored.
    pub(crate) restores: bool,
    /// How often a connector panics.
    pub(crate) bug_rate: u64,
    /// How often somebody reads everything anew: in few seeds, for it mends what others would show.
    pub(crate) anew_rate: u64,
}

pub(crate) const ALL: u16 = (1 << CLASSES.len()) - 1;

impl Faults {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::stream(seed, "faults");
        Self {
            classes: ALL,
            ticks: 20,
            contacts: 40,
            kill_rate: rng.of(&[0, 5, 15, 40]),
            overlap_rate: rng.of(&[0, 0, 5, 15]),
            has_unique_key: rng.per_mille(500),
            restores: rng.per_mille(80),
            bug_rate: rng.of(&[0, 0, 10]),
            anew_rate: rng.of(&[0, 0, 0, 0, 0, 0, 0, 60]),
        }
    }

    pub(crate) fn has(&self, class: &str) -> bool {
        CLASSES.iter().position(|known| *known == class).is_some_and(|at| self.classes & (1 << at) != 0)
    }

    /// `net,kill`, as `SIM_FAULTS` takes it.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = CLASSES.into_iter().filter(|class| self.has(class)).collect();
        names.join(",")
    }

    pub(crate) fn set_names(&mut self, names: &str) {
        let bit = |name: &str| {
            let at = CLASSES.iter().position(|known| *known == name);
            1 << at.unwrap_or_else(|| panic!("no class of faults {name}; there are {CLASSES:?}"))
        };
        self.classes = names.split(',').filter(|name| !name.is_empty()).map(bit).sum();
    }
}

/// How often each thing happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(BTreeMap<&'static str, u64>);

/// Everything that must have happened somewhere, or the simulation has stopped testing what it says.
pub(crate) const SOMETIMES: [&str; 58] = [
    "runs",
    "overlapping runs",
    "kills",
    "kills inside a send",
    "kills between transactions",
    "answers: not sent",
    "answers: throttled",
    "answers: refused",
    "answers: forbidden",
    "answers: unauthorized",
    "answers: none",
    "answers: garbage, applied",
    "answers: garbage, not applied",
    "answers: lost, applied",
    "answers: 5xx, applied",
    "answers: 5xx, not applied",
    "applied late",
    "look-ups: found",
    "look-ups: absent",
    "look-ups: unseen",
    "look-ups: stale",
    "look-ups: failed",
    "sent again after an absence",
    "refused, then decided by somebody else",
    "adopted by the unique key",
    "pages of contacts failed",
    "second looks failed",
    "activity failed",
    "walks cut short",
    "walks over everything",
    "bugs over a page",
    "bugs over what reps did",
    "bugs over what is sent",
    "bugs over what is looked for",
    "bulk imports",
    "edits",
    "opt-outs",
    "opt-outs that cannot be read",
    "mended to yes",
    "mended to no",
    "mended to nothing",
    "poison",
    "deletions",
    "merges",
    "owners set by hand",
    "rule edits",
    "touches",
    "acceptances",
    "rejections",
    "clock jumps",
    "machine restarts",
    "outages beyond the overlap",
    "index lag beyond the overlap",
    "databases lost",
    "databases restored",
    "handoffs held",
    "taken back before the first write",
    "escalations",
];

impl Counters {
    pub(crate) fn add(&mut self, what: &'static str) {
        self.many(what, 1);
    }

    pub(crate) fn many(&mut self, what: &'static str, count: u64) {
        debug_assert!(SOMETIMES.contains(&what) || OTHERS.contains(&what), "{what} is not counted");
        *self.0.entry(what).or_default() += count;
    }

    pub(crate) fn get(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub(crate) fn never(&self) -> Vec<&'static str> {
        SOMETIMES.into_iter().filter(|what| self.get(what) == 0).collect()
    }

    pub(crate) fn unknown(&self) -> u64 {
        let unknown = [
            "answers: none",
            "answers: garbage, applied",
            "answers: garbage, not applied",
            "answers: lost, applied",
            "answers: 5xx, applied",
            "answers: 5xx, not applied",
            "applied late",
        ];
        unknown.into_iter().map(|what| self.get(what)).sum()
    }

    pub(crate) fn table(&self) -> String {
        let rows = self.0.iter().map(|(what, count)| format!("  {what:<40} {count:>10}"));
        rows.collect::<Vec<_>>().join("\n")
    }
}

/// Counted, and not required.
const OTHERS: [&str; 4] = ["events", "handoffs", "tasks", "messages"];
