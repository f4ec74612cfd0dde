//! Teams with nobody on shift in hours that an SLA promises.

use chrono::TimeDelta;

use crate::model::{Clock, Sla, Timestamp};
use crate::rules::{Finding, Findings, NOBODY_ON_SHIFT, Rules, Team, format_duration};
use crate::sla::longest_gap;

/// Only an SLA on the wall clock promises hours in which nobody works: on the working clock the time stands still.
pub fn check(rules: &Rules, findings: &mut Findings) {
    let promised =
        rules.slas.iter().filter(|sla| sla.clock == Clock::Wall).min_by_key(|sla| sla.respond_within);
    let Some(sla) = promised else { return };
    for team in &rules.teams {
        let reps: Vec<_> = team.members.iter().filter_map(|member| rules.reps.get(member.rep.0)).collect();
        let gap = longest_gap(reps.iter().map(|rep| &rep.hours));
        let zone = reps.first().map_or(chrono_tz::UTC, |rep| rep.hours.timezone);
        if let Some((from, until)) = gap.filter(|(from, until)| *until - *from > sla.respond_within) {
            let local = |at: Timestamp| at.with_timezone(&zone).format("%a %H:%M").to_string();
            findings.add(finding(team, sla, &local(from), &local(until), until - from));
        }
    }
}

fn finding(team: &Team, sla: &Sla, from: &str, until: &str, gap: TimeDelta) -> Finding {
    let message = format!(
        "nobody of team '{}' is on shift from {from} to {until} ({}), and SLA '{}' promises an answer within {} by the wall clock",
        team.name,
        format_duration(gap),
        sla.name,
        format_duration(sla.respond_within)
    );
    let help = "let the SLA count working time (clock = \"working\"), or add shifts";
    Finding::warning(NOBODY_ON_SHIFT, team.span.clone(), message).help(help)
}
