//! The run: its stages in order, each a loop over many contacts or handoffs. Every stage leaves the database consistent, so a
//! run may end anywhere.

pub(crate) mod belongs;
pub(crate) mod calendars;
mod data;
mod deliver;
mod escalate;
mod evaluate;
mod route;
mod session;
mod skew;
pub(crate) mod status;
mod sync;
#[cfg(test)]
mod testing;
mod told;
mod verify;
mod watch;

use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use chrono::TimeDelta;

pub(crate) use self::evaluate::Scope;
pub(crate) use self::session::{Opened, Session, Setup, connectors};
use crate::chat::Chat;
use crate::crm::Crm;
use crate::handoff::report::RunReport;
use crate::isolate::isolated;
use crate::model::Timestamp;
use crate::rules::Rules;
use crate::stop;
use crate::store::{RunRow, Store, is_database_error};
use crate::uptime::Uptime;

/// Part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Sync,
    /// Every contact, whether it changed or not.
    FullResync,
    Evaluate,
    Route,
    /// Reads contacts again before their owners are written.
    Verify,
    Deliver,
    /// As [`Stage::Deliver`], with time left in the run to see what reps did.
    DeliverAndLeaveTime,
    /// Sees what reps did.
    Watch,
    Escalate,
}

use Stage::{Deliver, DeliverAndLeaveTime, Escalate, Evaluate, FullResync, Route, Sync, Verify, Watch};

/// Stages of which each rests on the ones before it. A failure ends the pass, and the next pass begins.
pub(crate) type Pass = &'static [Stage];

/// What the commands consist of.
pub(crate) const RUN: [Pass; 3] = [&[Sync, Evaluate], ROUTE, ESCALATE];
pub(crate) const RUN_WITH_FULL_RESYNC: [Pass; 3] = [&[FullResync, Evaluate], ROUTE, ESCALATE];
pub(crate) const SYNC: Pass = &[Sync];
pub(crate) const FULL_RESYNC: Pass = &[FullResync];
pub(crate) const EVALUATE: Pass = &[Evaluate];
pub(crate) const EVALUATE_AND_HAND_OFF: Pass = &[Evaluate, Route, Verify, DeliverAndLeaveTime];
pub(crate) const ROUTE: Pass = &[Route, Verify, DeliverAndLeaveTime];
pub(crate) const DELIVER: Pass = &[Verify, Deliver];
pub(crate) const ESCALATE: Pass = &[Watch, Escalate, Verify, Deliver];

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Sync | FullResync => "the reading of contacts",
            Evaluate => "the judging",
            Route => "the assigning",
            Verify => "the second look at contacts",
            Deliver | DeliverAndLeaveTime => "the delivering",
            Watch => "the look at what reps did",
            Escalate => "the escalating",
        }
    }
}

/// How far the reading of contacts is: a share from 0 to 1 where it is known, and contacts read.
pub(crate) type Progress<'a> = dyn FnMut(Option<f64>, usize) + 'a;

/// A run at work.
pub(crate) struct Run<'a> {
    pub session: &'a mut Session,
    pub report: &'a mut RunReport,
    pub scope: Scope,
    pub progress: &'a mut Progress<'a>,
}

