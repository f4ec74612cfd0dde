//! The companies of contacts, read once in a run.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::bulk;
use super::client::Client;
use super::properties::COMPANY;
use super::wire::{Associated, Object};
use crate::model::one_line;

/// The type of the association with a contact's primary company:
/// <https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide>.
const PRIMARY: &str = "1";

/// More are not kept, but read again: memory stays flat however many there are.
const KEPT_MAX: usize = 20_000;

/// How contacts name their companies; learned once, and remembered between runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Link {
    /// No contact with a company has been seen.
    #[default]
    Unknown,
    /// By their own property, as far as is known.
    Property,
    /// By associations, some of them by those alone.
    Associations,
}

/// A company, or `None` for one that is gone.
type Company = Option<Arc<Object>>;

/// Shared by the threads that read.
#[derive(Debug, Default)]
pub(super) struct Companies {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    link: Link,
    known: HashMap<String, Company>,
}

/// Ids of contacts and their companies.
pub(super) type Pairs = Vec<(String, String)>;

/// The company of each contact that has one, by the contact's id.
pub(super) type OfContacts = HashMap<String, (String, Company)>;

impl Companies {
    pub(super) fn new(link: Link) -> Self {
        Self { state: Mutex::new(State { link, ..State::default() }) }
    }

    pub(super) fn link(&self) -> Link {
        self.state().link
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The companies, and of contacts whose company cannot be read, why: they must not be judged as if they had none.
    pub(super) fn of(
        &self,
        client: &Client,
        contacts: &[Object],
        properties: &[String],
        pairs: Option<Pairs>,
    ) -> Result<(OfContacts, HashMap<String, String>)> {
        let mut ids = pairs.map_or_else(|| self.ids(client, contacts), Ok)?;
        let has_company: HashSet<String> = ids.iter().map(|(contact, _)| contact.clone()).collect();
        ids.extend(by_property(contacts).into_iter().filter(|(contact, _)| !has_company.contains(contact)));
        let mut missing: Vec<&str> = Vec::new();
        let mut of_contacts = OfContacts::new();
        {
            let state = self.state();
            for (contact, company) in &ids {
                match state.known.get(company) {
                    Some(known) => {
                        of_contacts.insert(contact.clone(), (company.clone(), known.clone()));
                    }
                    None => missing.push(company),
                }
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let mut read = bulk::read(client, "companies", properties, &missing)?;
        let unreadable = std::mem::take(&mut read.unreadable);
        let mut read: HashMap<String, Arc<Object>> =
            read.found.into_iter().map(|object| (object.id().to_owned(), Arc::new(object))).collect();
        let fresh: HashMap<String, Company> = missing
            .into_iter()
            .filter(|id| !unreadable.contains_key(*id))
            .map(|id| (id.to_owned(), read.remove(id)))
            .collect();
        let mut unread = HashMap::new();
        for (contact, company) in ids {
            if let Some(why) = unreadable.get(&company) {
                unread.insert(contact, format!("its company {}: {why}", one_line(&company, 40)));
            } else if let Some(known) = fresh.get(&company) {
                of_contacts.insert(contact, (company, known.clone()));
            }
        }
        let mut state = self.state();
        if state.known.len() + fresh.len() > KEPT_MAX {
            state.known.clear();
        }
        state.known.extend(fresh);
        Ok((of_contacts, unread))
    }

    /// As the contacts' ids are known before the contacts: where companies come by association, that need not wait.
    pub(super) fn ahead(&self, client: &Client, contacts: &[&str]) -> Option<Result<Pairs>> {
        (self.link() == Link::Associations).then(|| associated(client, contacts))
    }

    /// Contact and company, by id: from the contact's own property, which costs nothing; of those without it, from
    /// associations. That is never left out: whoever has a company must not be judged as if there were none.
    fn ids(&self, client: &Client, contacts: &[Object]) -> Result<Pairs> {
        let mut pairs = if self.link() == Link::Associations { Vec::new() } else { by_property(contacts) };
        let has_company: HashSet<&str> = pairs.iter().map(|(contact, _)| contact.as_str()).collect();
        let without: Vec<&str> =
            contacts.iter().map(Object::id).filter(|contact| !has_company.contains(contact)).collect();
        {
            let mut state = self.state();
            if state.link == Link::Unknown && !pairs.is_empty() {
                state.link = Link::Property;
            }
            if without.is_empty() {
                return Ok(pairs);
            }
        }
        let found = associated(client, &without)?;
        let mut state = self.state();
        // The property does not say it all here.
        if !found.is_empty() {
            state.link = Link::Associations;
        }
        pairs.extend(found);
        Ok(pairs)
    }
}

fn by_property(contacts: &[Object]) -> Pairs {
    let pair = |contact: &Object| Some((contact.id().to_owned(), contact.property(COMPANY)?));
    contacts.iter().filter_map(pair).collect()
}

fn associated(client: &Client, contacts: &[&str]) -> Result<Pairs> {
    let associated: Vec<Associated> = bulk::associations(client, "contacts", "companies", contacts)?;
    let pair = |associated: &Associated| {
        Some((associated.from().to_owned(), associated.preferred(PRIMARY)?.to_owned()))
    };
    Ok(associated.iter().filter_map(pair).collect())
}
