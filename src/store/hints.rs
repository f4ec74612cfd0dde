//! Contacts of which the CRM said that they changed, until they are read. Only ever saves time: the walk finds them too.

use anyhow::Result;

use super::Db;
use crate::model::ContactId;

/// More would mean that no run comes to read them: the walk is sooner there.
const HINTS_MAX: i64 = 10_000;

/// Contacts to read, as far as `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints {
    pub contacts: Vec<ContactId>,
    until: i64,
}

impl Db<'_> {
    /// Keeps in mind that these changed. One that is being read just now is read once more.
    pub fn hint(self, contacts: &[ContactId]) -> Result<()> {
        // The new id is behind what a reader has read up to.
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO hint(id, contact) SELECT coalesce(max(id), 0) + 1, ?1 FROM hint HAVING count(*) < ?2 \
             ON CONFLICT(contact) DO UPDATE SET id = excluded.id",
        )?;
        for contact in contacts {
            statement.execute((contact.as_str(), HINTS_MAX))?;
        }
        Ok(())
    }

    /// The oldest of those that wait to be read.
    pub fn hints(self, most: usize) -> Result<Option<Hints>> {
        let mut statement = self.conn.prepare_cached("SELECT id, contact FROM hint ORDER BY id LIMIT ?1")?;
        let mut rows = statement.query([i64::try_from(most)?])?;
        let (mut contacts, mut until) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            until = row.get(0)?;
            contacts.push(ContactId::parse(row.get_ref(1)?.as_str()?).map_err(anyhow::Error::msg)?);
        }
        Ok((!contacts.is_empty()).then_some(Hints { contacts, until }))
    }

    /// They have been read.
    pub fn forget_hints(self, hints: &Hints) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM hint WHERE id <= ?1")?.execute([hints.until])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    fn ids(ids: &[&str]) -> Vec<ContactId> {
        ids.iter().map(|id| ContactId::parse(id).unwrap()).collect()
    }

    #[test]
    fn a_contact_that_changes_while_it_is_read_is_read_again() {
        let store = Store::in_memory().unwrap();
        store.write(|db| db.hint(&ids(&["1", "2", "1", "3"]))).unwrap();
        let hints = store.read().hints(2).unwrap().unwrap();
        assert_eq!(hints.contacts, ids(&["2", "1"]), "the oldest, each once");
        store.write(|db| db.hint(&ids(&["2"]))).unwrap();
        store.write(|db| db.forget_hints(&hints)).unwrap();
        let hints = store.read().hints(9).unwrap().unwrap();
        assert_eq!(hints.contacts, ids(&["3", "2"]));
        store.write(|db| db.forget_hints(&hints)).unwrap();
        assert_eq!(store.read().hints(9).unwrap(), None);
    }

    #[test]
    fn hints_that_nobody_reads_do_not_pile_up() {
        let store = Store::in_memory().unwrap();
        let many: Vec<ContactId> =
            (0..=HINTS_MAX).map(|id| ContactId::parse(&id.to_string()).unwrap()).collect();
        store.write(|db| db.hint(&many)).unwrap();
        let kept = store.read().hints(usize::MAX >> 1).unwrap().unwrap().contacts.len();
        assert_eq!(i64::try_from(kept).unwrap(), HINTS_MAX);
    }
}
