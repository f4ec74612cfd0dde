//! A handoff and its contact, in one query.

use anyhow::Result;

use super::contacts::Layouts;
use super::handoffs::{handoff_columns, read_handoff};
use super::runs::time;
use super::{ContactRow, Db, HandoffRow};

/// What almost every step of a handoff's life looks at.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub handoff: HandoffRow,
    pub contact: ContactRow,
}

const CASE: &str = concat!(
    "SELECT ",
    handoff_columns!(),
    ", c.layout_id, c.content, c.changed_ms FROM handoff h JOIN contact c ON c.id = h.contact_id WHERE h.id = ?1"
);

impl Db<'_> {
    pub fn case(self, handoff: i64, layouts: &Layouts<'_>) -> Result<CaseRow> {
        let mut statement = self.conn.prepare_cached(CASE)?;
        let (handoff, layout, content, changed) = statement.query_row([handoff], |row| {
            Ok((read_handoff(row)?, row.get(30)?, row.get::<_, String>(31)?, row.get(32)?))
        })?;
        let contact = layouts.contact(self, &handoff.crm_id, layout, &content)?;
        let contact = ContactRow { id: handoff.contact, contact, changed: time(changed) };
        Ok(CaseRow { handoff, contact })
    }
}
