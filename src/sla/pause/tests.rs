//! Random histories of one handoff: runs at odd times, outages, touches, an outcome that says waiting, silences. Every
//! escalation is held against a count of the minutes that should have passed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::model::{Clock, SlaStep, StepAction, StepAt};
use crate::rules::{absence, shifts};
use crate::sla::testing::utc;
use crate::sla::{PlannedStep, due_steps, is_working};

const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// Friday morning before the change of clocks of 29 March.
const START: &str = "2026-03-27T08:00";
const DAYS: i32 = 31;

fn hours(which: usize) -> WorkingTime {
    let zone = [Tz::Europe__Berlin, Tz::Europe__Berlin, Tz::Pacific__Chatham][which];
    let written =
        [&[][..], &["mon-fri 09:00-12:00", "mon-fri 13:00-17:30"], &["sat 22:00-06:00", "tue 20:00-23:10"]]
            [which];
    WorkingTime {
        timezone: zone,
        shifts: written.iter().flat_map(|text| shifts(text).unwrap()).collect(),
        holidays: BTreeMap::from([(crate::sla::testing::day("2026-04-03"), String::new())]),
        away: vec![absence("2026-03-31T10:10..2026-03-31T11:05", zone).unwrap()],
    }
}

/// One run of the program.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Minutes since the last one.
    after: i32,
    waits: bool,
    /// Minutes ago, when somebody touched it.
    touched: Option<i32>,
    is_muted: bool,
}

fn any_run() -> impl Strategy<Value = Run> {
    let after = prop_oneof![6 => 1..90_i32, 2 => 90..900_i32, 1 => Just(3 * 24 * 60)];
    let touched = prop_oneof![5 => Just(None), 1 => (0..60_i32).prop_map(Some)];
    (after, prop::bool::weighted(0.2), touched, prop::bool::weighted(0.2))
        .prop_map(|(after, waits, touched, is_muted)| Run { after, waits, touched, is_muted })
}

fn any_sla() -> impl Strategy<Value = Sla> {
    (
        1..300_i64,
        prop::collection::vec(1..400_i64, 1..4),
        0..4_u32,
        prop::option::of(1..300_i64),
        any::<bool>(),
    )
        .prop_map(|(within, mut spans, repeat, ack, is_wall)| {
            spans.sort_unstable();
            let step = |span: i64| SlaStep {
                at: StepAt::After(TimeDelta::minutes(span)),
                action: StepAction::Remind,
            };
            Sla {
                name: "any".to_owned(),
                respond_within: TimeDelta::minutes(within),
                clock: if is_wall { Clock::Wall } else { Clock::Working },
                steps: spans.into_iter().map(step).collect(),
                repeat,
                ack_expires: ack.map(TimeDelta::minutes),
            }
        })
}

/// What the commands keep in the store.
struct History<'a> {
    sla: &'a Sla,
    hours: &'a WorkingTime,
    pauses: Vec<Pause>,
    planned: Vec<PlannedStep>,
    is_touched: bool,
    is_over: bool,
    done_up_to: u32,
    done: Vec<(u32, Timestamp)>,
}

