//! `check --online`: whether the account has what the rules need, and how to mend what it lacks.

use anyhow::{Result, anyhow};
use serde_json::json;

use super::HubSpot;
use super::client::parse;
use super::owners;
use super::problem::Problem;
use super::properties::OWNER_PROPERTY;
use super::scopes;
use super::wire::{self, Listing, unread};
use crate::connector::property::{self, Options, Properties, Property};
use crate::connector::{Checked, Needs};

impl HubSpot {
    /// What is missing, one sentence each. One finding does not hide the others, save a token that is not taken at all.
    pub(super) fn ask_whether(&mut self, needs: &Needs<'_>) -> Result<Checked> {
        let mut checked = Checked::default();
        let problems = &mut checked.problems;
        let probe = json!({ "limit": 1, "properties": ["lastmodifieddate"] });
        let path = self.client.paths.search("contacts");
        let answer = self.client.ask_any(&path, Some(&probe))?;
        if answer.status >= 300 {
            problems.push(Problem::of(&answer).text);
            if answer.status == 401 {
                return Ok(checked);
            }
        }
        let contact = self.properties("contacts", problems)?;
        let needs_company = needs.required.iter().any(|field| field.of_company);
        let company = if needs_company { self.properties("companies", problems)? } else { None };
        property::check("HubSpot", needs, contact.as_ref(), company.as_ref(), &mut checked);
        let problems = &mut checked.problems;
        self.check_owners(needs.owners, problems)?;
        if needs_company {
            problems.extend(self.forbids("companies")?);
        }
        // Without that scope a run goes on, and other signs count.
        let unseen = self.forbids("emails")?;
        checked.notes.extend(unseen.map(|why| format!("e-mails that reps send are not seen: {why}")));
        scopes::check(&self.client, &mut checked);
        self.tell_guarantee(&mut checked);
        checked.problems.dedup();
        Ok(checked)
    }

    /// Why objects of a kind cannot be read; anything but a refusal is no answer to that.
    fn forbids(&self, kind: &str) -> Result<Option<String>> {
        let answer = self.client.ask_any(&format!("{}?limit=1", self.client.paths.objects(kind)), None)?;
        Ok((answer.status == 403).then(|| Problem::of(&answer).text))
    }

    /// The definitions of a kind's properties; `None` when they cannot be had, which is noted.
    fn properties(&self, kind: &str, problems: &mut Vec<String>) -> Result<Option<Properties>> {
        let answer = self.client.ask_any(&self.client.paths.properties(kind), None)?;
        if answer.status >= 300 {
            problems.push(Problem::of(&answer).text);
            return Ok(None);
        }
        let listing: Listing = parse(&answer)?;
        let mut properties = Properties::new();
        for item in listing.results {
            let property: wire::Property = serde_json::from_value(item)
                .map_err(|error| anyhow!(unread("a property in HubSpot", &error)))?;
            let options = property.options.into_iter().filter_map(|option| option.value).collect();
            let is_read_only = property.modification.is_read_only;
            let is_owner = property.name == OWNER_PROPERTY;
            properties.insert(property.name, Property { options: Options(options), is_read_only, is_owner });
        }
        Ok(Some(properties))
    }

    fn check_owners(&mut self, emails: &[&str], problems: &mut Vec<String>) -> Result<()> {
        let answer = self.client.ask_any(&format!("{}?limit=1", self.client.paths.owners()), None)?;
        if answer.status >= 300 {
            problems.push(Problem::of(&answer).text);
            return Ok(());
        }
        let remedy = "invite them under Settings > Users & Teams";
        let list = |which| owners::list(&self.client, which);
        problems.extend(self.owners.check("HubSpot", emails, remedy, list)?);
        Ok(())
    }
}
