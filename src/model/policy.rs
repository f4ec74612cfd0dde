//! The SLA a tier names: how long a rep has, on which clock, and what happens when the time runs.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A named `[[sla]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sla {
    pub name: String,
    #[serde(with = "seconds")]
    pub respond_within: TimeDelta,
    pub clock: Clock,
    /// In the order of their times.
    pub steps: Vec<SlaStep>,
    /// How often the steps start over when the last one is done.
    #[serde(default)]
    pub repeat: u32,
    /// How long a touch stops the steps, on the same clock, unless the handoff is accepted or rejected; without it, for good.
    #[serde(default, with = "optional_seconds", skip_serializing_if = "Option::is_none")]
    pub ack_expires: Option<TimeDelta>,
}

/// Which time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The present owner's shifts, less holidays and absences.
    Working,
    /// Every minute of the day.
    Wall,
}

/// One `step` of an SLA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaStep {
    pub at: StepAt,
    pub action: StepAction,
}

/// When a step comes, counted from the assignment on the SLA's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAt {
    /// Percent of `respond_within`.
    Percent(u32),
    After(#[serde(with = "seconds")] TimeDelta),
}

/// What an escalation step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum StepAction {
    /// Tells the owner again, in the message's thread.
    Remind,
    Notify {
        to: Vec<StepTarget>,
    },
    /// The next rep of the team; those who let it lapse are passed over.
    Reassign,
    /// Back to the pool: nobody's, routed anew.
    Return,
}

/// Whom a `notify` step reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepTarget {
    /// The rep who has it.
    Owner,
    /// The manager of the team that the handoff was routed to; without one, of the first team that its owner is in.
    Manager,
    /// Every member of that team.
    Team,
    /// By e-mail: it is frozen in the handoff, and positions in the rules may move.
    Rep(String),
    /// A channel of the chat, by name.
    Channel(String),
}

impl StepAction {
    /// The word in `rules.toml` and in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Remind => "remind",
            Self::Notify { .. } => "notify",
            Self::Reassign => "reassign",
            Self::Return => "return",
        }
    }
}

/// A span as whole seconds: policies are frozen in handoffs as JSON.
mod seconds {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(span: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(span.num_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
        TimeDelta::try_seconds(i64::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("span out of range"))
    }
}

/// As `seconds`, where there may be none.
mod optional_seconds {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde hands the field over like this")]
    pub(super) fn serialize<S: Serializer>(
        span: &Option<TimeDelta>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::seconds::serialize(span, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TimeDelta>, D::Error> {
        let seconds = Option::<i64>::deserialize(deserializer)?;
        let span =
            |seconds| TimeDelta::try_seconds(seconds).ok_or_else(|| D::Error::custom("span out of range"));
        seconds.map(span).transpose()
    }
}
