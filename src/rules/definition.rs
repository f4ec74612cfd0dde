//! The compiled definition: what `rules.toml` means once every name in it resolves.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::condition::{Condition, Keys};
use super::example::Example;
use super::feed::Feed;
use super::fields::Fields;
use super::finding::Finding;
use super::item::Table;
use crate::model::{Form, Mailboxes, Rep, RepId, Sla, fold};

/// A checked `rules.toml`. Nothing in it can dangle: indices are positions in its own lists.
#[derive(Clone, Debug)]
pub struct Rules {
    pub path: PathBuf,
    /// SHA-256 of the file and of every list and calendar file it names, in hex: a changed definition is a changed hash.
    pub hash: String,
    pub agreement: Agreement,
    pub crm: Connection,
    /// `None`: no alerts, only the CRM's tasks.
    pub chat: Option<Connection>,
    /// Reactions or the like belong to the chat's own table; this is what the CRM fields say.
    pub outcome: Outcome,
    pub fields: Fields,
    /// By name.
    pub lists: Vec<Arc<List>>,
    /// `None`: the score is the CRM's field.
    pub score: Option<PointSheet>,
    pub disqualifiers: Vec<Disqualifier>,
    /// Never empty.
    pub tiers: Vec<Tier>,
    pub icp: Icp,
    /// What is wrong with the calendars of reps, each thing once.
    pub calendars: Vec<Finding>,
    /// The calendars on the web, each once.
    pub feeds: Vec<Feed>,
    pub reps: Vec<Rep>,
    pub teams: Vec<Team>,
    /// Never empty; the last has no condition and a team or a rep as its target.
    pub routes: Vec<Route>,
    pub slas: Vec<Sla>,
    pub limits: Limits,
    /// `[duplicates]`; `None`: every record is a lead of its own.
    pub duplicates: Option<Mailboxes>,
    /// `[bursts]`: how long the first of a company waits for others.
    pub bursts: Option<TimeDelta>,
    /// `[monitor] heartbeat`.
    pub heartbeat: Option<String>,
    pub examples: Vec<Example>,
    /// The file as it was read, for the comparison of plain values.
    pub document: Table,
}

/// `[definition]`: who agreed, and until when it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    pub name: Option<String>,
    pub marketing: Option<String>,
    pub sales: Option<String>,
    pub agreed_on: Option<NaiveDate>,
    pub review_every: Option<TimeDelta>,
}

/// `[crm.KIND]` or `[chat.KIND]`: the connector reads its own table.
#[derive(Clone, Debug)]
pub struct Connection {
    pub kind: String,
    pub table: Table,
}

/// A sum of points: `[[score.points]]` or `[[icp.points]]`.
#[derive(Clone, Debug)]
pub struct PointSheet {
    pub cap: Option<f64>,
    pub points: Vec<Points>,
}

#[derive(Clone, Debug)]
pub struct Points {
    pub name: String,
    pub when: Condition,
    pub points: f64,
    pub decay: Option<Decay>,
}

/// Points that halve every `half_life`, counted from the moment in the field `since`.
#[derive(Clone, Debug)]
pub struct Decay {
    pub half_life: TimeDelta,
    pub since: crate::model::FieldId,
}

#[derive(Clone, Debug)]
pub struct Disqualifier {
    pub name: String,
    /// Byte range of the name in the file, for findings.
    pub span: std::ops::Range<usize>,
    pub when: Condition,
}

/// `[[mql]]`.
#[derive(Clone, Debug)]
pub struct Tier {
    pub name: String,
    /// Byte range of the name in the file, for findings.
    pub span: std::ops::Range<usize>,
    pub when: Condition,
    /// Position in [`Rules::slas`]; `None`: nothing escalates.
    pub sla: Option<usize>,
    pub priority: Priority,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    Low,
    Medium,
    High,
}

impl Priority {
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// `[icp]`.
#[derive(Clone, Debug)]
pub struct Icp {
    /// [`Condition::All`] of nothing when there is no requirement.
    pub when: Condition,
    pub minimum_fit: Option<f64>,
    /// Byte range of that number in the file.
    pub minimum_fit_span: std::ops::Range<usize>,
    /// `None`: the fit is the CRM's field.
    pub points: Option<PointSheet>,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub name: String,
    /// Byte range in the file, for findings.
    pub span: std::ops::Range<usize>,
    pub pick: Pick,
    /// Never empty; no rep twice.
    pub members: Vec<Member>,
    pub off_shift: OffShift,
    pub nobody_available: NobodyAvailable,
    /// E-mail of whom `notify` steps with `to = "manager"` reach; need not be a rep.
    pub manager: Option<String>,
    /// How long the company of a lead stays with the rep who was given it.
    pub same_company: Option<TimeDelta>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub rep: RepId,
    /// At least 1.
    pub weight: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// In turns, by weight.
    RoundRobin,
    /// Fewest open handoffs for the weight.
    LeastLoaded,
}

/// What a team does when nobody is on shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffShift {
    /// Wait for the next shift.
    Wait,
    /// Assign anyway; the SLA clock still waits for the shift.
    Assign,
}

