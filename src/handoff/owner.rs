//! The owner that the CRM shows. One whom somebody set after the handoff is respected, and nobody else is made the owner.

use anyhow::Result;

use super::case::Case;
use crate::assign::Assignment;
use crate::model::{Contact, RepId, StepAction};
use crate::rules::Rules;
use crate::store::HandoffRow;

/// The e-mail of a contact's owner, in small letters; of one who is no rep, what the CRM says.
pub(crate) fn owner(rules: &Rules, contact: &Contact) -> Option<String> {
    let text = contact.value(rules.fields.find("owner")?).as_text()?;
    let rep = rules.rep_called(text.as_written()).and_then(|rep| rules.reps.get(rep.0));
    Some(rep.map_or_else(|| text.folded().to_owned(), |rep| rep.email.clone()))
}

/// The assignment to a rep whom somebody made the owner: no route led there, so no team's turn is spent.
pub(crate) fn given_to(rules: &Rules, handoff: &HandoffRow, rep: RepId, why: String) -> Assignment {
    let route = rules.routes.iter().position(|route| handoff.route.as_ref() == Some(&route.name));
    Assignment {
        rep,
        route: route.unwrap_or_default(),
        team: None,
        why,
        skipped: Vec::new(),
        turns: Vec::new(),
    }
}

impl Case<'_> {
    /// What is done instead of a step, when somebody else became the owner in the CRM since: a rep takes it over, with an SLA
    /// of its own; from anybody else it is not taken away.
    pub(super) fn respect_new_owner(&self, action: &StepAction, n: u32) -> Result<Option<String>> {
        let Some(owner) = self.new_owner()? else { return Ok(None) };
        let why = format!("{owner} became its owner in the CRM");
        let rules = self.rules();
        if let Some(rep) = rules.reps.iter().position(|rep| rep.email == owner) {
            let assignment = given_to(rules, &self.handoff, RepId(rep), why);
            return self.pass_on(&assignment).map(Some);
        }
        match action {
            StepAction::Reassign | StepAction::Return => {
                self.reply(n, 0, &self.manager(), self.lateness().not_reassigned(&why))?;
                Ok(Some(format!("not reassigned: {why}")))
            }
            StepAction::Remind | StepAction::Notify { .. } => Ok(None),
        }
    }

    /// The owner whom neither handoff set nor found when it decided.
    fn new_owner(&self) -> Result<Option<String>> {
        let assignments = self.db.assignments(self.handoff.id)?;
        let is_known = |owner: &String| {
            assignments.iter().any(|row| row.rep == *owner || row.found.as_ref() == Some(owner))
        };
        Ok(owner(self.rules(), &self.contact).filter(|owner| !is_known(owner)))
    }
}
