//! The unique property that holds the keys of tasks: with it, HubSpot itself refuses a second task. Whether the account has
//! it decides which guarantee holds.
//!
//! <https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide#create-unique-identifier-properties>

use anyhow::{Result, bail};
use chrono::DateTime;
use reqwest::Method;
use serde_json::json;

use super::HubSpot;
use super::config::HandoffKey;
use super::definitions::is_unique;
use super::tasks::KEY_PROPERTY;
use crate::connector::Checked;
use crate::connector::outcome::Outcome;

const BY_PROPERTY: &str =
    "tasks carry their key in the unique property 'handoff_key', so HubSpot itself refuses a second task";
const BY_MARKER: &str = "tasks carry their key in the last line of their body: a task whose answer was lost is looked for through its \
                         contact before it is sent again";

impl HubSpot {
    /// Says how a second task is kept out of this account.
    pub(super) fn tell_guarantee(&mut self, checked: &mut Checked) {
        let setting = self.config.handoff_key;
        if setting == HandoffKey::Marker {
            checked.notes.push(BY_MARKER.to_owned());
            return;
        }
        let context = self.context(DateTime::UNIX_EPOCH);
        let path = format!("{}/{KEY_PROPERTY}", context.paths().properties("tasks"));
        match context.read(&path, None).answer() {
            Ok(definition) if is_unique(&definition) => checked.notes.push(BY_PROPERTY.to_owned()),
            Ok(_) | Err(Outcome::Missing { .. }) if setting == HandoffKey::Property => {
                checked.problems.push(format!(
                    "[crm.hubspot] says handoff_key = \"property\", and HubSpot has no unique property '{KEY_PROPERTY}' of \
                     tasks; `handoff init --crm` creates it"
                ));
            }
            Ok(_) | Err(Outcome::Missing { .. }) => checked.notes.push(format!(
                "{BY_MARKER}; `handoff init --crm` creates the unique property '{KEY_PROPERTY}', with which HubSpot itself \
                 refuses a second"
            )),
            Err(Outcome::Forbidden { why }) => checked.notes.push(format!("{BY_MARKER}; {why}")),
            Err(unread) => checked.problems.push(unread.into_why()),
        }
    }

    /// What the account should have and has not.
    pub(super) fn lack(&mut self) -> Result<Option<String>> {
        let context = self.context(DateTime::UNIX_EPOCH);
        let path = format!("{}/{KEY_PROPERTY}", context.paths().properties("tasks"));
        match context.read(&path, None).answer() {
            Ok(definition) if is_unique(&definition) => Ok(None),
            Ok(_) => bail!(
                "HubSpot has a property '{KEY_PROPERTY}' of tasks whose values need not be unique; delete it there, \
                 or set handoff_key = \"marker\" in [crm.hubspot]"
            ),
            Err(Outcome::Missing { .. }) => Ok(Some(format!(
                "the property '{KEY_PROPERTY}' of tasks in HubSpot, with unique values: it keeps a second task out"
            ))),
            Err(unread) => bail!("{}", unread.into_why()),
        }
    }

    /// Creates it.
    pub(super) fn create_key_property(&mut self) -> Result<()> {
        let mut context = self.context(DateTime::UNIX_EPOCH);
        let properties = context.paths().properties("tasks");
        // In the group of a property that every account has: groups are named differently here and there.
        let subject = match context.read(&format!("{properties}/hs_task_subject"), None).answer() {
            Err(Outcome::Missing { .. }) => None,
            subject => Some(subject.map_err(|unread| anyhow::anyhow!(unread.into_why()))?),
        };
        let group = subject.as_ref().and_then(|subject| subject.get("groupName")?.as_str()).unwrap_or("task");
        let body = json!({
            "name": KEY_PROPERTY,
            "label": "Handoff key",
            "description": "Written by handoff, so that no lead gets the same task twice. Leave it as it is.",
            "groupName": group,
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": true,
        });
        let created = context.write(&Method::POST, &properties, &body).answer();
        context.forget_key_place();
        match created {
            Ok(definition) if is_unique(&definition) => Ok(()),
            Ok(_) => bail!(
                "HubSpot created '{KEY_PROPERTY}' without unique values; delete it there: markers are used instead"
            ),
            Err(refused) => bail!(
                "HubSpot did not create '{KEY_PROPERTY}': {}; without it markers in the tasks' bodies are used",
                refused.into_why()
            ),
        }
    }
}
