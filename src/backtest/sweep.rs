//! A threshold moved over everything that occurs: leads, precision and recall at each, beside how each band converts alone.

use serde::Serialize;

use super::Case;
use super::bands::{Band, Fall, bands, steepest_fall, values};
use crate::stats::{Quality, Share, float};

/// Whether leads are counted a day or in all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// How many days history has; `None` when it is undated.
    pub days: Option<f64>,
}

/// What the threshold 'at least this' gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    pub at_least: f64,
    pub leads: u64,
    pub leads_a_day: Option<f64>,
    /// `None` without an outcome.
    pub quality: Option<Quality>,
    /// Those with just this value, or with those up to the next threshold.
    pub band: Band,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    pub field: String,
    /// Contacts that are neither disqualified nor unclear and have a value; the others are below every threshold.
    pub with_value: u64,
    /// Those of them without a date, who are in no figure a day; `None` when nobody has one.
    pub undated: Option<u64>,
    pub steps: Vec<Step>,
    /// A higher value is not a better one: `None` when it may be, or when there is no outcome.
    pub fall: Option<Fall>,
}

/// Every contact that is neither disqualified nor unclear counts as a lead from its value on. `everybody` is the base that recall and lift
/// are measured by.
pub fn sweep(field: &str, cases: &[Case], everybody: Option<Share>, quantity: Quantity) -> Sweep {
    let bands = bands(values(cases.iter()).collect());
    let dated = cases.iter().filter(|case| case.date.is_some());
    let mut dated: Vec<f64> = values(dated).map(|(value, _)| value).collect();
    dated.sort_unstable_by(f64::total_cmp);
    let mut above = Share::default();
    let mut steps: Vec<Step> = Vec::with_capacity(bands.len());
    for band in bands.iter().rev() {
        above.add(band.share);
        steps.push(Step {
            at_least: band.from,
            leads: above.of,
            leads_a_day: quantity.days.map(|days| {
                let below = dated.partition_point(|value| value.total_cmp(&band.from).is_lt());
                float((dated.len() - below) as u64) / days
            }),
            quality: everybody.map(|everybody| Quality::of(above, everybody)),
            band: *band,
        });
    }
    steps.reverse();
    let fall = everybody.and_then(|_| steepest_fall(&bands, 1));
    let undated = quantity.days.map(|_| above.of - dated.len() as u64);
    Sweep { field: field.to_owned(), with_value: above.of, undated, steps, fall }
}
