//! The walk over changed contacts.

use anyhow::Result;

use super::HubSpot;
use super::columns::Columns;
use super::portal::Portal;
use super::reader::{Contacts, records};
use super::search::search;
use crate::connector::changes::{Changes, PageRead};
use crate::connector::keyset::{Batch, Query};
use crate::connector::walk::WindowWalk;
use crate::crm::{Page, Sync, SyncOutcome};

/// Threads that read pages while the next is searched for: at 150 ms a request, two keep up with the search.
const READERS: usize = 3;

impl HubSpot {
    pub(super) fn walk(
        &mut self,
        sync: &Sync<'_>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<SyncOutcome> {
        let Self { config, client, portal, owners, companies, cache, window_opened, .. } = self;
        let (client, companies): (&_, &_) = (client, companies);
        let columns = Columns::new(sync.fields);
        let search = |query: &Query<'_>| search(client, query);
        let read = |batch: &Batch<()>| {
            let ids: Vec<&str> = batch.to_read.iter().map(|row| row.id.as_str()).collect();
            if ids.is_empty() {
                Ok(Contacts::default())
            } else {
                Contacts::read(client, companies, &columns, &ids)
            }
        };
        let changes = Changes {
            walk: WindowWalk {
                service: "HubSpot",
                search: &search,
                read: &read,
                readers: READERS,
                deadline: sync.deadline,
            },
            overlap: config.overlap,
            columns: columns.hash(),
            // Whoever qualifies will need the account's number.
            beside: &|| drop(Portal::learn(portal, client)),
        };
        let mut to_records = |clock, contacts: &Contacts| {
            if let Some(clock) = clock {
                owners.expire(clock);
                *window_opened = Some(clock);
            }
            let (records, bad) = records(owners, client, contacts, &columns)?;
            let versions = contacts.versions().map(|(id, modified)| (id.to_owned(), modified)).collect();
            Ok(PageRead { records, bad, states: contacts.states(), versions })
        };
        changes.run(sync, cache, &mut to_records, take)
    }
}
