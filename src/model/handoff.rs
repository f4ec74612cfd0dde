//! One passage of one contact from marketing to sales: its key and its states.

use data_encoding::{Encoding, Specification};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

use super::ContactId;

/// Counts the handoffs of one contact, from 1.
pub type Ordinal = u32;

/// Where a handoff stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Beyond `[limits]`: nothing is sent until somebody releases it.
    Held,
    /// Due to be routed, or nobody is available.
    Waiting,
    /// A rep owns it and the SLA clock runs.
    Assigned,
    /// The rep acted; not yet accepted or rejected.
    Touched,
    Accepted,
    Rejected,
    /// Back to nurture.
    Recycled,
    /// The contact became a customer, or whatever the definition calls won.
    Converted,
    /// Sales gave it up after all.
    Lost,
    /// Nobody ended it within `stale_after`.
    Stale,
    /// Ended without an outcome: the contact was disqualified, deleted or erased meanwhile.
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 11] = [
        Self::Held,
        Self::Waiting,
        Self::Assigned,
        Self::Touched,
        Self::Accepted,
        Self::Rejected,
        Self::Recycled,
        Self::Converted,
        Self::Lost,
        Self::Stale,
        Self::Cancelled,
    ];

    /// The word in the database and in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Assigned => "assigned",
            Self::Touched => "touched",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Recycled => "recycled",
            Self::Converted => "converted",
            Self::Lost => "lost",
            Self::Stale => "stale",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Open handoffs: a contact has at most one.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Held | Self::Waiting | Self::Assigned | Self::Touched)
    }
}

/// RFC 4648 base32 in lower case: letters and digits 2-7 only, so that the key survives ids that compare without case.
static BASE32_LOWER: LazyLock<Encoding> = LazyLock::new(|| {
    let mut spec = Specification::new();
    spec.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    spec.encoding().unwrap_or(data_encoding::BASE32_NOPAD)
});

/// 26 base32 characters carry 130 bits: no two handoffs of any account share a key.
const KEY_CHARS: usize = 26;

/// The key that goes into the remote objects. The same inputs give the same key after the database is lost.
pub fn handoff_key(crm: &str, account: &str, contact: &ContactId, ordinal: Ordinal) -> String {
    let ordinal = ordinal.to_string();
    let mut hash = Sha256::new();
    for part in ["handoff/1", crm, account, contact.as_str(), &ordinal] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut key = BASE32_LOWER.encode(&hash.finalize());
    key.truncate(KEY_CHARS);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_every_part_and_on_nothing_else() {
        let ann = ContactId::parse("ann").unwrap();
        let key = handoff_key("file", "contacts.csv", &ann, 1);
        assert_eq!(key, handoff_key("file", "contacts.csv", &ann, 1));
        assert_eq!(key.len(), 26);
        assert!(key.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)));
        for other in [
            handoff_key("hubspot", "contacts.csv", &ann, 1),
            handoff_key("file", "other.csv", &ann, 1),
            handoff_key("file", "contacts.csv", &ContactId::parse("bo").unwrap(), 1),
            handoff_key("file", "contacts.csv", &ann, 2),
        ] {
            assert_ne!(key, other);
        }
    }
}
