//! `[[example]]` as compiled: a contact, the moment, and what the definition must say of it.

use crate::model::{Absence, RepId, Timestamp, VerdictKind};

/// `[[example]]`: the definition's own test.
#[derive(Clone, Debug)]
pub struct Example {
    pub name: String,
    /// Byte range in the file, for findings.
    pub span: std::ops::Range<usize>,
    pub at: Timestamp,
    /// One raw value per field of [`Fields::all`](super::Fields::all).
    pub contact: Vec<Option<String>>,
    /// What reps have already; who is not named has nothing.
    pub loads: Vec<GivenLoad>,
    /// Absences on top of those in the definition.
    pub away: Vec<(RepId, Absence)>,
    pub expect: Expectation,
}

/// What an example expects; `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    pub verdict: Option<VerdictKind>,
    /// Name of the disqualifier that must hold.
    pub disqualified_by: Option<String>,
    pub mql: Option<String>,
    pub route: Option<String>,
    pub owner: Option<String>,
    pub team: Option<String>,
    pub sla: Option<String>,
    pub score: Option<f64>,
    pub fit: Option<f64>,
    pub due: Option<Timestamp>,
    /// Whether nobody can take it yet.
    pub waiting: Option<bool>,
    /// Conditions of tiers or of the ICP that do not hold, as `handoff explain` words them.
    pub failing: Vec<String>,
    pub escalations: Vec<Escalated>,
}

/// What a rep has when an example happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenLoad {
    pub rep: RepId,
    pub open: u32,
    pub today: u32,
}

/// The last step that has come by a time, if nobody acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalated {
    pub at: Timestamp,
    /// `nothing`, or the word of a step.
    pub action: String,
}