/// What a route does when its team has nobody to take the handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NobodyAvailable {
    Wait,
    NextRoute,
}

/// `[[route]]`.
#[derive(Clone, Debug)]
pub struct Route {
    pub name: String,
    /// Byte range of the name in the file, for findings.
    pub span: std::ops::Range<usize>,
    /// [`Condition::All`] of nothing when the route takes everyone.
    pub when: Condition,
    pub to: RouteTarget,
    /// Skills that the rep must have; only for teams.
    pub skills: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum RouteTarget {
    /// The rep whose e-mail is in the contact's `owner` field.
    OwnerOfContact,
    /// The rep whose e-mail is in the `company.owner` field.
    OwnerOfCompany,
    /// The rep whom a list names for the company's domain, else for the e-mail's.
    AccountIn(Arc<List>),
    /// Position in [`Rules::teams`].
    Team(usize),
    Rep(RepId),
}

/// A `[lists]` entry.
#[derive(Clone, Debug)]
pub struct List {
    pub name: String,
    pub keys: Arc<Keys>,
    /// Folded key -> as the definition spells it, where that differs.
    pub spelled: HashMap<Box<str>, Box<str>>,
    /// Folded key -> folded value, for lists with `value`.
    pub values: HashMap<Box<str>, String>,
    /// The keys as fields compare them whose values are more than texts: domains, countries.
    pub keyed: HashMap<Form, Arc<Keys>>,
}

impl Rules {
    /// The rep whom the owner of a record names: by e-mail, else by a name that no other rep has.
    pub fn rep_called(&self, owner: &str) -> Option<RepId> {
        let wanted = fold(owner);
        let by_email = self.reps.iter().position(|rep| fold(&rep.email) == wanted);
        let mut by_name =
            (0..).zip(&self.reps).filter(|(_, rep)| fold(&rep.name) == wanted).map(|(at, _)| at);
        by_email.or_else(|| by_name.next().filter(|_| by_name.next().is_none())).map(RepId)
    }
}

impl List {
    /// The form in which a test looks into this list; `None` when it looks elsewhere.
    pub(super) fn looked_into(&self, keys: &Arc<Keys>) -> Option<Form> {
        let of_form = self.keyed.iter().find(|(_, keyed)| Arc::ptr_eq(keyed, keys)).map(|(form, _)| *form);
        if Arc::ptr_eq(&self.keys, keys) { Some(Form::Plain) } else { of_form }
    }

    pub(super) fn keys_in(&self, form: Form) -> &Arc<Keys> {
        self.keyed.get(&form).unwrap_or(&self.keys)
    }
}

/// `[outcome]`. A part that is not there is seen only through activity and reactions.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// By what it shows: one of [`OutcomeEvent::SEEN`].
    pub when: BTreeMap<OutcomeEvent, Condition>,
    /// While it holds, the SLA clock stands still.
    pub waiting: Option<Condition>,
    /// The field that holds the reason of a rejection.
    pub reason: Option<crate::model::FieldId>,
    /// Reasons of a rejection, folded, for which the rep gets the turn back.
    pub credit: Vec<String>,
    /// How long a contact that sales gave back may not be handed off again.
    pub cooldown: TimeDelta,
    /// A handoff without a sign for so long is closed.
    pub stale_after: TimeDelta,
    /// How long an accepted handoff is watched for what comes of it.
    pub watch: TimeDelta,
    /// `[outcome.write]`: event -> CRM property -> value.
    pub write: BTreeMap<OutcomeEvent, BTreeMap<String, String>>,
}

/// What `[outcome.write]` can hang a write on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeEvent {
    HandedOff,
    Touched,
    Accepted,
    Rejected,
    Recycled,
    Converted,
    Lost,
    Stale,
}

impl OutcomeEvent {
    pub const ALL: [Self; 8] = [
        Self::HandedOff,
        Self::Touched,
        Self::Accepted,
        Self::Rejected,
        Self::Recycled,
        Self::Converted,
        Self::Lost,
        Self::Stale,
    ];

    /// What a condition of `[outcome]` can show. Each has its bit in [`crate::qualify::Signs::held_before`], by position.
    pub const SEEN: [Self; 6] =
        [Self::Touched, Self::Accepted, Self::Rejected, Self::Recycled, Self::Converted, Self::Lost];

    pub fn name(self) -> &'static str {
        match self {
            Self::HandedOff => "handed_off",
            Self::Touched => "touched",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Recycled => "recycled",
            Self::Converted => "converted",
            Self::Lost => "lost",
            Self::Stale => "stale",
        }
    }
}

/// `[limits]`: how much one run may do before it holds the rest for a person to release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub handoffs_per_run: u32,
    pub handoffs_per_rep_per_run: Option<u32>,
}