impl History<'_> {
    fn running(&self) -> Running<'_> {
        Running { sla: self.sla, hours: self.hours, start: utc(START), pauses: &self.pauses }
    }

    fn end(&mut self, why: PauseReason, until: Timestamp) {
        let open = self.pauses.iter_mut().find(|pause| pause.why == why && pause.until.is_none());
        open.unwrap().until = Some(until);
    }

    fn run(&mut self, run: Run, last: Timestamp, now: Timestamp) {
        if let Some(ago) = run.touched.filter(|_| !self.is_touched) {
            let from = (now - MINUTE * ago).max(last);
            self.is_touched = true;
            self.is_over = self.sla.ack_expires.is_none();
            if !self.is_over {
                self.pauses.push(Pause { why: PauseReason::Acknowledged, from, until: None });
            }
        }
        let mut has_changed = false;
        while let Some(change) = self.running().change(run.waits, now) {
            has_changed = true;
            match change {
                Change::Waits => {
                    self.pauses.push(Pause { why: PauseReason::Waiting, from: now, until: None });
                }
                Change::Resumes => self.end(PauseReason::Waiting, now),
                Change::Lapses(at) => {
                    self.end(PauseReason::Acknowledged, at);
                    self.is_touched = false;
                }
            }
        }
        if has_changed && !self.running().is_paused() {
            self.planned = self.running().plan().map(|plan| plan.steps).unwrap_or_default();
        }
        if self.is_over || run.is_muted || self.running().is_paused() {
            return;
        }
        if let Some(due) = due_steps(&self.planned, self.done_up_to, now) {
            self.done.push((due.step.n, now));
            self.done_up_to = due.step.n;
        }
    }

    /// The span after which a step comes, straight from the definition.
    fn span(&self, n: u32) -> i64 {
        let minutes = |step: &SlaStep| match step.at {
            StepAt::After(span) => span.num_minutes(),
            StepAt::Percent(_) => unreachable!(),
        };
        let (count, n) = (self.sla.steps.len(), n as usize - 1);
        let length = minutes(self.sla.steps.last().unwrap());
        i64::try_from(n / count).unwrap() * length + minutes(&self.sla.steps[n % count])
    }

    /// Minutes that count between the start and `at`: those that `passed` counts, without those of the pauses.
    fn minutes_until(&self, at: Timestamp, passed: &[i64]) -> i64 {
        let until =
            |moment: Timestamp| passed[usize::try_from((moment.min(at) - utc(START)).num_minutes()).unwrap()];
        let mut still: Vec<Interval> = self.pauses.iter().map(Pause::interval).collect();
        still.sort_unstable();
        let mut counted_to = utc(START);
        let mut minutes = until(at);
        for (from, to) in still {
            minutes -= until(to.max(counted_to)) - until(from.max(counted_to));
            counted_to = counted_to.max(to);
        }
        minutes
    }
}

/// By clock and calendar.
type Counts = HashMap<(bool, usize), Rc<Vec<i64>>>;

/// How many of the first n minutes count, taken one by one.
fn passed(is_wall: bool, which: usize) -> Rc<Vec<i64>> {
    thread_local! {
        static KNOWN: RefCell<Counts> = RefCell::default();
    }
    let count = || {
        let (hours, mut sum) = (hours(which), 0);
        let minutes = (0..DAYS * 24 * 60).map(|n| {
            let at = utc(START) + MINUTE * n;
            let before = sum;
            sum += i64::from(is_wall || is_working(&hours, at));
            before
        });
        Rc::new(minutes.collect())
    };
    KNOWN.with_borrow_mut(|known| Rc::clone(known.entry((is_wall, which)).or_insert_with(count)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_escalation_before_its_time_none_twice_none_after_the_touch(
        sla in any_sla(),
        which in 0..3_usize,
        runs in prop::collection::vec(any_run(), 1..11),
    ) {
        let hours = hours(which);
        let minutes = passed(sla.clock == Clock::Wall, which);
        let first = Running { sla: &sla, hours: &hours, start: utc(START), pauses: &[] }.plan();
        let planned = first.map(|plan| plan.steps).unwrap_or_default();
        let mut history = History {
            sla: &sla, hours: &hours, pauses: Vec::new(), planned, is_touched: false, is_over: false, done_up_to: 0, done: Vec::new(),
        };
        let last_step = u32::try_from(sla.steps.len()).unwrap() * (sla.repeat + 1);
        let mut now = utc(START);
        for run in runs {
            let (last, before) = (now, history.done.len());
            now += MINUTE * run.after;
            history.run(run, last, now);
            let new = &history.done[before..];
            prop_assert!(new.len() <= 1, "one a run, whatever was missed");
            let passed = history.minutes_until(now, &minutes);
            let stands_still = history.is_over || run.is_muted || history.running().is_paused();
            for (n, _) in new {
                prop_assert!(!stands_still, "step {} though touched, waiting or muted", n);
                prop_assert!(passed >= history.span(*n), "step {} after {} of {} minutes", n, passed, history.span(*n));
            }
            if !stands_still {
                let present = (1..=last_step).rev().find(|n| history.span(*n) <= passed).unwrap_or_default();
                prop_assert_eq!(history.done_up_to, present, "the present level after {} minutes", passed);
            }
        }
        prop_assert!(history.done.windows(2).all(|pair| pair[0].0 < pair[1].0), "none twice");
    }
}
