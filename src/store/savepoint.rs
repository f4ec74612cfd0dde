//! A bug over one record is confined to it: what was written for it is taken back, and the others go on.

use anyhow::Result;

use super::Db;
use crate::isolate::isolated;

impl Db<'_> {
    /// Runs a part of a transaction that is kept whole or not at all, whatever becomes of the rest. `None`: it panicked,
    /// and nothing of it is kept; the panic has said where.
    pub fn savepoint<T>(self, change: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
        self.conn.prepare_cached("SAVEPOINT part")?.execute([])?;
        match isolated(change) {
            Some(Ok(value)) => {
                self.conn.prepare_cached("RELEASE part")?.execute([])?;
                Ok(Some(value))
            }
            Some(Err(error)) => {
                // SQLite may have rolled back everything by itself; the first error is the one to tell.
                self.unwind().ok();
                Err(error)
            }
            None => self.unwind().map(|()| None),
        }
    }

    fn unwind(self) -> Result<()> {
        Ok(self.conn.execute_batch("ROLLBACK TO part; RELEASE part")?)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::super::Store;

    #[test]
    fn a_part_that_panics_is_taken_back_and_the_rest_is_kept() {
        let store = Store::in_memory().unwrap();
        let parts = store.write(|db| {
            let part = |key: &str, is_bad: bool| {
                db.savepoint(|| {
                    db.remember(key, "here")?;
                    assert!(!is_bad, "a bug");
                    Ok(())
                })
            };
            Ok([part("first", false)?, part("second", true)?, part("third", false)?])
        });
        assert_eq!(parts.unwrap(), [Some(()), None, Some(())]);
        let kept = ["first", "second", "third"].map(|key| store.read().meta(key).unwrap().is_some());
        assert_eq!(kept, [true, false, true]);
    }

    #[test]
    fn a_part_that_fails_takes_everything_back() {
        let store = Store::in_memory().unwrap();
        let failed = store.write(|db| {
            db.savepoint(|| db.remember("first", "here"))?;
            db.savepoint::<()>(|| bail!("no"))?;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().to_string(), "no");
        assert_eq!(store.read().meta("first").unwrap(), None);
    }

    #[test]
    fn a_part_that_fails_leaves_nothing_open_to_whoever_goes_on() {
        let store = Store::in_memory().unwrap();
        let change = store.write(|db| {
            let failed = db.savepoint::<()>(|| {
                db.remember("first", "here")?;
                bail!("no")
            });
            assert!(failed.is_err_and(|error| error.to_string() == "no") && db.meta("first")?.is_none());
            let left = db.conn.execute_batch("RELEASE part").unwrap_err();
            assert!(left.to_string().contains("no such savepoint"), "{left}");
            db.savepoint(|| db.remember("second", "here"))
        });
        assert_eq!(change.unwrap(), Some(()));
        assert!(store.read().meta("second").unwrap().is_some());
    }
}
