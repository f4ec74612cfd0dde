//! Sees what reps did, and ends what is ended.

use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};

use super::session::Session;
use super::skew::agree_on_time;
use crate::chat::Posted;
use crate::connector::{Unreadable, When};
use crate::crm::Watched;
use crate::deliver::Pace;
use crate::handoff::outcomes::{self, ActsOf, ToLook, acts_hash};
use crate::handoff::report::RunReport;
use crate::handoff::words::Who;
use crate::model::{Activity, ContactId, Status, one_line};
use crate::mutant;
use crate::rules::Rules;
use crate::store::{Layouts, WatchedHandoff, Which};

/// The definition that the last looks were by, and what there was to read of what reps did.
const LOOKED_BY: &str = "watch.rules";
const LOOKED_AT: &str = "watch.activity";

/// Reads what reps did and records it; whether all of it was seen, so that what is late may be escalated.
///
/// Looked at are handoffs on which somebody acted, that changed or whose contact did, and that time alone may have changed.
/// Where the outside can say that nobody acted, it is not even asked about the others.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<bool> {
    begin(session)?;
    let db = session.store.read();
    if !db.is_any_watched()? {
        // Nobody's act is waited for, so none is missed.
        if db.quarantined_acts()? > 0 {
            session.store.write(|db| db.quarantine_acts(&[], session.now))?;
        }
        return Ok(false);
    }
    let mark = session.crm.activity_mark()?;
    let nobody_acted = mark.is_some()
        && mark == db.meta(LOOKED_AT)?
        && session.chat.as_ref().is_none_or(|chat| !chat.sees_activity());
    let which = if nobody_acted { Which::Due } else { Which::All };
    let layouts = Layouts::only(session.rules.fields.all(), |field| field.name == "email");
    let watched = db.watched(which, session.now, &layouts)?;
    let seen = if watched.is_empty() || mutant::is("escalated without a look") {
        Seen::nothing()
    } else {
        activity(session, &watched, report)?
    };
    // What could not be read is read again by the next run, and told again.
    let mark = mark.filter(|_| which == Which::All && seen.bad.as_ref().is_none_or(Vec::is_empty));
    agree_on_time(session)?;
    look(session, &watched, &seen, mark.as_deref(), report)?;
    Ok(seen.is_whole)
}

/// Ends watches whose time is over; under another definition all that are left are looked at.
fn begin(session: &Session) -> Result<()> {
    let (db, now) = (session.store.read(), session.now);
    if db.has_watched_until(now)? {
        session.store.write(|db| db.end_watches(now))?;
    }
    let rules = format!("{} {}", env!("CARGO_PKG_VERSION"), session.rules.hash);
    if db.meta(LOOKED_BY)?.as_ref() != Some(&rules) {
        session.store.write(|db| {
            db.look_at_all()?;
            db.remember(LOOKED_BY, &rules)
        })?;
    }
    Ok(())
}

/// Records what became of the handoffs that are to be looked at, and when each is looked at again. All in one transaction:
/// whatever changes meanwhile changes after it.
fn look(
    session: &Session,
    watched: &[WatchedHandoff],
    seen: &Seen,
    mark: Option<&str>,
    report: &mut RunReport,
) -> Result<()> {
    let acts = ActsOf::new(&seen.acts);
    let to_look = |handoff: &WatchedHandoff| {
        let acts = acts.on(&handoff.crm_id, email(session, handoff).as_deref(), handoff.since);
        let hash = acts_hash(&acts);
        (handoff.is_due || handoff.acts != Some(hash)).then_some(ToLook { id: handoff.id, acts, hash })
    };
    let to_look: Vec<ToLook> = watched.iter().filter_map(to_look).collect();
    session.store.write(|db| {
        outcomes::record(&session.context(), db, &to_look, report)?;
        if let Some(bad) = &seen.bad {
            db.quarantine_acts(bad, session.now)?;
        }
        mark.map_or(Ok(()), |mark| db.remember(LOOKED_AT, mark))
    })
}

fn email(session: &Session, handoff: &WatchedHandoff) -> Option<String> {
    Who { rules: &session.rules, contact: &handoff.contact }.email()
}

/// What was seen of what reps did.
struct Seen {
    acts: Vec<Activity>,
    /// An escalation without a look at all of it could blame somebody who acted.
    is_whole: bool,
    /// What of it had to be left out; `None` when nothing was read.
    bad: Option<Vec<Unreadable>>,
}

impl Seen {
    fn nothing() -> Self {
        Self { acts: Vec::new(), is_whole: true, bad: None }
    }
}

/// What reps did, from the CRM and the chat. A CRM that cannot be read ends the stage; without the chat, what the CRM shows
/// is still recorded.
fn activity(session: &mut Session, watched: &[WatchedHandoff], report: &mut RunReport) -> Result<Seen> {
    let mut asked = Vec::with_capacity(watched.len());
    let mut posted = Vec::new();
    let tells_endings = session.crm.capabilities().tells_endings;
    for handoff in watched.iter().filter(|watched| tells_endings || watched.status != Status::Accepted) {
        asked.push(Watched {
            contact: ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg)?,
            email: email(session, handoff),
            owner: handoff.owner.clone().unwrap_or_default(),
            since: handoff.since,
            task: handoff.task.clone(),
        });
        posted.extend(handoff.message.clone().map(|message| Posted {
            contact: handoff.crm_id.clone(),
            counts: who_counts(&session.rules, handoff),
            since: handoff.since,
            remote_id: message.remote_id,
        }));
    }
    let when = When { now: session.now, deadline: session.deadline };
    let ask_chat = session.chat.as_deref_mut().map(|chat| || chat.activity(&posted, when));
    let (of_crm, of_chat) = match session.pace {
        Pace::SideBySide => thread::scope(|scope| {
            let chat = ask_chat.map(|ask_chat| scope.spawn(ask_chat));
            let of_crm = session.crm.activity(&asked, session.now);
            (of_crm, chat.map(ScopedJoinHandle::join))
        }),
        Pace::InTurn => {
            let of_crm = session.crm.activity(&asked, session.now);
            (of_crm, ask_chat.map(|mut ask_chat| Ok(ask_chat())))
        }
    };
    let seen = of_crm?;
    for bad in &seen.bad {
        report.notes.push(format!("{}: {}", one_line(&bad.place, 120), one_line(&bad.reason, 200)));
    }
    report.acts_set_aside = seen.bad.len();
    let mut seen = Seen { acts: seen.acts, is_whole: true, bad: Some(seen.bad) };
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
fn who_counts(rules: &Rules, handoff: &WatchedHandoff) -> Vec<String> {
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
