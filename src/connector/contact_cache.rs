//! Contacts as this process read them: what the writes go by, and who changed since reps were last looked at.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::model::{Delivery, one_line};

/// A contact as it is just before something is written to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContactState {
    There(Details),
    /// Deleted, or never there.
    Gone,
    /// It is another record now: merged, or converted.
    Merged {
        into: String,
    },
}

/// What a write has to know of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// The owner's id.
    pub(crate) owner: Option<String>,
    /// As the service calls it.
    pub(crate) stage: Option<String>,
    /// The company's id.
    pub(crate) company: Option<String>,
}

/// Contacts by their id.
pub(crate) type ContactStates = HashMap<String, ContactState>;

/// What was read of contacts, and written to them, in this process.
#[derive(Debug, Default)]
pub(crate) struct ContactCache {
    known: HashMap<String, (Instant, ContactState)>,
    /// Whose owner changed between two reads.
    overtaken: HashSet<String>,
    written: HashSet<String>,
    /// Lately changed contacts with the time of the change, by a walk that came to its end.
    walked: Option<HashMap<String, i64>>,
}

/// An owner is not set by a copy that is older: somebody may have set another meanwhile.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// More are not kept, but read again before they are written.
const KEPT_MAX: usize = 10_000;

/// A walk that meets more cannot tell what is news: everything is looked at again.
const WALKED_MAX: usize = 20_000;

impl ContactState {
    fn owner(&self) -> Option<&str> {
        match self {
            Self::There(details) => details.owner.as_deref(),
            Self::Gone | Self::Merged { .. } => None,
        }
    }

    fn details(&self) -> Result<&Details, Delivery> {
        match self {
            Self::There(details) => Ok(details),
            Self::Gone => Err(gone()),
            Self::Merged { into } => {
                let why = format!("the contact was merged into contact {}", one_line(into, 40));
                Err(Delivery::Refused { why })
            }
        }
    }
}

/// What becomes of a write to a contact that is not there.
pub(crate) fn gone() -> Delivery {
    Delivery::Refused { why: "the contact is gone: deleted, or merged into another".to_owned() }
}

impl ContactCache {
    /// Keeps what a walk or a second look read anyway.
    pub(crate) fn keep(&mut self, read: ContactStates) {
        if self.known.len() + read.len() > KEPT_MAX {
            self.known.clear();
        }
        self.add(read);
    }

    fn add(&mut self, read: ContactStates) {
        let at = Instant::now();
        for (contact, mut state) in read {
            let before = self.known.get(&contact).map(|(_, before)| before);
            // A company may have been learned from associations, which not every read asks for.
            if let (ContactState::There(now), Some(ContactState::There(before))) = (&mut state, before) {
                now.company = now.company.take().or_else(|| before.company.clone());
            }
            if state.owner().is_some() && before.is_some_and(|before| before.owner() != state.owner()) {
                self.overtaken.insert(contact.clone());
            }
            self.known.insert(contact, (at, state));
        }
    }

