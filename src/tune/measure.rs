//! History as the search needs it: contacts in order, an earlier part to search on and a later one to prove with.

use chrono::NaiveDate;
use serde::Serialize;

use crate::backtest::{Seen, days_between};
use crate::model::Contact;
use crate::qualify::evaluate;
use crate::rules::Rules;
use crate::stats::{Share, float};

/// Contacts kept: thousands of definitions are tried on each.
const SAMPLES_MAX: usize = 50_000;

/// Of history, how much is searched on.
const TUNED_ON: f64 = 0.7;

/// One contact of history.
#[derive(Clone, Debug)]
pub struct Sample {
    pub contact: Contact,
    pub seen: Seen,
}

/// Contacts as they come; of a very long history, evenly every second, fourth, eighth, …
#[derive(Debug)]
pub struct Samples {
    kept: Vec<Sample>,
    seen: usize,
    undated: usize,
    /// The first day and the last.
    span: Option<(NaiveDate, NaiveDate)>,
    stride: usize,
}

/// A stretch of history.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub samples: &'a [Sample],
    /// Both ends included, as `backtest` counts them; `None` without dates.
    pub days: Option<u64>,
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
        Self { kept: Vec::new(), seen: 0, undated: 0, span: None, stride: 1 }
    }
}

impl Samples {
    pub fn push(&mut self, sample: Sample) {
        match (sample.day(), self.span) {
            (Some(day), Some((first, last))) => self.span = Some((first.min(day), last.max(day))),
            (Some(day), None) => self.span = Some((day, day)),
            (None, _) => self.undated += 1,
        }
        if self.seen.is_multiple_of(self.stride) {
            self.kept.push(sample);
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

    /// How many days history has; 0 without dates.
    pub fn days(&self) -> u64 {
        self.span.map_or(0, |(first, last)| days_between(first, last))
    }

    /// Contacts that have no date where others have one: neither early nor late, they are left out.
    pub fn undated(&self) -> usize {
        if self.span.is_some() { self.undated } else { 0 }
    }

    /// The share of all contacts that has a date, where any has.
    pub(super) fn dated_share(&self) -> f64 {
        1.0 - float(self.undated() as u64) / float(self.seen as u64).max(1.0)
    }

    /// Brings history into the order of time.
    pub fn sort(&mut self) {
        if self.span.is_some() {
            self.kept.retain(|sample| sample.seen.date.is_some());
            self.kept.sort_by_key(|sample| sample.seen.date);
        }
    }

    /// The earlier part and the later one; [`Samples::sort`] goes before. Every day is in one of them, also those on which
    /// nobody came.
    pub fn split(&self) -> (Part<'_>, Part<'_>) {
        let (early, late) = self.kept.split_at_checked(self.cut()).unwrap_or((&self.kept, &[]));
        let part = |samples, days| Part { samples, days, stride: self.stride };
        let Some((first, last)) = self.span else { return (part(early, None), part(late, None)) };
        let late_days = late.first().and_then(Sample::day).map_or(0, |day| days_between(day, last));
        let early_days = days_between(first, last) - late_days;
        (part(early, Some(early_days.max(1))), part(late, Some(late_days.max(1))))
    }

    /// Where the later part begins: at the beginning of a day, unless all are of one.
    fn cut(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of samples"
        )]
        let cut = (float(self.kept.len() as u64) * TUNED_ON) as usize;
        let Some(day) = self.kept.get(cut).and_then(Sample::day) else { return cut };
        let begins = self.kept.partition_point(|sample| sample.day() < Some(day));
        let ends = self.kept.partition_point(|sample| sample.day() <= Some(day));
        match (begins == 0, ends == self.kept.len()) {
            (true, true) => cut,
            (false, true) => begins,
            (false, false) if cut - begins <= ends - cut => begins,
            (true | false, false) => ends,
        }
    }
}

impl Sample {
    /// As `backtest` counts it.
    fn day(&self) -> Option<NaiveDate> {
        self.seen.date.map(|date| date.date_naive())
    }
}

impl Part<'_> {
    /// Who of the samples is a lead by `rules`.
    pub(super) fn leads(&self, rules: &Rules) -> Vec<bool> {
        let is_lead =
            |sample: &Sample| evaluate(rules, &sample.contact, sample.seen.judged_at).verdict.is_qualified();
        self.samples.iter().map(is_lead).collect()
    }

    /// What becomes of such leads. `per_day`: they are counted a day, for parts with dates.
    pub(super) fn measure(&self, leads: &[bool], per_day: bool) -> Measured {
        let share = self.share(leads.iter().copied());
        let leads = float(share.of) * float(self.stride as u64);
        let days = self.days.filter(|_| per_day);
        Measured { share, leads: days.map_or(leads, |days| leads / float(days)) }
    }

    /// Those who are leads before a change and not after it.
    pub(super) fn left_out(&self, before: &[bool], after: &[bool]) -> Share {
        self.share(before.iter().zip(after).map(|(before, after)| *before && !*after))
    }

    fn share(&self, chosen: impl Iterator<Item = bool>) -> Share {
        let mut share = Share::default();
        let chosen = self.samples.iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen);
        chosen.for_each(|(sample, _)| share.count(sample.seen.converted));
        share
    }
}
