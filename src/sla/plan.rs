//! When a handoff is due, and when each escalation step comes.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::calendar::{Interval, add_working};
use crate::model::{Absence, Clock, Sla, StepAction, StepAt, Timestamp, WorkingTime};

/// The moments of one assignment. It is made anew for the next owner, whose hours differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub due: Timestamp,
    /// In the order of their times.
    pub steps: Vec<PlannedStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// Position among the SLA's steps, from 1; it goes on when they start over.
    pub n: u32,
    pub at: Timestamp,
    pub action: StepAction,
}

/// Counts an SLA from `start` on the clock that it names; the steps start over as often as it says, the first one counted
/// from the last. Steps beyond three years are left out, and there is no plan when the owner does not work as long as
/// `respond_within` in that time.
pub fn plan(sla: &Sla, hours: &WorkingTime, start: Timestamp) -> Option<Plan> {
    plan_around(sla, hours, start, &[])
}

/// As [`plan`], on a clock that stood still in some intervals.
pub(super) fn plan_around(
    sla: &Sla,
    hours: &WorkingTime,
    start: Timestamp,
    still: &[Interval],
) -> Option<Plan> {
    let clock = running(sla.clock, hours, still);
    let after = |span| add_working(&clock, start, span);
    let due = after(sla.respond_within)?;
    let mut chain: Vec<(TimeDelta, &StepAction)> = sla
        .steps
        .iter()
        .filter_map(|step| Some((span_of(step.at, sla.respond_within)?, &step.action)))
        .collect();
    chain.sort_by_key(|(span, _)| *span);
    let length = chain.last().map_or(TimeDelta::zero(), |(span, _)| *span);
    let turns = (0..=i32::try_from(sla.repeat).unwrap_or(i32::MAX))
        .map_while(|turn| length.checked_mul(turn))
        .flat_map(|begin| {
            chain.iter().filter_map(move |(span, action)| Some((begin.checked_add(span)?, *action)))
        });
    let steps = (1..)
        .zip(turns)
        .map_while(|(n, (span, action))| Some(PlannedStep { n, at: after(span)?, action: action.clone() }))
        .collect();
    Some(Plan { due, steps })
}

/// The time that counts, as a calendar: the owner's or every minute, without the intervals in which the clock stood still.
pub(super) fn running(clock: Clock, hours: &WorkingTime, still: &[Interval]) -> WorkingTime {
    let mut running = match clock {
        Clock::Working => hours.clone(),
        Clock::Wall => WorkingTime {
            timezone: hours.timezone,
            shifts: Vec::new(),
            holidays: BTreeMap::new(),
            away: Vec::new(),
        },
    };
    running.away.extend(still.iter().map(|(from, until)| Absence::Span { from: *from, until: *until }));
    running
}

/// `None` when it is longer than time itself.
fn span_of(at: StepAt, respond_within: TimeDelta) -> Option<TimeDelta> {
    match at {
        StepAt::After(span) => Some(span),
        StepAt::Percent(percent) => {
            let milliseconds = respond_within.num_milliseconds().checked_mul(i64::from(percent))?;
            TimeDelta::try_milliseconds(milliseconds / 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use chrono_tz::Tz;

    use super::*;
    use crate::model::{Shift, SlaStep};
    use crate::sla::testing::{time, utc};

    fn hot(clock: Clock) -> Sla {
        let step = |at, action| SlaStep { at, action };
        Sla {
            name: "hot".to_owned(),
            respond_within: TimeDelta::minutes(60),
            clock,
            steps: vec![
                step(StepAt::Percent(50), StepAction::Remind),
                step(StepAt::Percent(200), StepAction::Reassign),
                step(StepAt::After(TimeDelta::minutes(90)), StepAction::Return),
            ],
            repeat: 0,
            ack_expires: None,
        }
    }

    fn mondays() -> WorkingTime {
        WorkingTime {
            timezone: Tz::Europe__Lisbon,
            shifts: vec![Shift { day: Weekday::Mon, from: time("09:00"), to: time("10:00") }],
            holidays: BTreeMap::new(),
            away: Vec::new(),
        }
    }

    fn moments(plan: &Plan) -> Vec<(u32, Timestamp)> {
        plan.steps.iter().map(|step| (step.n, step.at)).collect()
    }

    #[test]
    fn steps_come_in_the_order_of_their_times_whatever_their_unit() {
        let plan = plan(&hot(Clock::Wall), &mondays(), utc("2026-11-28T12:00")).unwrap();
        assert_eq!(plan.due, utc("2026-11-28T13:00"));
        assert_eq!(
            moments(&plan),
            [(1, utc("2026-11-28T12:30")), (2, utc("2026-11-28T13:30")), (3, utc("2026-11-28T14:00"))]
        );
        assert_eq!(plan.steps[1].action, StepAction::Return);
    }

    #[test]
    fn the_working_clock_stands_still_between_shifts() {
        let plan = plan(&hot(Clock::Working), &mondays(), utc("2026-11-28T12:00")).unwrap();
        assert_eq!(plan.due, utc("2026-11-30T10:00"));
        assert_eq!(
            moments(&plan),
            [(1, utc("2026-11-30T09:30")), (2, utc("2026-12-07T09:30")), (3, utc("2026-12-07T10:00"))]
        );
    }

    #[test]
    fn who_never_works_long_enough_has_no_plan() {
        let sla = Sla { respond_within: TimeDelta::hours(200), ..hot(Clock::Working) };
        assert_eq!(plan(&sla, &mondays(), utc("2026-11-28T12:00")), None);
    }

    #[test]
    fn a_step_beyond_the_horizon_is_left_out_and_the_rest_stands() {
        let mut sla = hot(Clock::Working);
        sla.steps.push(SlaStep { at: StepAt::Percent(u32::MAX), action: StepAction::Remind });
        let plan = plan(&sla, &mondays(), utc("2026-11-28T12:00")).unwrap();
        assert_eq!(plan.steps.len(), 3);
    }

    #[test]
    fn the_steps_start_over_from_the_last_one() {
        let mut sla = Sla { repeat: 2, ..hot(Clock::Wall) };
        sla.steps.truncate(2);
        let plan = plan(&sla, &mondays(), utc("2026-11-28T12:00")).unwrap();
        let at: Vec<Timestamp> = plan.steps.iter().map(|step| step.at).collect();
        let expected = ["12:30", "14:00", "14:30", "16:00", "16:30", "18:00"];
        assert_eq!(at, expected.map(|time| utc(&format!("2026-11-28T{time}"))));
        assert_eq!((plan.steps[4].n, &plan.steps[4].action), (5, &StepAction::Remind));
    }

    #[test]
    fn what_the_clock_stood_still_is_added_in_working_time() {
        let still = [
            (utc("2026-11-30T09:20"), utc("2026-11-30T09:50")),
            (utc("2026-12-01T00:00"), utc("2026-12-02T00:00")),
        ];
        let plan = plan_around(&hot(Clock::Working), &mondays(), utc("2026-11-28T12:00"), &still).unwrap();
        assert_eq!(plan.due, utc("2026-12-07T09:30"));
        assert_eq!(
            plan.steps[0].at,
            utc("2026-11-30T10:00"),
            "ten minutes were left at the end of the shift"
        );
    }
}
