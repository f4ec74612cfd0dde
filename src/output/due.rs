//! How a due time came about, a line for each stretch of time.

use chrono::TimeDelta;

use crate::handoff::due::DueAccount;
use crate::model::{Timestamp, one_line};
use crate::rules::format_duration;

pub(super) fn lines(account: &DueAccount) -> Vec<String> {
    let DueAccount { sla, rep, timezone, .. } = account;
    let clock = if account.clock == "wall" { "the wall clock" } else { "the working time" };
    let (within, start) = (span(account.within_seconds), local(account, account.start));
    let mut lines = vec![format!("  {within} by '{sla}' on {clock} of {rep} ({timezone}), from {start}")];
    lines.extend(account.stretches.iter().map(|stretch| {
        let (from, until) = (local(account, stretch.from), local(account, stretch.until));
        let does = match &stretch.why {
            None => "counts".to_owned(),
            Some(why) => format!("does not: {}", one_line(why, 100)),
        };
        let clocks = stretch.clocks.as_ref().map_or_else(String::new, |told| format!(" ({told})"));
        format!("    {from} – {until}: {} {does}{clocks}", span(stretch.seconds))
    }));
    lines.push(format!("    {}", sum(account)));
    lines
}

/// `1h30m + 2h30m = 4h: due Mon 30 Nov 10:30 CET`.
fn sum(account: &DueAccount) -> String {
    let counted = || account.stretches.iter().filter(|stretch| stretch.counts).map(|stretch| stretch.seconds);
    let parts: Vec<String> = counted().map(span).collect();
    let sum = match parts.len() {
        0 => "nothing has counted yet".to_owned(),
        1 => parts.concat(),
        _ => format!("{} = {}", parts.join(" + "), span(counted().sum())),
    };
    match account.due {
        Some(due) => format!("{sum}: due {}", local(account, due)),
        None => format!("{sum}, of {}: no due time while it stands like this", span(account.within_seconds)),
    }
}

/// With seconds only where there are any, so that stretches add up to the eye.
fn local(account: &DueAccount, at: Timestamp) -> String {
    let time = if at.timestamp() % 60 == 0 { "%H:%M" } else { "%H:%M:%S" };
    at.with_timezone(&account.timezone).format(&format!("%a %-d %b {time} %Z")).to_string()
}

fn span(seconds: i64) -> String {
    format_duration(TimeDelta::seconds(seconds))
}
