//! Every stored contact, once, for who replays rules over them.

use anyhow::Result;

use super::Db;
use super::contacts::Layouts;
use crate::model::{Contact, ContactId, RawValues};

impl Db<'_> {
    /// Gives every contact to `take` in the order in which they were first stored; read a second time with the fields of
    /// `other`, when there are others.
    pub fn each_contact(
        self,
        layouts: &Layouts<'_>,
        other: Option<&Layouts<'_>>,
        mut take: impl FnMut(Contact, Option<Contact>) -> Result<()>,
    ) -> Result<()> {
        let mut statement =
            self.conn.prepare("SELECT crm_id, layout_id, content FROM contact ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (crm_id, layout) = (row.get_ref(0)?.as_str()?, row.get(1)?);
            let content = row.get_ref(2)?.as_str()?;
            let contact = layouts.contact(self, crm_id, layout, content)?;
            let other = other.map(|other| other.contact(self, crm_id, layout, content)).transpose()?;
            take(contact, other)?;
        }
        Ok(())
    }

    /// As [`Db::each_contact`], the values as they were written, of so many contacts that were stored last.
    pub fn each_written(
        self,
        layouts: &Layouts<'_>,
        newest: u32,
        take: &mut dyn FnMut(ContactId, &mut RawValues<'_>),
    ) -> Result<()> {
        let mut statement = self.conn.prepare(
            "SELECT crm_id, layout_id, content FROM contact \
             WHERE id > (SELECT coalesce(max(id), 0) FROM contact) - ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([newest])?;
        while let Some(row) = rows.next()? {
            let id = ContactId::parse(row.get_ref(0)?.as_str()?).map_err(anyhow::Error::msg)?;
            layouts.written(self, row.get(1)?, row.get_ref(2)?.as_str()?, |values| take(id, values))?;
        }
        Ok(())
    }

    /// Whether any layout of stored contacts has this property of the contact or of its company.
    pub fn stores_property(self, property: &str) -> Result<bool> {
        let mut statement = self.conn.prepare("SELECT fields FROM layout")?;
        let mut rows = statement.query([])?;
        let wanted = [format!("contact.{property}"), format!("company.{property}")];
        while let Some(row) = rows.next()? {
            let names: Vec<String> = serde_json::from_str(row.get_ref(0)?.as_str()?)?;
            if names.iter().any(|name| wanted.contains(name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
