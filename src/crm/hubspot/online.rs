//! `check --online`: whether the account has what the rules need, and how to mend what it lacks.

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use serde_json::json;

use super::HubSpot;
use super::client::parse;
use super::owners;
use super::problem::Problem;
use super::properties::OWNER_PROPERTY;
use super::properties::known_here;
use super::scopes;
use super::wire::{Listing, Property, unread};
use crate::connector::Checked;
use crate::connector::owners::OwnerStatus;
use crate::crm::Needs;
use crate::model::{Field, fold};

/// Of a long list that none of the options is in, a few texts say enough.
const COMPARED_MAX: usize = 20;

/// Definitions by name.
type Properties = HashMap<String, Property>;

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
        for field in needs.required {
            let (properties, kind) =
                if field.of_company { (&company, "companies") } else { (&contact, "contacts") };
            if let Some(properties) = properties
                && !properties.contains_key(&field.property)
            {
                let help = known_here(&field.property, properties.keys().map(String::as_str));
                problems.push(format!(
                    "HubSpot has no property '{}' of {kind}, which `{}` is read from; {help}, or map it in [fields]",
                    field.property, field.name
                ));
            }
        }
        if let Some(contact) = &contact {
            problems
                .extend(needs.written.iter().filter_map(|(name, value)| not_writable(contact, name, value)));
        }
        let unmet = needs.compared.iter().filter_map(|(field, text)| {
            never_met(if field.of_company { company.as_ref() } else { contact.as_ref() }?, field, text)
        });
        checked.warnings.extend(unmet.take(COMPARED_MAX));
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
            let property: Property = serde_json::from_value(item)
                .map_err(|error| anyhow!(unread("a property in HubSpot", &error)))?;
            properties.insert(property.name.clone(), property);
        }
        Ok(Some(properties))
    }

    fn check_owners(&mut self, emails: &[&str], problems: &mut Vec<String>) -> Result<()> {
        let answer = self.client.ask_any(&format!("{}?limit=1", self.client.paths.owners()), None)?;
        if answer.status >= 300 {
            problems.push(Problem::of(&answer).text);
            return Ok(());
        }
        for email in emails {
            let what = match self.owners.status(email, |which| owners::list(&self.client, which))? {
                OwnerStatus::Active(_) => continue,
                OwnerStatus::Archived => "is deactivated in HubSpot and can own nothing",
                OwnerStatus::Unknown => "is no user of HubSpot",
            };
            problems.push(format!(
                "the rep {email} {what}; change the rep's `email`, or invite them under Settings > Users & Teams"
            ));
        }
        Ok(())
    }
}

/// Why a condition that compares a field with a text is met by nobody, or by everybody.
fn never_met(properties: &Properties, field: &Field, text: &str) -> Option<String> {
    // Owners are read as e-mails.
    let property = properties.get(&field.property).filter(|property| property.name != OWNER_PROPERTY)?;
    let options: Vec<&str> = property.options.iter().filter_map(|option| option.value.as_deref()).collect();
    if options.is_empty() || options.iter().any(|option| fold(option) == text) {
        return None;
    }
    let help = known_here(text, options);
    Some(format!(
        "no contact has `{}` = '{text}', which a condition asks for: '{}' has no such option in HubSpot; {help}",
        field.name, field.property
    ))
}

/// Why a property cannot be set to a value.
fn not_writable(properties: &Properties, name: &str, value: &str) -> Option<String> {
    let Some(property) = properties.get(name) else {
        let help = known_here(name, properties.keys().map(String::as_str));
        return Some(format!(
            "HubSpot has no property '{name}' of contacts, which [outcome.write] sets; {help}"
        ));
    };
    if property.modification.is_read_only {
        return Some(format!("HubSpot lets nobody write '{name}', which [outcome.write] sets"));
    }
    let mut options = property.options.iter().filter_map(|option| option.value.as_deref());
    if property.options.is_empty() || options.clone().any(|option| option == value) {
        return None;
    }
    let help = known_here(value, &mut options);
    Some(format!("'{name}' has no option '{value}' in HubSpot, which [outcome.write] sets; {help}"))
}
