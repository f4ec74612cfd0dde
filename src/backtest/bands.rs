//! A number cut into bands, and how each band converts: what a threshold over the number hides.

use serde::Serialize;

use super::Case;
use crate::model::Verdict;
use crate::stats::{Interval, Share, fall_by_chance, float};

/// Bands beyond this are told from each other by no reader; values are then taken together by even counts.
const BANDS_MAX: usize = 24;

/// How often 'no chance' may be said of noise.
const FALSE_ALARMS: f64 = 0.05;

/// Contacts with a value in `[from, to]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    pub from: f64,
    /// The highest value that occurs in it; `from` itself for a band of one value.
    pub to: f64,
    pub share: Share,
    pub rate: Option<f64>,
    pub interval: Option<Interval>,
}

/// Two bands in the wrong order: the higher converts less, and no chance explains it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Fall {
    pub from: Band,
    pub to: Band,
}

impl Band {
    /// `15`, or `14–15`.
    pub fn shown(&self) -> String {
        if self.from < self.to { format!("{}–{}", self.from, self.to) } else { format!("{}", self.from) }
    }
}

/// The bands of what occurs, lowest first: each value its own, or as even as ties allow when there are too many. Takes
/// values in any order, each with whether it converted.
pub fn bands(mut values: Vec<(f64, bool)>) -> Vec<Band> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let runs: Vec<&[(f64, bool)]> = values.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).collect();
    let least = if runs.len() > BANDS_MAX { values.len().div_ceil(BANDS_MAX) } else { 1 };
    let mut bands: Vec<Band> = Vec::new();
    for run in runs {
        let Some((value, _)) = run.first().copied() else { continue };
        let mut share = Share::default();
        for (_, converted) in run {
            share.count(*converted);
        }
        match bands.last_mut() {
            Some(band) if band.share.of < least as u64 => {
                band.to = value;
                band.share.add(share);
            }
            Some(_) | None => {
                bands.push(Band { from: value, to: value, share, rate: None, interval: None });
            }
        }
    }
    for band in &mut bands {
        (band.rate, band.interval) = (band.share.rate(), band.share.interval());
    }
    bands
}

/// The values of those cases that are neither disqualified nor unclear.
pub(super) fn values<'c>(cases: impl Iterator<Item = &'c Case>) -> impl Iterator<Item = (f64, bool)> {
    let eligible =
        cases.filter(|case| !matches!(case.verdict, Verdict::Disqualified { .. } | Verdict::Unclear { .. }));
    eligible.filter_map(|case| Some((case.value?, case.converted)))
}

/// The worst pair in the wrong order whose 95 % intervals do not even touch, if chance does not explain it; `None` when a
/// higher value may well be a better one throughout. Every pair of bands is compared, in each of `numbers` that are looked
/// at: where none has to do with the outcome, one is found at most once in twenty. C. E. Bonferroni's correction, as in
/// O. J. Dunn, "Multiple comparisons among means", Journal of the American Statistical Association 56 (1961), 52–64.
pub fn steepest_fall(bands: &[Band], numbers: usize) -> Option<Fall> {
    let pairs = bands.len() * bands.len().saturating_sub(1) / 2;
    let level = FALSE_ALARMS / float((pairs * numbers) as u64);
    let mut steepest: Option<(f64, Fall)> = None;
    for (position, to) in bands.iter().enumerate() {
        for from in bands.iter().take(position) {
            let (Some(upper), Some(lower)) = (from.interval, to.interval) else { continue };
            let gap = upper.low - lower.high;
            let is_steeper = gap > 0.0 && steepest.is_none_or(|(widest, _)| gap > widest);
            if is_steeper && fall_by_chance(from.share, to.share) <= level {
                steepest = Some((gap, Fall { from: *from, to: *to }));
            }
        }
    }
    steepest.map(|(_, fall)| fall)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn group(value: f64, hits: usize, of: usize) -> impl Iterator<Item = (f64, bool)> {
        (0..of).map(move |at| (value, at < hits))
    }

    #[test]
    fn a_higher_band_that_converts_less_is_found() {
        let values = group(14.0, 40, 100).chain(group(15.0, 64, 100)).chain(group(17.0, 5, 100)).collect();
        let fall = steepest_fall(&bands(values), 1).unwrap();
        assert_eq!((fall.from.shown(), fall.to.shown()), ("15".to_owned(), "17".to_owned()));
    }

    #[test]
    fn chance_is_no_fall() {
        let values = group(1.0, 6, 10).chain(group(2.0, 4, 10)).collect();
        assert_eq!(steepest_fall(&bands(values), 1), None);
    }

    /// Numerical Recipes' generator: the same noise in every run.
    fn noise(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    /// In how many of `sets` data sets a fall is found: so many contacts with so many values, of whom that many in a
    /// thousand convert.
    fn alarms(sets: u64, contacts: u64, values: u32, rate: impl Fn(u32) -> u64) -> usize {
        let is_alarm = |seed: &u64| {
            let mut next = noise(*seed);
            let mut contact = |_| {
                let value = u32::try_from(next(values.into())).unwrap();
                (f64::from(value), next(1_000) < rate(value))
            };
            steepest_fall(&bands((0..contacts).map(&mut contact).collect()), 1).is_some()
        };
        (0..sets).filter(is_alarm).count()
    }

    #[test]
    fn of_noise_a_fall_is_found_at_most_once_in_twenty() {
        // Ten of two hundred would be the limit.
        assert!(alarms(200, 2_000, 24, |_| 100) <= 10);
    }

    #[test]
    #[ignore = "a thousand data sets of each kind take minutes"]
    fn of_a_thousand_data_sets_of_noise_a_fall_is_found_in_fifty_at_most() {
        for (contacts, values, rate) in
            [(5_000, 24, 100), (5_000, 3, 100), (500, 24, 20), (5_000, 5_000, 500), (300, 8, 500)]
        {
            let found = alarms(1_000, contacts, values, |_| rate);
            assert!(found <= 50, "{contacts} contacts, {values} values, {rate} ‰: {found}");
        }
    }

    #[test]
    fn a_fall_that_is_there_is_found() {
        let found = alarms(100, 2_000, 24, |value| if value < 12 { 200 } else { 50 });
        assert!(found >= 95, "{found}");
    }

    proptest! {
        #[test]
        fn bands_hold_every_value_once_and_in_order(values in proptest::collection::vec((-500_i32..500, any::<bool>()), 0..2_000)) {
            let count = values.len() as u64;
            let hits = values.iter().filter(|(_, hit)| *hit).count() as u64;
            let bands = bands(values.into_iter().map(|(value, hit)| (f64::from(value), hit)).collect());
            prop_assert!(bands.len() <= BANDS_MAX);
            prop_assert_eq!(bands.iter().map(|band| band.share.of).sum::<u64>(), count);
            prop_assert_eq!(bands.iter().map(|band| band.share.hits).sum::<u64>(), hits);
            prop_assert!(bands.iter().zip(bands.iter().skip(1)).all(|(a, b)| a.to < b.from));
        }
    }
}
