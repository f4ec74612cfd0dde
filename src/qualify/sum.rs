//! What a score or a fit comes to.

use crate::model::Value;

/// A score or a fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sum {
    Missing,
    /// The CRM keeps it, and its number cannot be read.
    Unreadable,
    Known(f64),
    /// Some points hang on values that cannot be read: without them it is `earned`, with them from `low` to `high`.
    Unsure {
        earned: f64,
        low: f64,
        high: f64,
    },
}

impl Sum {
    /// Points that hang on what cannot be read do not count.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Missing | Self::Unreadable => None,
            Self::Known(number) | Self::Unsure { earned: number, .. } => Some(number),
        }
    }
}

impl From<&Value> for Sum {
    fn from(value: &Value) -> Self {
        match (value, value.as_number()) {
            (_, Some(number)) => Self::Known(number),
            (Value::Missing, None) => Self::Missing,
            (_, None) => Self::Unreadable,
        }
    }
}
