//! Before handoff writes, it reads the contact again: an owner set by someone since, a deletion, an opt-out are respected.

use anyhow::Result;

use super::session::Session;
use crate::model::{Contact, ContactId, Record, Status, Timestamp, Verdict};
use crate::output::run_report::RunReport;
use crate::qualify::evaluate;
use crate::rules::Rules;
use crate::store::{Closing, HandoffRow, Layouts};

/// What a second look says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Second {
    GoOn,
    /// Decide again on what is true now.
    Reroute(String),
    Cancel(String),
}

/// Reads the contacts of handoffs whose first write was never tried, and takes back what no longer holds.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let ids = session.store.read().handoffs_not_begun()?;
    if ids.is_empty() {
        return Ok(());
    }
    let handoffs = ids.into_iter().map(|id| session.store.read().handoff(id)).collect::<Result<Vec<_>>>()?;
    let contacts = handoffs
        .iter()
        .map(|handoff| ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg))
        .collect::<Result<Vec<_>>>()?;
    let fields = session.rules.fields.all();
    let Some(fresh) = session.crm.read(fields, &contacts)? else {
        return Ok(());
    };
    let layouts = Layouts::new(fields);
    session.store.write(|db| {
        for handoff in &handoffs {
            let stored = db.contact(handoff.contact, &layouts)?.contact;
            let record = fresh.iter().find(|record| record.id.as_str() == handoff.crm_id);
            let now = session.now;
            match second_look(&session.rules, handoff, &stored, record, now) {
                Second::GoOn => {}
                Second::Reroute(why) => {
                    db.undo_assignment(handoff, &why, now)?;
                    report.taken_back(handoff.id, &why);
                }
                Second::Cancel(why) => {
                    let closing =
                        Closing { status: Status::Cancelled, at: now, by: None, how: &why, reason: None };
                    db.close(handoff.id, &closing)?;
                    // It may be back, as when its file was being written: nobody is lost for having been away.
                    db.forget_verdict(handoff.contact)?;
                    report.taken_back(handoff.id, &why);
                }
            }
        }
        Ok(())
    })
}

fn second_look(
    rules: &Rules,
    handoff: &HandoffRow,
    stored: &Contact,
    fresh: Option<&Record>,
    now: Timestamp,
) -> Second {
    let Some(record) = fresh else {
        return Second::Cancel("the contact is no longer in the CRM".to_owned());
    };
    let fresh = record.clone().into_contact(rules.fields.all());
    if let Verdict::Disqualified { by } = evaluate(rules, &fresh, now).verdict {
        let name = rules.disqualifiers.get(by).map_or("a rule", |rule| rule.name.as_str());
        return Second::Cancel(format!("the contact is now disqualified: {name}"));
    }
    let owner = |contact: &Contact| -> Option<String> {
        let text = contact.value(rules.fields.find("owner")?).as_text()?;
        Some(text.folded().to_owned())
    };
    match owner(&fresh) {
        Some(new) if Some(&new) != owner(stored).as_ref() && Some(&new) != handoff.owner.as_ref() => {
            Second::Reroute(format!("the contact got the owner {new} since it was read"))
        }
        Some(_) | None => Second::GoOn,
    }
}
