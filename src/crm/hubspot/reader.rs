//! From ids to records: the properties of contacts, and of their companies.

use std::collections::HashSet;
use std::thread;

use anyhow::Result;

use super::HubSpot;
use super::bulk::{self, Objects};
use super::client::Client;
use super::columns::{Columns, place_of};
use super::companies::{Companies, OfContacts};
use super::owners;
use super::present::state_of;
use super::wire::Object;
use crate::connector::Unreadable;
use crate::connector::contact_cache::ContactStates;
use crate::connector::owners::OwnerDirectory;
use crate::crm::Reread;
use crate::model::{ContactId, Field, Record};

/// What was read of some contacts.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    objects: Objects,
    companies: OfContacts,
}

impl Contacts {
    /// Two calls at most: contacts, then those of their companies that are not known yet.
    pub(super) fn read(
        client: &Client,
        companies: &Companies,
        columns: &Columns,
        ids: &[&str],
    ) -> Result<Self> {
        let needs_company = !columns.of_company.is_empty();
        let (objects, pairs) = thread::scope(|scope| {
            let pairs = needs_company.then(|| scope.spawn(|| companies.ahead(client, ids)));
            let objects = bulk::read(client, "contacts", &columns.of_contact, ids);
            (objects, pairs.and_then(|pairs| pairs.join().ok().flatten()))
        });
        let mut objects = objects?;
        // A merged contact answers under the id of the one it was merged into.
        let mut asked: HashSet<&str> = ids.iter().copied().collect();
        objects.found.retain(|object| asked.remove(object.id()));
        let (companies, unread) = if !needs_company || objects.found.is_empty() {
            Default::default()
        } else {
            companies.of(client, &objects.found, &columns.of_company, pairs.transpose()?)?
        };
        objects.found.retain(|object| !unread.contains_key(object.id()));
        objects.unreadable.extend(unread);
        Ok(Self { objects, companies })
    }

    /// What writes need to know of them.
    pub(super) fn states(&self) -> ContactStates {
        let state = |contact: &Object| {
            let company = self.companies.get(contact.id());
            let company = company.and_then(|(id, company)| company.as_ref().map(|_| id.as_str()));
            (contact.id().to_owned(), state_of(contact, company))
        };
        self.objects.found.iter().map(state).collect()
    }

    /// Id and time of change, for what was read.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&str, i64)> {
        self.objects.found.iter().filter_map(|object| Some((object.id(), object.modified_ms()?)))
    }
}

/// Turns what was read into records; owners become e-mails.
pub(super) fn records(
    directory: &mut OwnerDirectory,
    client: &Client,
    contacts: &Contacts,
    columns: &Columns,
) -> Result<(Vec<Record>, Vec<Unreadable>)> {
    let mut records = Vec::with_capacity(contacts.objects.found.len());
    let place = "HubSpot's answer".to_owned();
    let bad = contacts.objects.bad.iter();
    let mut bad: Vec<Unreadable> =
        bad.map(|reason| Unreadable { place: place.clone(), reason: reason.clone() }).collect();
    let unreadable = contacts.objects.unreadable.iter();
    bad.extend(unreadable.map(|(id, reason)| Unreadable { place: place_of(id), reason: reason.clone() }));
    let mut failed = None;
    for object in &contacts.objects.found {
        let company = contacts.companies.get(object.id());
        let company = company.map(|(id, company)| (id.as_str(), company.as_deref()));
        let mut owner = |id: &str| {
            directory.email(id, |which| owners::list(client, which)).unwrap_or_else(|error| {
                failed.get_or_insert(error);
                String::new()
            })
        };
        match columns.record(object, company, &mut owner) {
            Ok(record) => records.push(record),
            Err(unreadable) => bad.push(unreadable),
        }
    }
    failed.map_or(Ok((records, bad)), Err)
}

impl HubSpot {
    /// Reads contacts again. What the writes will need besides is asked for meanwhile: it costs one lead no round trips.
    pub(super) fn read_again(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Reread> {
        let columns = Columns::new(fields);
        let ids: Vec<&str> = ids.iter().map(ContactId::as_str).collect();
        let Self { client, companies, config, owners: directory, definitions, window_opened, .. } = self;
        let (client, companies): (&_, &_) = (client, companies);
        let contacts = thread::scope(|scope| {
            scope.spawn(|| directory.prefetch(|which| owners::list(client, which)));
            let key = config.handoff_key;
            window_opened.map(|now| scope.spawn(move || definitions.prefetch(client, key, now)));
            Contacts::read(client, companies, &columns, &ids)
        })?;
        self.cache.keep(contacts.states());
        let (records, _) = records(&mut self.owners, &self.client, &contacts, &columns)?;
        Ok(Reread { records, unreadable: contacts.objects.unreadable })
    }
}
