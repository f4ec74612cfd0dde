//! A bug over one record is confined to it: what was written for it is taken back, and the others go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;

use super::Db;

impl Db<'_> {
    /// Runs a part of a transaction that is kept whole or not at all, whatever becomes of the rest. `None`: it panicked,
    /// and nothing of it is kept; the panic has said where.
    pub fn apart<T>(self, change: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
        self.conn.prepare_cached("SAVEPOINT apart")?.execute([])?;
        if let Ok(done) = catch_unwind(AssertUnwindSafe(change)) {
            let value = done?;
            self.conn.prepare_cached("RELEASE apart")?.execute([])?;
            return Ok(Some(value));
        }
        self.conn.execute_batch("ROLLBACK TO apart; RELEASE apart")?;
        Ok(None)
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
                db.apart(|| {
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
            db.apart(|| db.remember("first", "here"))?;
            db.apart::<()>(|| bail!("no"))?;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().to_string(), "no");
        assert_eq!(store.read().meta("first").unwrap(), None);
    }
}
