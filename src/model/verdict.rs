//! What evaluation says of one contact.

/// The verdict by position in the rules; names come from the rules, reasons from the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The disqualifier at this position held.
    Disqualified {
        by: usize,
    },
    /// Whether the disqualifier at this position holds hangs on a value that cannot be read, and no other holds for certain.
    Unclear {
        by: usize,
    },
    /// No MQL tier holds yet.
    NotYet,
    /// A tier holds, but the ICP refuses the contact.
    OutsideIcp {
        tier: usize,
    },
    Qualified {
        tier: usize,
    },
}

/// The verdict without its particulars: what is counted, stored and expected by examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictKind {
    Disqualified,
    Unclear,
    NotYet,
    OutsideIcp,
    Qualified,
}

impl Verdict {
    pub fn kind(self) -> VerdictKind {
        match self {
            Self::Disqualified { .. } => VerdictKind::Disqualified,
            Self::Unclear { .. } => VerdictKind::Unclear,
            Self::NotYet => VerdictKind::NotYet,
            Self::OutsideIcp { .. } => VerdictKind::OutsideIcp,
            Self::Qualified { .. } => VerdictKind::Qualified,
        }
    }

    pub fn is_qualified(self) -> bool {
        matches!(self, Self::Qualified { .. })
    }
}

impl VerdictKind {
    pub const ALL: [Self; 5] =
        [Self::Qualified, Self::NotYet, Self::OutsideIcp, Self::Disqualified, Self::Unclear];

    /// The word in the database, in JSON and in examples.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disqualified => "disqualified",
            Self::Unclear => "unclear",
            Self::NotYet => "not_yet",
            Self::OutsideIcp => "outside_icp",
            Self::Qualified => "qualified",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