    /// Reads contacts, save those that were read in this process; for those whose owner is to be set, that is moments ago.
    ///
    /// # Errors
    /// What `read` came to.
    pub(crate) fn verify<E>(
        &mut self,
        contacts: &[(&str, bool)],
        read: impl FnOnce(&[&str]) -> Result<ContactStates, E>,
    ) -> Result<(), E> {
        let is_old = |(contact, sets_owner): &(&str, bool)| {
            let known = self.known.get(*contact);
            known.is_none_or(|(at, _)| *sets_owner && at.elapsed() > GOOD_FOR)
        };
        let mut ids: Vec<&str> =
            contacts.iter().filter(|one| is_old(one)).map(|(contact, _)| *contact).collect();
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            self.add(read(&ids)?);
        }
        Ok(())
    }

    /// What is known of a contact that was verified.
    ///
    /// # Errors
    /// There is nothing to write to, or nobody looked.
    pub(crate) fn details(&self, contact: &str) -> Result<&Details, Delivery> {
        let unread = || Delivery::NotSent { why: "the contact was not read".to_owned() };
        self.known.get(contact).ok_or_else(unread)?.1.details()
    }

    /// The owner that somebody set while this run was about to set this one.
    pub(crate) fn overtaken_by(&self, contact: &str, wanted: &str) -> Option<&str> {
        let owner = self.known.get(contact)?.1.owner().filter(|owner| *owner != wanted)?;
        self.overtaken.contains(contact).then_some(owner)
    }

    /// Notes that something was written to a contact, and perhaps its stage.
    pub(crate) fn wrote_to(&mut self, contact: &str, stage: Option<&str>) {
        self.written.insert(contact.to_owned());
        if let (Some(stage), Some((_, ContactState::There(details)))) = (stage, self.known.get_mut(contact)) {
            details.stage = Some(stage.to_owned());
        }
    }

    /// Whether something was written to it moments ago, so that nobody can have acted on it yet.
    pub(crate) fn wrote_lately(&self, contact: &str) -> bool {
        self.written.contains(contact)
    }

    /// Begins with what the walk before it read last: a run that ended between walk and look is made up for.
    pub(crate) fn begin_walk<'a>(&mut self, recent: impl Iterator<Item = (&'a str, i64)>) {
        self.walked = Some(HashMap::new());
        self.met(recent);
    }

    pub(crate) fn met<'a>(&mut self, contacts: impl Iterator<Item = (&'a str, i64)>) {
        let Some(walked) = &mut self.walked else { return };
        walked.extend(contacts.map(|(id, modified)| (id.to_owned(), modified)));
        if walked.len() > WALKED_MAX {
            self.walked = None;
        }
    }

    /// The walk cannot tell who has not changed: it broke off, or it is the sweep of the hour, after which all are looked at,
    /// for not every act has to move its contact.
    pub(crate) fn forget_walk(&mut self) {
        self.walked = None;
    }

    /// Whether a contact changed since it was `modified`, or that cannot be told.
    pub(crate) fn may_have_changed(&self, contact: &str, modified: i64) -> bool {
        self.walked.as_ref().is_none_or(|walked| walked.get(contact).is_some_and(|now| *now != modified))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn owned_by(owner: &str, company: Option<&str>) -> ContactState {
        ContactState::There(Details {
            owner: Some(owner.to_owned()),
            stage: None,
            company: company.map(str::to_owned),
        })
    }

    #[test]
    fn a_contact_is_read_once_unless_its_owner_is_to_be_set_by_an_old_copy() {
        let mut cache = ContactCache::default();
        cache.keep([("1".to_owned(), owned_by("71", Some("501")))].into());
        cache.verify::<Infallible>(&[("1", true)], |_| panic!("it was read just now")).unwrap();
        if let Some((at, _)) = cache.known.get_mut("1") {
            *at = at.checked_sub(GOOD_FOR * 2).unwrap();
        }
        cache.verify::<Infallible>(&[("1", false)], |_| panic!("its owner is not set")).unwrap();
        let read = |ids: &[&str]| {
            assert_eq!(ids, ["1", "2"]);
            Ok::<_, Infallible>(
                [("1".to_owned(), owned_by("72", None)), ("2".to_owned(), ContactState::Gone)].into(),
            )
        };
        cache.verify(&[("2", false), ("1", true), ("1", true)], read).unwrap();
        assert_eq!(cache.overtaken_by("1", "73"), Some("72"));
        assert_eq!(cache.overtaken_by("1", "72"), None, "it is the one that is wanted");
        assert_eq!(cache.details("1").unwrap().company.as_deref(), Some("501"), "known from associations");
        assert!(matches!(cache.details("2"), Err(Delivery::Refused { .. })));
        assert!(
            matches!(cache.details("3"), Err(Delivery::NotSent { .. })),
            "nobody looked: it may be there"
        );
    }

    #[test]
    fn a_walk_that_broke_off_says_of_nobody_that_nothing_changed() {
        let mut cache = ContactCache::default();
        assert!(cache.may_have_changed("1", 5));
        cache.begin_walk([("1", 5)].into_iter());
        assert!(!cache.may_have_changed("1", 5) && cache.may_have_changed("1", 4));
        assert!(!cache.may_have_changed("2", 5), "no walk met it");
        cache.forget_walk();
        assert!(cache.may_have_changed("2", 5));
    }
}
