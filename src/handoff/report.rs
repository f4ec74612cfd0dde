//! What a run did: printed as a table or JSON, and kept in the database.

use std::collections::HashSet;

use serde::Serialize;

use crate::model::{Delivered, Timestamp, Untrusted, VerdictKind, one_line};
use crate::store::SkippedRow;

/// What one run did, stage by stage. A stage that did not run is `None`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunReport {
    pub command: String,
    pub at: Timestamp,
    pub dry_run: bool,
    pub synced: Option<Synced>,
    pub evaluated: Option<Evaluated>,
    pub handed_off: Vec<HandedOff>,
    pub waiting: Vec<Waiting>,
    pub outcomes: Vec<Acted>,
    /// Rows or objects about what reps did that could not be read.
    pub acts_set_aside: usize,
    pub escalated: Vec<Acted>,
    #[serde(skip)]
    pub delivered: Delivered,
    /// What of the writes should be out when the run ends and is not, a line for each cause.
    pub waits: Vec<String>,
    /// Calendars that cannot be read: they stop nothing.
    pub lost: Vec<String>,
    /// What may interest somebody who looks closely.
    pub notes: Vec<String>,
    /// What was done otherwise than meant, and somebody should mend.
    pub warnings: Vec<String>,
    /// What went wrong, each a sentence; the next run goes on from there.
    pub problems: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Synced {
    pub read: usize,
    pub changed: usize,
    pub set_aside: usize,
    /// Where everything is read anew: how many contacts earlier walks should have brought and did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<usize>,
    /// The run's time was over before everything was read; the next run goes on.
    pub is_part: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Evaluated {
    pub contacts: usize,
    pub qualified: usize,
    pub not_yet: usize,
    pub outside_icp: usize,
    pub disqualified: usize,
    /// A disqualifier may hold: it hangs on a value that cannot be read.
    pub unclear: usize,
    pub started: usize,
    /// Beyond `[limits]`.
    pub held: usize,
    /// Qualified at the first sync, and so not handed off.
    pub baseline: usize,
    pub cooling: usize,
    /// The same lead as another record, and so not handed off.
    pub linked: usize,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct HandedOff {
    pub handoff: i64,
    pub contact: Untrusted,
    pub company: Option<Untrusted>,
    pub tier: String,
    /// The conditions that held when the handoff started, with the values seen.
    pub why_now: Vec<String>,
    /// The same in brief: the values alone.
    #[serde(skip)]
    pub seen: Vec<String>,
    pub owner: String,
    pub owner_email: String,
    pub route: String,
    pub why_owner: String,
    pub due: Option<Timestamp>,
    pub due_local: Option<String>,
    pub passed_over: Vec<SkippedRow>,
    /// People of the same company who are in the same task.
    pub together_with: Vec<Untrusted>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Waiting {
    pub handoff: i64,
    pub contact: Untrusted,
    pub company: Option<Untrusted>,
    pub tier: String,
    pub why: String,
    pub until: Option<Timestamp>,
    pub passed_over: Vec<SkippedRow>,
}

/// Something that a rep did, or that an SLA brought about.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Acted {
    pub handoff: i64,
    pub contact: Untrusted,
    pub what: String,
    pub detail: Untrusted,
}

impl RunReport {
    pub(crate) fn new(command: &str, at: Timestamp, dry_run: bool) -> Self {
        Self {
            command: command.to_owned(),
            at,
            dry_run,
            synced: None,
            evaluated: None,
            handed_off: Vec::new(),
            waiting: Vec::new(),
            outcomes: Vec::new(),
            acts_set_aside: 0,
            escalated: Vec::new(),
            delivered: Delivered::default(),
            waits: Vec::new(),
            lost: Vec::new(),
            notes: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// A handoff assigned in this run that a second look took back.
    pub(crate) fn taken_back(&mut self, handoff: i64, why: &str) {
        let taken = self.handed_off.iter().position(|handed_off| handed_off.handoff == handoff);
        let contact = match taken {
            Some(at) => self.handed_off.remove(at).contact,
            None => Untrusted::new(format!("handoff {handoff}")),
        };
        let detail = Untrusted::new(why);
        self.outcomes.push(Acted { handoff, contact, what: "taken back".to_owned(), detail });
    }

    /// Nothing of it is sent until a value can be read.
    pub(crate) fn held_back(&mut self, handoff: i64, why: &str) {
        let at = self.handed_off.iter().position(|handed_off| handed_off.handoff == handoff);
        let contact = match at {
            Some(at) => self.handed_off.remove(at).contact,
            None => Untrusted::new(format!("handoff {handoff}")),
        };
        let detail = Untrusted::new(why);
        self.outcomes.push(Acted { handoff, contact, what: "held back".to_owned(), detail });
    }

    /// A write that was refused once and that a second look took back when it was to be sent again.
    pub(crate) fn not_written(&mut self, handoff: i64, why: &str) {
        let contact = Untrusted::new(format!("handoff {handoff}"));
        let detail = Untrusted::new(why);
        self.outcomes.push(Acted { handoff, contact, what: "not written".to_owned(), detail });
    }

    /// What was to be written waits, for the contact cannot be looked at again.
    pub(crate) fn put_off(&mut self, crm_id: &str, why: &str) {
        let (contact, why) = (one_line(crm_id, 60), one_line(why, 200));
        self.delivered.postponed.push(format!("contact {contact} cannot be looked at again: {why}"));
    }

    /// A bug of handoff's own showed over one contact; the others went on.
    pub(crate) fn set_aside(&mut self, crm_id: &str) {
        let contact = one_line(crm_id, 60);
        self.problems.push(format!(
            "contact {contact} met a bug in handoff and was set aside; please report the place told above"
        ));
    }

    /// A run is good when it got through all that it should have: every stage ended, the reading of contacts got on, nothing
    /// was refused or is held, and no write is left that should be out. Exit code, heartbeat, `status` and metrics go by
    /// this alone.
    pub(crate) fn is_good(&self) -> bool {
        self.failures().is_empty() && self.waits.is_empty()
    }

    /// Why it is not good, save for the writes that wait: the store knows of those what they wait for now.
    pub(crate) fn failures(&self) -> Vec<String> {
        let mut failures = self.troubles();
        failures.extend(self.delivered.failed.iter().map(|failed| format!("refused: {failed}")));
        if self.delivered.out_of_time {
            failures.push("the run's time was over; the next run goes on".to_owned());
        }
        let held = self.evaluated.map_or(0, |evaluated| evaluated.held);
        if held > 0 {
            failures.push(format!(
                "{held} handoffs are held: [limits] allows no more in one run; look at them with `handoff status`, let them go \
                 with `handoff release --all`"
            ));
        }
        failures
    }

    /// All that is wrong until somebody or time mends it.
    pub(crate) fn lasting(&self) -> Vec<String> {
        [self.troubles(), self.waits.clone(), self.lost.clone()].concat()
    }

    /// What goes wrong until its cause is mended, run after run.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let unauthorized = self.delivered.unauthorized.iter();
        let unauthorized = unauthorized.map(|why| format!("not authorized, so nothing more was sent: {why}"));
        let mut troubles: Vec<String> = self.problems.iter().cloned().chain(unauthorized).collect();
        let mut known = HashSet::new();
        troubles.retain(|trouble| known.insert(trouble.clone()));
        troubles
    }
}

impl Evaluated {
    pub(crate) fn count(&mut self, kind: VerdictKind) {
        self.contacts += 1;
        match kind {
            VerdictKind::Qualified => self.qualified += 1,
            VerdictKind::NotYet => self.not_yet += 1,
            VerdictKind::OutsideIcp => self.outside_icp += 1,
            VerdictKind::Disqualified => self.disqualified += 1,
            VerdictKind::Unclear => self.unclear += 1,
        }
    }
}