impl Run<'_> {
    /// Does pass after pass; what goes wrong is in the report. `false`: the database failed, and nothing more may be done with
    /// it in this process.
    pub(crate) fn passes(&mut self, passes: &[Pass]) -> bool {
        if let Some(error) = self.session.unknown.take() {
            self.report.problems.push(format!("{error:#}"));
            return !is_database_error(&error);
        }
        if !self.pass_through(passes) {
            return false;
        }
        let delivers = passes
            .iter()
            .flat_map(|pass| pass.iter())
            .any(|stage| matches!(stage, Deliver | DeliverAndLeaveTime));
        if delivers && !self.session.is_dry {
            match told::waits(self.session.store.read(), self.session.now, TimeDelta::zero()) {
                Ok(waits) => self.report.waits = waits,
                Err(error) => self.report.problems.push(format!("{error:#}")),
            }
        }
        true
    }

    fn pass_through(&mut self, passes: &[Pass]) -> bool {
        for pass in passes {
            // An escalation without a look at all that reps did could blame somebody who acted.
            let mut may_escalate = false;
            for stage in *pass {
                if stop::is_asked() {
                    self.report
                        .problems
                        .push("stopped by a signal; the next run goes on from here".to_owned());
                    return true;
                }
                let done = isolated(|| self.stage(*stage, &mut may_escalate));
                let done = done.unwrap_or_else(|| Err(anyhow!("a bug in handoff ended {}", stage.name())));
                let Err(error) = done else { continue };
                let told = format!("{error:#}");
                self.report.problems.extend(told.lines().map(str::to_owned));
                // After a failed write the outcome of that commit is unknown until the file is opened again.
                if is_database_error(&error) {
                    return false;
                }
                break;
            }
        }
        true
    }

    fn stage(&mut self, stage: Stage, may_escalate: &mut bool) -> Result<()> {
        let Self { session, report, scope, progress } = self;
        match stage {
            Sync | FullResync => sync::stage(session, stage == FullResync, progress, report),
            Evaluate => evaluate::stage(session, *scope, report),
            Route => route::stage(session, report),
            Verify => verify::stage(session, report),
            Deliver => deliver::stage(session, report),
            DeliverAndLeaveTime => deliver::stage_that_leaves_time(session, report),
            Watch => watch::stage(session, report).map(|saw_all| *may_escalate = saw_all),
            Escalate if *may_escalate => escalate::stage(session, report),
            Escalate => Ok(()),
        }
    }
}

/// When the CRM was last read to its end.
const WALKED: &str = "walked_ms";

/// Keeps that the run was, and what the connectors learned in it. Returns what of a run's lasting troubles is to be told now;
/// `None`: all of it.
pub(crate) fn record(session: &Session, report: &RunReport) -> Result<Option<Vec<String>>> {
    let summary = serde_json::json!({
        "synced": report.synced, "evaluated": report.evaluated, "handed_off": report.handed_off.len(),
        "waiting": report.waiting.len(), "problems": report.failures(),
    });
    let row = RunRow {
        command: report.command.clone(),
        started: report.at,
        finished: session.now + TimeDelta::from_std(session.began.elapsed()).unwrap_or_default(),
        good: report.is_good(),
        summary: summary.to_string(),
    };
    let is_run = report.command == "run";
    let told = session.store.write(|db| {
        db.record_run(&row)?;
        if report.synced.is_some_and(|synced| !synced.is_part) {
            db.remember(WALKED, &session.now.timestamp_millis().to_string())?;
        }
        if is_run && row.good {
            db.end_of_restore(session.now)?;
        }
        is_run.then(|| told::tell(db, &report.lasting(), session.now)).transpose()
    })?;
    session.remember()?;
    Ok(told)
}

/// What a run works with when it is given, not opened.
pub struct World {
    pub rules: Rules,
    pub store: Store,
    pub crm: Box<dyn Crm>,
    pub chat: Option<Box<dyn Chat>>,
    pub now: Timestamp,
    pub deadline: Instant,
    /// How long the machine has been up.
    pub uptime: Box<Uptime>,
    /// Every contact is read again, as by `handoff sync --all`.
    pub is_full_resync: bool,
}

/// `handoff run` over a world that is given: the simulation in `tests/` brings its own CRM, chat and time. From here on it
/// is the code that cron starts. Prints nothing, takes no lock, and gives what went wrong and the store for another run.
///
/// # Errors
/// The database failed, and must be opened again before anything more is done with it.
pub fn run_in(world: World) -> Result<(Vec<String>, Store)> {
    let World { rules, store, crm, chat, now, deadline, uptime, is_full_resync } = world;
    let mut session = Session::given(rules, store, crm, chat, now, deadline, uptime);
    let mut report = RunReport::new("run", now, false);
    let passes = if is_full_resync { RUN_WITH_FULL_RESYNC } else { RUN };
    let mut run =
        Run { session: &mut session, report: &mut report, scope: Scope::default(), progress: &mut |_, _| {} };
    if !run.passes(&passes) {
        bail!("{}", report.problems.join("; "));
    }
    record(&session, &report)?;
    Ok((report.problems, session.store))
}
