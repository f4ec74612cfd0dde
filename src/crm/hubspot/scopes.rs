//! What the token may do, as far as HubSpot tells.

use serde::Deserialize;

use super::client::{Client, parse};
use crate::crm::Checked;
use crate::secret::surplus;

/// Every scope that something in handoff uses, and the one that HubSpot grants by itself.
const USED: [&str; 9] = [
    "crm.objects.companies.read",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.owners.read",
    "crm.schemas.companies.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "oauth",
    "sales-email-read",
];

const UNSEEN: &str =
    "HubSpot does not tell which scopes this token has: see at its page whether it may do more than it needs";

/// What is known of a token.
#[derive(Debug, Deserialize)]
struct TokenInfo {
    scopes: Vec<String>,
}

/// Warns of scopes that nothing uses.
pub(super) fn check(client: &Client, checked: &mut Checked) {
    match granted(client) {
        Some(granted) => checked.warnings.extend(surplus(granted.iter().map(String::as_str), &USED)),
        None => checked.notes.push(UNSEEN.to_owned()),
    }
}

/// Documented for private apps; of service keys it is not said whether HubSpot tells.
///
/// <https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview>
fn granted(client: &Client) -> Option<Vec<String>> {
    let answer = client.ask_of_token("/oauth/v2/private-apps/get/access-token-info").ok()?;
    let info = (answer.status == 200).then(|| parse::<TokenInfo>(&answer))?;
    info.ok().map(|info| info.scopes)
}
