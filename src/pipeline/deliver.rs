//! Sends what is due to the CRM and the chat.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::session::Session;
use crate::deliver::{Sinks, deliver};
use crate::handoff::report::RunReport;
use crate::handoff::words::CHANNEL;

/// What it takes to read what reps did.
const TO_WATCH: Duration = Duration::from_millis(2_500);

pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    deliver_until(session, session.deadline, report)
}

/// Leaves time to see what reps did: a burst of messages must not put off escalations.
pub(super) fn stage_that_leaves_time(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let left = session.deadline.saturating_duration_since(Instant::now());
    let to_leave = (left / 10).min(TO_WATCH);
    let deadline = session.deadline.checked_sub(to_leave).unwrap_or(session.deadline);
    deliver_until(session, deadline, report)
}

/// A dry run delivers nothing.
fn deliver_until(session: &mut Session, deadline: Instant, report: &mut RunReport) -> Result<()> {
    if session.is_dry {
        return Ok(());
    }
    let mut sinks = Sinks {
        crm: session.crm.as_mut(),
        chat: None,
        pace: session.pace,
        uptime: &*session.uptime,
        words: &CHANNEL,
    };
    if let Some(chat) = session.chat.as_deref_mut() {
        sinks.chat = Some(chat);
    }
    let delivered = deliver(&mut session.store, sinks, session.now, deadline).context("cannot deliver")?;
    report.delivered.add(delivered);
    Ok(())
}
