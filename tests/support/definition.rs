//! Definitions, each written as what it has that a base has not.

use std::collections::BTreeSet;

/// Whoever scores 50 goes to Ana. The contacts are in a file.
pub(crate) const LEAST: &str = r#"version = 1

[crm.file]
contacts = "contacts.csv"

[[mql]]
name = "engaged"
when = { score.at_least = 50 }

[[rep]]
name = "Ana"
email = "ana@acme.example"

[[team]]
name = "inbound"
members = [{ rep = "ana@acme.example" }]

[[route]]
name = "Everyone"
to = { team = "inbound" }
"#;

/// The same out of a HubSpot at `BASE`, for reps who have a working day, with a promise of an hour and a stage that is written.
const HUBSPOT: &str = r#"
[crm.hubspot]
base_url = "BASE"
portal = "12345"
[[mql]]
name = "engaged"
when = { score.at_least = 65 }
sla = "standard"
priority = "high"
[[rep]]
name = "Ana Silva"
email = "ana@acme.example"
timezone = "Europe/Lisbon"
shifts = ["mon-fri 09:00-17:30"]
[[sla]]
name = "standard"
respond_within = "1h"
[outcome.write]
handed_off = { lifecycle_stage = "marketingqualifiedlead", lead_status = "NEW" }
[limits]
handoffs_per_run = 5000
handoffs_per_rep_per_run = 5000
"#;

/// The keys before the first table.
const TOP: &str = "version";

const WITHOUT: &str = "# without ";

/// [`LEAST`] with these tables instead of its own of the same names.
pub(crate) fn definition(tables: &str) -> String {
    over(LEAST, tables)
}

/// The same over a definition for HubSpot.
pub(crate) fn hubspot(base_url: &str, tables: &str) -> String {
    over(&definition(HUBSPOT), tables).replace("BASE", base_url)
}

/// The tables, and those of the base that have other names: `[[rep]]` replaces every rep of the base. `# without rep` leaves
/// them out, and keys before the first table replace the base's. Line n of the tables is line n + 1 of the definition.
pub(crate) fn over(base: &str, tables: &str) -> String {
    let without = tables.lines().find_map(|line| line.strip_prefix(WITHOUT)).unwrap_or_default();
    let own = split(tables);
    let given: BTreeSet<&str> = own.iter().map(|(name, _)| *name).chain(without.split(", ")).collect();
    let (version, base) = base.split_once('\n').expect("a version");
    let first_line = if given.contains(TOP) { "#" } else { version };
    let rest = split(base).into_iter().filter(|(name, _)| !given.contains(name));
    let rest: Vec<&str> = rest.map(|(_, text)| text).collect();
    format!("{first_line}\n{tables}\n{}", rest.concat())
}

/// The tables with their names up to the first dot; before them the keys at the top, when there are some.
fn split(text: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<usize> = text.match_indices('[').map(|(at, _)| at).collect();
    starts.retain(|at| text[..*at].trim_end_matches(' ').chars().next_back().is_none_or(|c| c == '\n'));
    let top = &text[..starts.first().copied().unwrap_or(text.len())];
    let has_keys = top.lines().any(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let tables = starts.iter().zip(ends).map(|(start, end)| {
        let table = &text[*start..end];
        let name = table.trim_start_matches('[');
        (&name[..name.find(['.', ']', '\n']).unwrap_or(name.len())], table)
    });
    has_keys.then_some((TOP, top)).into_iter().chain(tables).collect()
}
