//! What the token may do, as far as HubSpot tells.

use serde::Deserialize;

use super::client::{Client, parse};
use crate::connector::Checked;
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

/// What every write needs; contacts and tasks share it.
const WRITES: &str = "crm.objects.contacts.write";

/// A check writes nothing, so this stays open.
const MAY_WRITE: &str = "whether the token may write shows only at the first write; it needs crm.objects.contacts.write, which is for \
                         tasks too";

/// What is known of a token.
#[derive(Debug, Deserialize)]
struct TokenInfo {
    scopes: Vec<String>,
}

/// Finds that it may not write, and warns of scopes that nothing uses.
pub(super) fn check(client: &Client, checked: &mut Checked) {
    match granted(client) {
        Some(granted) => {
            if !granted.iter().any(|scope| scope == WRITES) {
                checked.problems.push(format!(
                    "the token may not write: give it the scope {WRITES}, which is for owners, stages and tasks"
                ));
            }
            checked.warnings.extend(surplus(granted.iter().map(String::as_str), &USED));
        }
        None => checked.notes.extend([MAY_WRITE, UNSEEN].map(str::to_owned)),
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
