//! History as the search needs it: contacts in order, an earlier part to search on and a later one to prove with.

use serde::Serialize;

use crate::model::{Contact, Timestamp};
use crate::qualify::evaluate;
use crate::rules::Rules;
use crate::stats::{Share, float};

/// Contacts kept: thousands of definitions are tried on each.
const SAMPLES_MAX: usize = 50_000;

/// Of history, how much is searched on.
const TUNED_ON: f64 = 0.7;

const DAY_SECONDS: f64 = 86_400.0;

/// One contact of history.
#[derive(Clone, Debug)]
pub struct Sample {
    pub contact: Contact,
    pub judged_at: Timestamp,
    pub date: Option<Timestamp>,
    pub converted: bool,
}

/// Contacts as they come; of a very long history, evenly every second, fourth, eighth, …
#[derive(Debug)]
pub struct Samples {
    kept: Vec<Sample>,
    seen: usize,
    stride: usize,
}

/// A stretch of history.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub samples: &'a [Sample],
    /// `None` without dates.
    pub days: Option<f64>,
    /// How many contacts each sample stands for.
    pub stride: usize,
}

/// What a definition does on a part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Leads among the samples, and who of them converted.
    pub share: Share,
    /// Of the whole part: a day, or in all.
    pub leads: f64,
}

impl Default for Samples {
    fn default() -> Self {
        Self { kept: Vec::new(), seen: 0, stride: 1 }
    }
}

impl Samples {
    pub fn push(&mut self, sample: impl FnOnce() -> Sample) {
        if self.seen.is_multiple_of(self.stride) {
            self.kept.push(sample());
        }
        self.seen += 1;
        if self.kept.len() > SAMPLES_MAX {
            let mut keep = false;
            self.kept.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride *= 2;
        }
    }

    pub fn stride(&self) -> usize {
        self.stride
    }

    pub fn is_dated(&self) -> bool {
        self.kept.iter().any(|sample| sample.date.is_some())
    }

    /// Brings history into the order of time. With dates, contacts without one are left out: they are neither early nor late.
    pub fn sort(&mut self) {
        if self.is_dated() {
            self.kept.retain(|sample| sample.date.is_some());
            self.kept.sort_by_key(|sample| sample.date);
        }
    }

    /// The earlier part and the later one; [`Samples::sort`] goes before.
    pub fn split(&self) -> (Part<'_>, Part<'_>) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of samples"
        )]
        let cut = (float(self.kept.len() as u64) * TUNED_ON) as usize;
        let (early, late) = self.kept.split_at_checked(cut).unwrap_or((&self.kept, &[]));
        let part = |samples| Part { samples, days: days(samples), stride: self.stride };
        (part(early), part(late))
    }
}

/// From the first to the last, at least one.
fn days(samples: &[Sample]) -> Option<f64> {
    let (first, last) = (samples.first()?.date?, samples.last()?.date?);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a few centuries are far below 2^52")]
    let seconds = (last - first).num_seconds() as f64;
    Some((seconds / DAY_SECONDS).max(1.0))
}

impl Part<'_> {
    /// What `rules` do here. `per_day`: leads are counted a day, for parts with dates.
    pub fn measure(&self, rules: &Rules, per_day: bool) -> Measured {
        let mut share = Share::default();
        for sample in self.samples {
            if evaluate(rules, &sample.contact, sample.judged_at).verdict.is_qualified() {
                share.count(sample.converted);
            }
        }
        let leads = float(share.of) * float(self.stride as u64);
        let days = self.days.filter(|_| per_day);
        Measured { share, leads: days.map_or(leads, |days| leads / days) }
    }
}
