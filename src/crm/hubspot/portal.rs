//! Which account this is.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/account-account-info-v3/guide>. Whether every token may ask is
//! not documented, so one that may not is taken for an answer.

use std::sync::OnceLock;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use super::client::{Client, parse};
use super::problem::Problem;
use super::wire;

/// The account's number, as far as the token may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Portal {
    Number(String),
    Secret,
}

impl Portal {
    pub(super) fn number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            Self::Secret => None,
        }
    }

    /// The account, asked of the service unless it is known.
    pub(super) fn learn<'a>(known: &'a OnceLock<Self>, client: &Client) -> Result<&'a Self> {
        if let Some(portal) = known.get() {
            return Ok(portal);
        }
        let portal = Self::ask(client)?;
        Ok(known.get_or_init(|| portal))
    }

    /// Asks the service. An error is no answer: it must not become part of a key.
    fn ask(client: &Client) -> Result<Self> {
        let answer = client.ask_any(&client.paths.account(), None)?;
        match answer.status {
            200..=299 => {
                let account: wire::Account = parse(&answer)?;
                let number = account.portal.filter(|portal| portal.bytes().all(|byte| byte.is_ascii_digit()));
                Ok(number.map_or(Self::Secret, Self::Number))
            }
            403 | 404 => Ok(Self::Secret),
            _ => bail!("{}", Problem::of(&answer).text),
        }
    }
}
