//! Contacts on their way to another thread.

use std::ops::Range;

use super::Survey;
use crate::model::{ContactId, RawValues};

/// What one message holds.
const CONTACTS_MAX: usize = 512;
const BYTES_MAX: usize = 131_072;

/// Contacts with their values, in few allocations: there may be millions of them.
#[derive(Debug, Default)]
pub struct Batch {
    /// Each with where its cells are.
    contacts: Vec<(ContactId, Range<usize>)>,
    /// Where in the text each value is.
    cells: Vec<Option<Range<usize>>>,
    text: String,
}

impl Batch {
    pub fn add(&mut self, id: ContactId, raw: &mut RawValues<'_>) {
        let first = self.cells.len();
        for raw in raw {
            let start = self.text.len();
            self.text.push_str(raw.unwrap_or_default());
            self.cells.push(raw.map(|_| start..self.text.len()));
        }
        self.contacts.push((id, first..self.cells.len()));
    }

    pub fn is_full(&self) -> bool {
        self.contacts.len() >= CONTACTS_MAX || self.text.len() >= BYTES_MAX
    }

    /// Shows all of them to `survey`.
    pub fn show(self, survey: &mut Survey<'_>) {
        for (id, cells) in self.contacts {
            let cells = self.cells.get(cells).unwrap_or_default();
            survey.see(id, &mut cells.iter().map(|cell| self.text.get(cell.clone()?)));
        }
    }
}
