//! Sees what reps did, and ends what is ended.

use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};

use super::session::Session;
use super::skew::clocks_agree;
use crate::chat::{Posted, When};
use crate::crm::Watched;
use crate::deliver::Pace;
use crate::handoff::outcomes;
use crate::handoff::outcomes::{LOOK_AGAIN, since};
use crate::handoff::report::RunReport;
use crate::handoff::words::Who;
use crate::model::{Activity, ContactId, Status, one_line};
use crate::mutant;
use crate::rules::Rules;
use crate::store::{HandoffRow, Layouts, OpenHandoff};

/// Reads what reps did and records it; whether all of it was seen, so that what is late may be escalated.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<bool> {
    let mut handoffs = session.store.read().open_handoffs()?;
    handoffs.extend(accepted(session)?);
    if handoffs.is_empty() {
        return Ok(false);
    }
    let looks = !mutant::is("escalated without a look");
    let seen =
        if looks { activity(session, &handoffs, report)? } else { Seen { acts: Vec::new(), is_whole: true } };
    outcomes::record(&session.context(), handoffs, &seen.acts, report)?;
    Ok(seen.is_whole && clocks_agree(session, report))
}

/// Accepted handoffs to look at: those whose contact has changed, and all where the CRM tells what comes of them.
fn accepted(session: &Session) -> Result<Vec<OpenHandoff>> {
    let now = session.now;
    if session.store.read().has_watched_until(now)? {
        session.store.write(|db| db.end_watches(now))?;
    }
    let looked_before = (!session.crm.capabilities().tells_endings).then(|| now - LOOK_AGAIN);
    let rows = session.store.read().accepted_handoffs(looked_before)?;
    Ok(rows.into_iter().map(|row| OpenHandoff { row, task: None, message: None }).collect())
}

/// What was seen of what reps did.
struct Seen {
    acts: Vec<Activity>,
    /// An escalation without a look at all of it could blame somebody who acted.
    is_whole: bool,
}

/// What reps did, from the CRM and the chat. A CRM that cannot be read ends the stage; without the chat, what the CRM shows
/// is still recorded.
fn activity(session: &mut Session, open: &[OpenHandoff], report: &mut RunReport) -> Result<Seen> {
    let layouts = Layouts::new(session.rules.fields.all());
    let mut watched = Vec::with_capacity(open.len());
    let mut posted = Vec::new();
    let tells_endings = session.crm.capabilities().tells_endings;
    for handoff in open.iter().filter(|open| tells_endings || open.row.status != Status::Accepted) {
        let contact = session.store.read().contact(handoff.row.contact, &layouts)?.contact;
        watched.push(Watched {
            contact: ContactId::parse(&handoff.row.crm_id).map_err(anyhow::Error::msg)?,
            email: Who { rules: &session.rules, contact: &contact }.email(),
            owner: handoff.row.owner.clone().unwrap_or_default(),
            since: since(&handoff.row),
            task: handoff.task.clone(),
        });
        posted.extend(handoff.message.clone().map(|message| Posted {
            contact: handoff.row.crm_id.clone(),
            counts: who_counts(&session.rules, &handoff.row),
            since: since(&handoff.row),
            remote_id: message.remote_id,
        }));
    }
    let when = When { now: session.now, deadline: session.deadline };
    let ask_chat = session.chat.as_deref_mut().map(|chat| || chat.activity(&posted, when));
    let (of_crm, of_chat) = match session.pace {
        Pace::SideBySide => thread::scope(|scope| {
            let chat = ask_chat.map(|ask_chat| scope.spawn(ask_chat));
            let of_crm = session.crm.activity(&watched, session.now);
            (of_crm, chat.map(ScopedJoinHandle::join))
        }),
        Pace::InTurn => {
            let of_crm = session.crm.activity(&watched, session.now);
            (of_crm, ask_chat.map(|mut ask_chat| Ok(ask_chat())))
        }
    };
    let seen = of_crm?;
    for bad in &seen.bad {
        report.notes.push(format!("{}: {}", one_line(&bad.place, 120), one_line(&bad.reason, 200)));
    }
    let mut seen = Seen { acts: seen.acts, is_whole: true };
    match of_chat.map(|joined| joined.unwrap_or_else(|_| bail!("the chat's connector broke down"))) {
        None => {}
        Some(Ok(acts)) => seen.acts.extend(acts),
        Some(Err(error)) => {
            report.problems.push(format!("{error:#}"));
            seen.is_whole = false;
        }
    }
    Ok(seen)
}

/// Those whose word on a handoff counts: its owner, the owner's team and its manager.
fn who_counts(rules: &Rules, handoff: &HandoffRow) -> Vec<String> {
    let mut emails: Vec<String> = handoff.owner.iter().cloned().collect();
    let team = handoff.team.as_deref().and_then(|name| rules.teams.iter().find(|team| team.name == name));
    if let Some(team) = team {
        let members = team.members.iter().filter_map(|member| rules.reps.get(member.rep.0));
        emails.extend(members.map(|rep| rep.email.clone()));
        emails.extend(team.manager.clone());
    }
    emails.sort_unstable();
    emails.dedup();
    emails
}
