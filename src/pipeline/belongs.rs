//! A database belongs to one account of one CRM: ids and baselines of another mean nothing in it.

use std::path::{Path, PathBuf, absolute};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::session::Session;
use crate::connector::Identity;

/// Where the store keeps whose it is.
const BELONGS_TO: &str = "belongs_to";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Source {
    kind: String,
    /// As far as the service tells.
    account: Option<String>,
    /// The file of contacts that has no other name than its own; and the same from the database's folder on, if it is below.
    file: Option<PathBuf>,
    below: Option<PathBuf>,
}

impl Source {
    fn new(kind: &str, identity: Identity, database: &Path) -> Result<Self> {
        let Identity { account, file } = identity;
        let file = file.map(absolute).transpose()?;
        let database = absolute(database)?;
        let below =
            file.as_deref().zip(database.parent()).and_then(|(file, folder)| file.strip_prefix(folder).ok());
        let below = below.map(Path::to_path_buf);
        Ok(Self { kind: kind.to_owned(), account, file, below })
    }

    fn is_other_file(&self, now: &Self) -> bool {
        let Some((was, is)) = self.file.as_ref().zip(now.file.as_ref()) else { return false };
        // Moved with its database; or by itself, and nothing is left at the old place; or the same by another path.
        let is_moved = (now.below.is_some() && self.below == now.below) || !was.exists();
        was != is && !is_moved && was.canonicalize().ok() != is.canonicalize().ok()
    }

    fn is_other_account(&self, now: &Self) -> bool {
        let accounts = self.account.as_ref().zip(now.account.as_ref());
        self.kind != now.kind || accounts.is_some_and(|(was, is)| was != is)
    }

    fn shown(&self) -> String {
        let name = self.file.as_ref().map(|file| file.display().to_string()).or_else(|| self.account.clone());
        format!("[crm.{}] {}", self.kind, name.as_deref().unwrap_or("of an unknown account"))
    }
}

/// Why this database is not for this definition. One that belongs to nobody belongs to it from now on.
///
/// # Errors
/// The CRM does not tell which account it is, or the database fails.
pub(crate) fn refusal(session: &mut Session) -> Result<Option<String>> {
    let identity = session.crm.identity()?;
    let Session { rules, store, database, .. } = session;
    let mut now = Source::new(&rules.crm.kind, identity, database)?;
    let known = store.read().meta(BELONGS_TO)?.and_then(|known| serde_json::from_str::<Source>(&known).ok());
    if let Some(known) = &known {
        let is_other_account = known.is_other_account(&now);
        if is_other_account || known.is_other_file(&now) {
            let same = if is_other_account {
                String::new()
            } else {
                let name = now.account.as_deref().unwrap_or_default();
                format!("; if it is the same, say `account = \"{name}\"` in [crm.{}]", now.kind)
            };
            return Ok(Some(format!(
                "the database {} belongs to {}, and this definition reads {}: give it a database of its own with --db FILE{same}",
                database.display(),
                known.shown(),
                now.shown()
            )));
        }
        now.account = now.account.or_else(|| known.account.clone());
    }
    if known.as_ref() != Some(&now) {
        let text = serde_json::to_string(&now)?;
        store.write(|db| db.remember(BELONGS_TO, &text))?;
    }
    Ok(None)
}
