//! Who can own a record: ids stand in records, e-mails in the rules.

use std::collections::HashMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::model::{Delivery, Timestamp};

/// A list is good for a day.
const GOOD_FOR_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is known of a service's owners; remembered between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnerDirectory {
    /// When the list was read, by the service's clock; `None`: never, or by a clock that is not known.
    #[serde(default)]
    read_ms: Option<i64>,
    /// E-mail by id.
    #[serde(default)]
    active: HashMap<String, String>,
    /// Those who left; read only when somebody is not among the active.
    #[serde(default)]
    archived: Option<HashMap<String, String>>,
    /// Read in this process: an id that is not in it is not asked for again.
    #[serde(skip)]
    is_fresh: bool,
}

/// Who an e-mail belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnerStatus {
    /// With the owner's id.
    Active(String),
    Archived,
    Unknown,
}

impl OwnerStatus {
    /// The id of an owner who can be given something.
    ///
    /// # Errors
    /// Says why `email` can own nothing in the service.
    pub(crate) fn id(self, service: &str, email: &str) -> Result<String, Delivery> {
        let why = match self {
            Self::Active(id) => return Ok(id),
            Self::Archived => format!(
                "{email} is deactivated in {service}: reactivate the user, or take the rep out of the rules"
            ),
            Self::Unknown => format!(
                "{email} is no user of this {service} account: invite them, or correct the e-mail in the rules"
            ),
        };
        Err(Delivery::Refused { why })
    }
}

/// Which owners to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owners {
    Active,
    Archived,
}

/// All owners of one kind, as the service lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnerList {
    /// By id, in small letters.
    pub emails: HashMap<String, String>,
    /// The service's clock.
    pub read_ms: Option<i64>,
}

impl OwnerDirectory {
    /// Who owns what belongs to this e-mail, whatever its case. `list` asks the service, where it is not known.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn status(
        &mut self,
        email: &str,
        list: impl Fn(Owners) -> Result<OwnerList>,
    ) -> Result<OwnerStatus> {
        let email = email.trim().to_lowercase();
        let id_in = |owners: &HashMap<String, String>| {
            owners.iter().find(|(_, known)| **known == email).map(|(id, _)| id.clone())
        };
        if let Some(id) = id_in(&self.active) {
            return Ok(OwnerStatus::Active(id));
        }
        self.refresh(&list)?;
        if let Some(id) = id_in(&self.active) {
            return Ok(OwnerStatus::Active(id));
        }
        let archived = self.archived(&list)?;
        Ok(if id_in(archived).is_some() { OwnerStatus::Archived } else { OwnerStatus::Unknown })
    }

    /// Who of the reps can own nothing, one sentence each. `remedy` says where users are invited.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn check(
        &mut self,
        service: &str,
        emails: &[&str],
        remedy: &str,
        list: impl Fn(Owners) -> Result<OwnerList>,
    ) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        for email in emails {
            let what = match self.status(email, &list)? {
                OwnerStatus::Active(_) => continue,
                OwnerStatus::Archived => format!("is deactivated in {service} and can own nothing"),
                OwnerStatus::Unknown => format!("is no user of {service}"),
            };
            problems.push(format!("the rep {email} {what}; change the rep's `email`, or {remedy}"));
        }
        Ok(problems)
    }

    /// The e-mail of an owner, in small letters; `owner:ID` for one that the service does not know either.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn email(&mut self, id: &str, list: impl Fn(Owners) -> Result<OwnerList>) -> Result<String> {
        if !self.active.contains_key(id) && !self.knows_archived(id) {
            self.refresh(&list)?;
            if !self.active.contains_key(id) {
                self.archived(&list)?;
            }
        }
        let archived = || self.archived.as_ref().and_then(|archived| archived.get(id));
        let email = self.active.get(id).or_else(archived).filter(|email| !email.is_empty());
        Ok(email.cloned().unwrap_or_else(|| format!("owner:{id}")))
    }

    fn knows_archived(&self, id: &str) -> bool {
        self.archived.as_ref().is_some_and(|archived| archived.contains_key(id))
    }

    /// Forgets a list that is older than a day.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        let now_ms = now.timestamp_millis();
        let is_old = self.read_ms.is_none_or(|read| !(0..GOOD_FOR_MS).contains(&now_ms.saturating_sub(read)));
        if is_old && !self.is_fresh {
            *self = Self::default();
        }
    }

    /// Forgets a list that an earlier run read, since the service does not take an owner in it; `false`: it was read just
    /// now.
    pub(crate) fn invalidate(&mut self) -> bool {
        if !self.is_fresh {
            *self = Self::default();
        }
        !self.is_fresh
    }

    /// Reads the list where none is known: somebody in it is about to be given something. A failure is told when it matters.
    pub(crate) fn prefetch(&mut self, list: impl Fn(Owners) -> Result<OwnerList>) {
        if self.active.is_empty() {
            self.refresh(&list).ok();
        }
    }

    /// Reads the list again, once in a process.
    fn refresh(&mut self, list: &impl Fn(Owners) -> Result<OwnerList>) -> Result<()> {
        if self.is_fresh {
            return Ok(());
        }
        let OwnerList { emails: active, read_ms } = list(Owners::Active)?;
        *self = Self { read_ms, active, archived: None, is_fresh: true };
        Ok(())
    }

    fn archived(&mut self, list: &impl Fn(Owners) -> Result<OwnerList>) -> Result<&HashMap<String, String>> {
        let archived = match self.archived.take() {
            Some(archived) => archived,
            None => list(Owners::Archived)?.emails,
        };
        Ok(self.archived.insert(archived))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn owners(entries: &[(&str, &str)]) -> HashMap<String, String> {
        entries.iter().map(|(id, email)| ((*id).to_owned(), (*email).to_owned())).collect()
    }

    #[test]
    fn a_list_of_a_time_that_nobody_wrote_is_forgotten() {
        for read in [i64::MIN, i64::MAX] {
            let active = owners(&[("11", "ana@acme.example")]);
            let mut directory = OwnerDirectory { read_ms: Some(read), active, ..OwnerDirectory::default() };
            directory.expire(Timestamp::from_timestamp_millis(1_795_428_000_000).unwrap());
            assert_eq!(directory, OwnerDirectory::default(), "{read}");
        }
    }

    #[test]
    fn a_service_is_asked_for_each_list_once_in_a_process() {
        let asked = Cell::new(0);
        let list = |which| {
            asked.set(asked.get() + 1);
            let emails = match which {
                Owners::Active => owners(&[("11", "ana@acme.example")]),
                Owners::Archived => owners(&[("12", "bo@acme.example")]),
            };
            Ok(OwnerList { emails, read_ms: None })
        };
        let mut directory = OwnerDirectory::default();
        for _ in 0..2 {
            let ana = directory.status("ANA@acme.example ", list).unwrap();
            assert_eq!(ana, OwnerStatus::Active("11".to_owned()));
            assert_eq!(directory.status("bo@acme.example", list).unwrap(), OwnerStatus::Archived);
            assert_eq!(directory.status("cy@acme.example", list).unwrap(), OwnerStatus::Unknown);
            assert_eq!(directory.email("12", list).unwrap(), "bo@acme.example");
            assert_eq!(directory.email("13", list).unwrap(), "owner:13");
        }
        assert_eq!(asked.get(), 2);
        assert!(!directory.invalidate(), "it was read just now");
    }
}
