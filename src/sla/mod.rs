//! The SLA clock: working time, when a handoff is due, which escalation step is next. Pure: the time comes in as a value.

mod account;
mod calendar;
mod cover;
mod pause;
mod plan;
#[cfg(test)]
pub(crate) mod testing;

pub use account::{Counts, Stretch, clock_changes};
pub use calendar::{
    Interval, add_working, intervals, is_day_off, is_working, next_day, next_present, next_working,
};
pub use cover::longest_gap;
pub use pause::{Change, Pause, PauseReason, Running};
pub use plan::{Plan, PlannedStep, plan};

use crate::model::Timestamp;

/// The escalation that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNow<'a> {
    pub step: &'a PlannedStep,
    /// Steps that came due before it and were never done.
    pub skipped: Vec<u32>,
}

/// The last step that is due and not done. After an outage that is one escalation at the present level, not a burst: the
/// steps before it are skipped. `done_up_to` is 0 when none is done.
pub fn due_steps(planned: &[PlannedStep], done_up_to: u32, now: Timestamp) -> Option<DueNow<'_>> {
    let mut due: Vec<&PlannedStep> =
        planned.iter().filter(|step| step.n > done_up_to && step.at <= now).collect();
    due.sort_by_key(|step| step.n);
    let step = due.pop()?;
    Some(DueNow { step, skipped: due.iter().map(|step| step.n).collect() })
}

#[cfg(test)]
mod tests {
    use super::testing::utc;
    use super::*;
    use crate::model::StepAction;

    fn three_steps() -> Vec<PlannedStep> {
        (1..)
            .zip(["2026-11-30T09:00", "2026-11-30T10:00", "2026-11-30T11:00"])
            .map(|(n, at)| PlannedStep { n, at: utc(at), action: StepAction::Remind })
            .collect()
    }

    #[test]
    fn a_step_is_due_from_its_very_moment_on() {
        let steps = three_steps();
        assert_eq!(due_steps(&steps, 0, utc("2026-11-30T08:59")), None);
        let due = due_steps(&steps, 0, utc("2026-11-30T09:00")).unwrap();
        assert_eq!((due.step.n, due.skipped), (1, vec![]));
    }

    #[test]
    fn a_step_that_is_done_does_not_come_again() {
        let steps = three_steps();
        assert_eq!(due_steps(&steps, 1, utc("2026-11-30T09:59")), None);
        assert_eq!(due_steps(&steps, 3, utc("2027-11-30T09:59")), None);
    }

    #[test]
    fn after_an_outage_only_the_last_step_is_done_and_the_others_are_reported() {
        let steps = three_steps();
        let due = due_steps(&steps, 0, utc("2026-12-01T00:00")).unwrap();
        assert_eq!((due.step.n, due.skipped), (3, vec![1, 2]));
        let due = due_steps(&steps, 1, utc("2026-11-30T10:30")).unwrap();
        assert_eq!((due.step.n, due.skipped), (2, vec![]));
    }
}
