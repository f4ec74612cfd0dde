//! Somebody gave a lead another owner after it was handed off: that is respected, and nobody else is made its owner.

use anyhow::Result;

use super::steps::Escalation;
use crate::commands::recheck;
use crate::model::{RepId, StepAction};

impl Escalation<'_> {
    /// What is done instead of a step, when somebody else became the owner in the CRM since: a rep takes it over, with an SLA
    /// of its own; from anybody else it is not taken away.
    pub(super) fn taken(&self, action: &StepAction, n: u32) -> Result<Option<String>> {
        let Some(owner) = self.new_owner()? else { return Ok(None) };
        let why = format!("{owner} became its owner in the CRM");
        let rules = self.rules();
        if let Some(rep) = rules.reps.iter().position(|rep| rep.email == owner) {
            let assignment = recheck::given_to(rules, self.handoff, RepId(rep), why);
            return self.pass_on(&assignment).map(Some);
        }
        match action {
            StepAction::Reassign | StepAction::Return => {
                let text = format!("Not reassigned, as {why}: {}", self.lateness());
                self.reply(n, 0, &self.manager(), &text)?;
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
        Ok(recheck::owner(self.rules(), self.facts.contact).filter(|owner| !is_known(owner)))
    }
}
