//! Counts, shares and intervals as people read them.

use crate::stats::{Interval, Quality, Share};

pub(in crate::output) fn count(count: u64) -> String {
    count.to_string()
}

/// At most one decimal.
pub(in crate::output) fn number(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// `61.3 %`; nothing for what is not known.
pub(in crate::output) fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{:.1} %", share * 100.0))
}

/// `58.9–63.6 %`.
pub(in crate::output) fn interval(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |interval| {
        format!("{:.1}–{:.1} %", interval.low * 100.0, interval.high * 100.0)
    })
}

/// The columns of [`quality_cells`]; none without an outcome.
pub(super) fn quality_header(everybody: Option<Share>) -> Vec<&'static str> {
    match everybody {
        Some(_) => vec!["Converted", "Precision", "95 %", "Recall", "Lift"],
        None => Vec::new(),
    }
}

pub(super) fn quality_cells(quality: Option<Quality>) -> Vec<String> {
    let Some(quality) = quality else {
        return Vec::new();
    };
    vec![
        count(quality.converted),
        percent(quality.precision),
        interval(quality.interval),
        percent(quality.recall),
        quality.lift.map_or_else(String::new, |lift| format!("{lift:.2}")),
    ]
}
