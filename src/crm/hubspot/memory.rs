//! What is remembered between runs. Only ever saves requests: without it everything is asked again.

use serde::{Deserialize, Serialize};

use super::companies::Link;
use super::definitions::Definitions;
use super::portal::Portal;
use crate::connector::activity_cache::ActivityCache;
use crate::connector::owners::OwnerDirectory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Where it came from: another address or version begins with nothing.
    #[serde(default)]
    pub(super) base_url: String,
    /// As little of it as tells it from another, which may be another account's.
    #[serde(default)]
    pub(super) token: String,
    #[serde(default)]
    pub(super) portal: Option<Portal>,
    #[serde(default)]
    pub(super) owners: OwnerDirectory,
    #[serde(default)]
    pub(super) link: Link,
    #[serde(default)]
    pub(super) definitions: Definitions,
    #[serde(default)]
    pub(super) activity: ActivityCache,
}

impl Memory {
    /// Takes up what was remembered of the same service.
    pub(super) fn read(text: Option<&str>, base_url: &str, token: &str) -> Self {
        let memory = text.and_then(|text| serde_json::from_str::<Self>(text).ok());
        memory.filter(|memory| memory.base_url == base_url && memory.token == token).unwrap_or_else(|| Self {
            base_url: base_url.to_owned(),
            token: token.to_owned(),
            ..Self::default()
        })
    }
}
