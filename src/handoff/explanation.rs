//! Why a contact is or is not handed off, and what became of it, as data.

use serde::Serialize;

use super::due::DueAccount;
use crate::model::{Timestamp, Untrusted};

/// Everything there is to say about one contact.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    pub id: String,
    pub name: Untrusted,
    pub company: Option<Untrusted>,
    pub at: Timestamp,
    pub verdict: String,
    /// The disqualifier or the tier that decided.
    pub by: Option<String>,
    pub score: Option<f64>,
    /// For people: why there is none, and what it may be with values that cannot be read.
    pub score_seen: String,
    pub score_parts: Vec<PointsPart>,
    pub fit: Option<f64>,
    pub fit_seen: String,
    pub fit_parts: Vec<PointsPart>,
    /// Until then nothing but a change of the contact can change the verdict.
    pub holds_until: Option<Timestamp>,
    pub parts: Vec<Part>,
    /// The nearest changes that would flip the verdict, as sentences.
    pub nearest: Vec<String>,
    /// The contact whose lead it is: `1002, since 2026-11-23 10:00 UTC`.
    pub linked_to: Option<String>,
    /// Where it would go now; `None` while a handoff is open.
    pub routing: Option<RoutingNow>,
    pub handoffs: Vec<PastHandoff>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PointsPart {
    pub name: String,
    /// `None`: it hangs on a value that cannot be read, and does not count.
    pub holds: Option<bool>,
    pub earned: f64,
    pub of: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Part {
    /// `disqualifier`, `mql`, `icp` or `fit`.
    pub kind: &'static str,
    pub name: String,
    /// `None`: unclear.
    pub holds: Option<bool>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub depth: u16,
    pub holds: Option<bool>,
    pub text: String,
    pub seen: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RoutingNow {
    pub route: String,
    pub owner: Option<String>,
    pub why: String,
    pub until: Option<Timestamp>,
    pub passed_over: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct PastHandoff {
    pub key: String,
    pub ordinal: u32,
    pub status: &'static str,
    pub tier: String,
    pub note: Option<String>,
    pub owner: Option<String>,
    pub due: Option<Timestamp>,
    pub due_local: Option<String>,
    /// How the due time came about.
    pub due_account: Option<DueAccount>,
    /// The silences that mute its escalations.
    pub silenced: Vec<String>,
    pub why: Vec<String>,
    pub assignments: Vec<String>,
    pub events: Vec<String>,
}
