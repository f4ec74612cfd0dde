//! What reps did, as the CRM or the chat tells it.

use super::Timestamp;

/// One act by a rep on one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub at: Timestamp,
    /// The contact's id or e-mail.
    pub contact: String,
    /// Who did it: an e-mail, or whatever the source says.
    pub by: String,
    pub kind: ActivityKind,
    /// For a rejection, the reason.
    pub note: Option<String>,
    /// Where it was seen, such as `activity.csv:12`.
    pub seen_in: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    TaskCompleted,
    /// Taken off the list: whoever did it had seen it.
    TaskDeleted,
    Call,
    Email,
    Meeting,
    /// Reached out, and it is not told how.
    Contacted,
    /// Moved the contact on: its status, its stage, a deal.
    Moved,
    Accepted,
    Rejected,
    /// Sent it back to nurture.
    Recycled,
    Converted,
    Lost,
}

impl ActivityKind {
    pub const ALL: [Self; 12] = [
        Self::TaskCompleted,
        Self::TaskDeleted,
        Self::Call,
        Self::Email,
        Self::Meeting,
        Self::Contacted,
        Self::Moved,
        Self::Accepted,
        Self::Rejected,
        Self::Recycled,
        Self::Converted,
        Self::Lost,
    ];

    /// The word in the activity file and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::TaskCompleted => "task_completed",
            Self::TaskDeleted => "task_deleted",
            Self::Call => "call",
            Self::Email => "email",
            Self::Meeting => "meeting",
            Self::Contacted => "contacted",
            Self::Moved => "moved",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Recycled => "recycled",
            Self::Converted => "converted",
            Self::Lost => "lost",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name.trim()))
    }
}
