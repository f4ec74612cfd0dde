//! When a handoff is due, and when each escalation step comes.

use chrono::TimeDelta;

use super::calendar::add_working;
use crate::model::{Clock, Sla, StepAction, StepAt, Timestamp, WorkingTime};

/// The moments of one assignment. It is made anew for the next owner, whose hours differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub due: Timestamp,
    /// In the order of their times.
    pub steps: Vec<PlannedStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// Position among the SLA's steps, from 1.
    pub n: u32,
    pub at: Timestamp,
    pub action: StepAction,
}

/// Counts an SLA from `start` on the clock that it names. On the working clock, steps beyond three years are left out, and
/// there is no plan when the owner does not work as long as `respond_within` in that time.
pub fn plan(sla: &Sla, hours: &WorkingTime, start: Timestamp) -> Option<Plan> {
    let after = |span| match sla.clock {
        Clock::Wall => start.checked_add_signed(span),
        Clock::Working => add_working(hours, start, span),
    };
    let due = after(sla.respond_within)?;
    let mut steps: Vec<(TimeDelta, &StepAction)> = sla
        .steps
        .iter()
        .filter_map(|step| Some((span_of(step.at, sla.respond_within)?, &step.action)))
        .collect();
    steps.sort_by_key(|(span, _)| *span);
    let steps = (1..)
        .zip(steps)
        .map_while(|(n, (span, action))| Some(PlannedStep { n, at: after(span)?, action: action.clone() }))
        .collect();
    Some(Plan { due, steps })
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
    use std::collections::BTreeSet;

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
        }
    }

    fn mondays() -> WorkingTime {
        WorkingTime {
            timezone: Tz::Europe__Lisbon,
            shifts: vec![Shift { day: Weekday::Mon, from: time("09:00"), to: time("10:00") }],
            holidays: BTreeSet::new(),
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
}
