//! Steps are due by this machine's clock. Where the CRM's says something else, nobody is blamed by it.

use chrono::TimeDelta;

use crate::handoff::report::RunReport;
use crate::pipeline::session::Session;

/// As far as two clocks may be apart; SLAs are in minutes.
const APART_MAX: TimeDelta = TimeDelta::minutes(2);

/// Whether steps may be done by this clock; if not, it is said.
pub(crate) fn clocks_agree(session: &Session, report: &mut RunReport) -> bool {
    // A plan may be for any time.
    if session.is_dry {
        return true;
    }
    let passed = TimeDelta::from_std(session.began.elapsed()).unwrap_or_default();
    let ours = session.now.checked_add_signed(passed).unwrap_or(session.now);
    let Some(apart) = session.crm.clock().map(|theirs| ours - theirs) else { return true };
    if apart.abs() <= APART_MAX {
        return true;
    }
    let (minutes, which) = (
        (apart.num_seconds().abs() + 30) / 60,
        if apart > TimeDelta::zero() { "ahead of" } else { "behind" },
    );
    report.problems.push(format!(
        "this machine's clock is {minutes} minutes {which} the CRM's: nothing is escalated until they agree; set the clock"
    ));
    false
}
