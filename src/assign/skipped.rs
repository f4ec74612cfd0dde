//! Why a rep was considered and did not get the handoff.

use std::fmt;

use super::rotation::account;
use crate::model::Timestamp;

/// A rep who was passed over, for `explain`, the history and the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The rep's e-mail, or what the CRM or a list says where a rep was expected.
    pub rep: String,
    pub reason: SkipReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    Away,
    /// `until`: the start of the next shift; `None` when there is none in sight.
    OffShift {
        until: Option<Timestamp>,
    },
    MaxOpen(u32),
    MaxPerDay(u32),
    /// `handoffs_per_rep_per_run`.
    RunLimit(u32),
    LacksSkill(String),
    LetItLapse,
    RejectedIt,
    NotARep,
    /// Every hour ahead is a day off, an absence or off shift.
    NeverWorks,
    /// Could have taken it; what the team owed them, in parts of a lead.
    Owed(i64),
    /// Could have taken it; how many handoffs they had open.
    HasOpen(u32),
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away => f.write_str("away"),
            Self::OffShift { until: Some(until) } => {
                write!(f, "off shift until {}", until.format("%Y-%m-%d %H:%M UTC"))
            }
            Self::OffShift { until: None } => f.write_str("off shift"),
            Self::MaxOpen(most) => write!(f, "at max_open ({most})"),
            Self::MaxPerDay(most) => write!(f, "at max_per_day ({most})"),
            Self::RunLimit(most) => write!(f, "at handoffs_per_rep_per_run ({most})"),
            Self::LacksSkill(skill) => write!(f, "lacks the skill '{skill}'"),
            Self::LetItLapse => f.write_str("let it lapse before"),
            Self::RejectedIt => f.write_str("rejected it before"),
            Self::NeverWorks => f.write_str("has no working time ahead"),
            Self::NotARep => f.write_str("not a rep in the rules"),
            Self::Owed(owed) => f.write_str(&account(*owed)),
            Self::HasOpen(open) => write!(f, "has {open} open"),
        }
    }
}
