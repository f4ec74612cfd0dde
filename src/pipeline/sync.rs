//! Reads changed contacts into the store.

use anyhow::{Result, bail};

use super::Progress;
use super::session::Session;
use crate::crm::{Sync, SyncOutcome};
use crate::handoff::report::{RunReport, Synced};
use crate::model::Field;
use crate::mutant;
use crate::store::Shown;

/// The store's name for the position in the CRM's contacts.
const STREAM: &str = "contacts";

/// Set when the first walk over all contacts was complete.
pub(super) const SYNCED: &str = "first_sync_ms";

/// Contacts stored in one transaction: small enough that a kill loses little, large enough that commits cost nothing.
const STORE_AT_ONCE: usize = 20_000;

/// Contacts read because the CRM named them, in one run.
const HINTS_AT_ONCE: usize = 1_000;

/// Walks what changed, or all there is. Each page commits with its cursor; a kill between pages loses nothing.
pub(super) fn stage(
    session: &mut Session,
    full_resync: bool,
    progress: &mut Progress<'_>,
    report: &mut RunReport,
) -> Result<()> {
    let synced = sync(session, full_resync, progress, &mut report.problems)?;
    report.warnings.extend(missed(&synced));
    report.synced = Some(synced);
    Ok(())
}

fn sync(
    session: &mut Session,
    full_resync: bool,
    progress: &mut Progress<'_>,
    problems: &mut Vec<String>,
) -> Result<Synced> {
    let now = session.now;
    let Session { rules, store, crm, deadline, .. } = session;
    let required: Vec<&Field> = rules.fields.required().collect();
    let lacks = crm.check(&required)?;
    if !lacks.is_empty() {
        bail!("{}", lacks.join("\n"));
    }
    let fields = rules.fields.all();
    let mut synced = Synced { missed: full_resync.then_some(0), ..Synced::default() };
    let cursor = store.read().cursor(STREAM)?;
    let (mut walked_all, mut got_on) = (false, false);
    let sync = Sync { fields, cursor: cursor.as_deref(), full_resync, now, deadline: *deadline };
    let outcome = crm.changes(&sync, &mut |page| {
        walked_all |= page.covers_everything;
        got_on |= !page.records.is_empty() || !page.bad.is_empty() || page.progress.is_some();
        progress(page.progress, synced.read);
        if page.records.is_empty() && page.bad.is_empty() && page.cursor == cursor {
            return Ok(());
        }
        mutant::fail("poison ends the walk", !page.bad.is_empty())?;
        let moved = page.cursor.as_deref().filter(|position| cursor.as_deref() != Some(*position));
        if mutant::is("cursor before rows") {
            store.write(|db| moved.map_or(Ok(()), |position| db.move_cursor(STREAM, position, now)))?;
        }
        store.write(|db| {
            let layout = db.layout(fields)?;
            let shown = Shown { read_before: page.read_before, is_current: page.is_current };
            for records in page.records.chunks(STORE_AT_ONCE) {
                let stored = db.store_records(layout, records, shown, now)?;
                synced.read += stored.read;
                synced.changed += stored.changed;
                if page.read_before.is_some() {
                    synced.missed = Some(synced.missed.unwrap_or(0) + stored.missed);
                }
            }
            db.end_quarantine_of(&page.records)?;
            db.quarantine(mutant::swap("nobody is set aside", page.bad.as_slice(), &[]), now)?;
            moved.map_or(Ok(()), |position| db.move_cursor(STREAM, position, now))
        })?;
        synced.set_aside += page.bad.len();
        Ok(())
    })?;
    if store.read().meta(SYNCED)?.is_some() {
        read_hinted(session, &mut synced)?;
    }
    let store = &session.store;
    if let SyncOutcome::Partial { why } = outcome {
        synced.is_part = true;
        if !(got_on || mutant::is("throttled is read")) {
            problems.push(format!("no changed contact was read: {why}"));
        }
        return Ok(synced);
    }
    if walked_all || store.read().meta(SYNCED)?.is_none() {
        store.write(|db| {
            if walked_all {
                db.end_quarantine_before(now)?;
            }
            db.set_meta_once(SYNCED, &now.timestamp_millis().to_string())
        })?;
    }
    Ok(synced)
}

/// Reads the contacts of which the CRM said by itself that they changed: its search may show them minutes later.
fn read_hinted(session: &mut Session, synced: &mut Synced) -> Result<()> {
    let Session { rules, store, crm, now, .. } = session;
    let Some(hints) = store.read().hints(HINTS_AT_ONCE)? else { return Ok(()) };
    let fields = rules.fields.all();
    let fresh = crm.read(fields, &hints.contacts)?.unwrap_or_default();
    store.write(|db| {
        let layout = db.layout(fields)?;
        let stored = db.store_records(layout, &fresh.records, Shown::default(), *now)?;
        synced.read += stored.read;
        synced.changed += stored.changed;
        db.end_quarantine_of(&fresh.records)?;
        db.forget_hints(&hints)
    })
}

/// What somebody should know of a walk over everything that found more than earlier ones.
fn missed(synced: &Synced) -> Option<String> {
    let missed = synced.missed.filter(|missed| *missed > 0)?;
    let were = if missed == 1 { "1 contact was".to_owned() } else { format!("{missed} contacts were") };
    Some(format!(
        "{were} missed: new or changed, and no earlier sync was shown it; whoever qualifies is handed off now that it is \
         known. Unless somebody restored contacts or made them visible, the CRM's search has left them out"
    ))
}

#[cfg(test)]
mod tests;
