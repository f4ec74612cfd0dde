//! How a due time came about, a line for each stretch of time.

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Serialize;

use crate::model::{Timestamp, one_line};
use crate::rules::format_duration;

#[derive(Debug, Serialize)]
pub(crate) struct DueAccount {
    pub sla: String,
    pub within_seconds: i64,
    /// `working` or `wall`.
    pub clock: &'static str,
    pub rep: String,
    /// Of the rep.
    #[serde(serialize_with = "name")]
    pub timezone: Tz,
    pub start: Timestamp,
    pub stretches: Vec<Counted>,
    /// `None` while nobody knows: the clock stands still, or the rep never works so long.
    pub due: Option<Timestamp>,
}

/// A stretch of time, counted or not.
#[derive(Debug, Serialize)]
pub(crate) struct Counted {
    pub from: Timestamp,
    pub until: Timestamp,
    pub seconds: i64,
    pub counts: bool,
    /// Why it does not.
    pub why: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn name<S: serde::Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

impl DueAccount {
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self { sla, rep, timezone, .. } = self;
        let clock = if self.clock == "wall" { "the wall clock" } else { "the working time" };
        let (within, start) = (span(self.within_seconds), self.local(self.start));
        let mut lines = vec![format!("  {within} by '{sla}' on {clock} of {rep} ({timezone}), from {start}")];
        lines.extend(self.stretches.iter().map(|stretch| {
            let (from, until) = (self.local(stretch.from), self.local(stretch.until));
            let does = match &stretch.why {
                None => "counts".to_owned(),
                Some(why) => format!("does not: {}", one_line(why, 100)),
            };
            format!("    {from} – {until}: {} {does}", span(stretch.seconds))
        }));
        lines.push(format!("    {}", self.sum()));
        lines
    }

    /// `1h30m + 2h30m = 4h: due Mon 30 Nov 10:30 CET`.
    fn sum(&self) -> String {
        let counted =
            || self.stretches.iter().filter(|stretch| stretch.counts).map(|stretch| stretch.seconds);
        let parts: Vec<String> = counted().map(span).collect();
        let sum = match parts.len() {
            0 => "nothing has counted yet".to_owned(),
            1 => parts.concat(),
            _ => format!("{} = {}", parts.join(" + "), span(counted().sum())),
        };
        match self.due {
            Some(due) => format!("{sum}: due {}", self.local(due)),
            None => format!("{sum}, of {}: no due time while it stands like this", span(self.within_seconds)),
        }
    }

    /// With seconds only where there are any, so that stretches add up to the eye.
    fn local(&self, at: Timestamp) -> String {
        let time = if at.timestamp() % 60 == 0 { "%H:%M" } else { "%H:%M:%S" };
        at.with_timezone(&self.timezone).format(&format!("%a %-d %b {time} %Z")).to_string()
    }
}

fn span(seconds: i64) -> String {
    format_duration(TimeDelta::seconds(seconds))
}
