//! What one attempt to write came to, and what that means for the effect. A service says it by the status *and* by the body:
//! errors stand inside a 200 too.

use serde_json::Value;

use crate::model::Delivery;

/// What one attempt to write came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Taken, with an answer that can be read; of a batch, perhaps only in part.
    Accepted(Value),
    /// A record with this value of a unique property is there already.
    Taken { why: String },
    /// There is no such record (any more).
    Missing { why: String },
    /// The token may not do this, whatever the record.
    Forbidden { why: String },
    /// Not done, and never will be as it is.
    Refused {
        why: String,
        /// The properties that the service blames, as far as it names any.
        properties: Vec<String>,
    },
    /// Anything else: certainly not done, not done yet, or nobody knows.
    Failed(Delivery),
}

/// What the status of an answer to a write says, before anybody looks at its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusClass {
    /// Done, if the body says so too.
    Accepted,
    /// Sent on to another address, where nothing was sent.
    Elsewhere,
    Unauthorized,
    Forbidden,
    Missing,
    Throttled,
    Refused,
    /// It may have been done.
    Unknown,
}

impl StatusClass {
    pub(crate) fn of(status: u16) -> Self {
        match status {
            200..300 => Self::Accepted,
            300..400 => Self::Elsewhere,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::Missing,
            // Too late to say whether it was begun.
            408 | 0..200 | 500.. => Self::Unknown,
            429 => Self::Throttled,
            400..500 => Self::Refused,
        }
    }
}

impl Outcome {
    /// What was answered, for a read.
    ///
    /// # Errors
    /// The outcome itself, when it is no answer.
    pub(crate) fn answer(self) -> Result<Value, Self> {
        match self {
            Self::Accepted(answer) => Ok(answer),
            Self::Taken { .. }
            | Self::Missing { .. }
            | Self::Forbidden { .. }
            | Self::Refused { .. }
            | Self::Failed(_) => Err(self),
        }
    }

    /// The delivery when nothing better can be made of it.
    pub(crate) fn into_delivery(self) -> Delivery {
        match self {
            Self::Accepted(_) => Delivery::Unknown { why: "the service's answer names no id".to_owned() },
            Self::Taken { why } | Self::Missing { why } | Self::Refused { why, .. } => {
                Delivery::Refused { why }
            }
            Self::Forbidden { why } => Delivery::Forbidden { why },
            Self::Failed(delivery) => delivery,
        }
    }

    /// Why it was not done, for people.
    pub(crate) fn into_why(self) -> String {
        self.into_delivery().into_why().unwrap_or_default()
    }

    /// Whether the service blames this property of what was written.
    pub(crate) fn blames(&self, property: &str) -> bool {
        matches!(self, Self::Refused { properties, .. } if properties.iter().any(|blamed| blamed == property))
    }

    /// Whether nothing was written for certain.
    pub(crate) fn is_certainly_not_done(&self) -> bool {
        match self {
            Self::Accepted(_) | Self::Failed(Delivery::Unknown { .. } | Delivery::Done { .. }) => false,
            Self::Taken { .. }
            | Self::Missing { .. }
            | Self::Forbidden { .. }
            | Self::Refused { .. }
            | Self::Failed(
                Delivery::Refused { .. }
                | Delivery::Forbidden { .. }
                | Delivery::NotSent { .. }
                | Delivery::Throttled { .. }
                | Delivery::Unauthorized { .. },
            ) => true,
        }
    }
}

/// A read failed before a write that needed it, so nothing was written.
pub(crate) fn not_written(outcome: Outcome) -> Delivery {
    match outcome.into_delivery() {
        Delivery::Unknown { why } | Delivery::Refused { why } => Delivery::NotSent { why },
        other @ (Delivery::Done { .. }
        | Delivery::NotSent { .. }
        | Delivery::Throttled { .. }
        | Delivery::Forbidden { .. }
        | Delivery::Unauthorized { .. }) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_alone_never_says_that_something_was_not_done_when_it_may_have_been() {
        for (status, class) in [
            (100, StatusClass::Unknown),
            (200, StatusClass::Accepted),
            (302, StatusClass::Elsewhere),
            (400, StatusClass::Refused),
            (401, StatusClass::Unauthorized),
            (408, StatusClass::Unknown),
            (429, StatusClass::Throttled),
            (500, StatusClass::Unknown),
            (599, StatusClass::Unknown),
            (999, StatusClass::Unknown),
        ] {
            assert_eq!(StatusClass::of(status), class, "{status}");
        }
    }

    #[test]
    fn a_read_that_failed_leaves_nothing_open() {
        let lost = Outcome::Failed(Delivery::Unknown { why: "lost".to_owned() });
        assert_eq!(not_written(lost), Delivery::NotSent { why: "lost".to_owned() });
        let refused = Outcome::Refused { why: "no".to_owned(), properties: vec!["owner".to_owned()] };
        assert!(refused.blames("owner") && !refused.blames("own"));
        assert_eq!(not_written(refused), Delivery::NotSent { why: "no".to_owned() });
    }
}
