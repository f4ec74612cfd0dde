//! The rows of the whole definition.

use super::example::EXAMPLE;
use super::handling::{OUTCOME, SLA};
use super::judging::{DISQUALIFY, ICP, MQL, SCORE};
use super::people::{REP, ROUTE, TEAM};
use super::settings::{BURSTS, DEFINITION, DUPLICATES, LIMITS, MONITOR};
use super::spec::Kind::{Connector, Special, Table, Tables};
use super::spec::{TableSpec, key};
use super::special::{FIELDS, LISTS, VERSION};

#[rustfmt::skip]
pub(in crate::rules) static ROOT: TableSpec = TableSpec::new(
    "the definition",
    "When a lead passes from marketing to sales: the definition that both sides agreed on.",
    &[
        key("version", Special(&VERSION), "The version of this language.").required(),
        key("definition", Table(&DEFINITION), "Who agreed, and when it is due for another look."),
        key("crm", Connector, "Where contacts come from and tasks go to: exactly one connector. Tokens come from the environment, never from here.").required(),
        key("chat", Connector, "Where alerts go: exactly one connector. Without it there are only the CRM's tasks."),
        key("fields", Special(&FIELDS), "Names used in conditions, and the CRM's property behind each. Standard names need no entry."),
        key("lists", Special(&LISTS), "Values that several conditions share."),
        key("score", Table(&SCORE), "The engagement score: what the person did."),
        key("disqualify", Tables(&DISQUALIFY), "Who is never handed off. The first that holds ends the evaluation."),
        key("mql", Tables(&MQL), "MQL tiers, tried in the order of the file. The first that holds gives the handoff its SLA and its priority.").required(),
        key("icp", Table(&ICP), "The ideal customer profile: who may be handed off at all."),
        key("rep", Tables(&REP), "Salespeople.").required(),
        key("team", Tables(&TEAM), "Pools of reps."),
        key("route", Tables(&ROUTE), "Who takes a handoff: tried in the order of the file, the first whose condition holds and whose target exists. The last takes everybody else.").required(),
        key("sla", Tables(&SLA), "How long a rep has, and what happens as the time runs."),
        key("outcome", Table(&OUTCOME), "What the CRM says when a rep has acted, and what handoff writes back."),
        key("limits", Table(&LIMITS), "More than this in one run is held until somebody releases it."),
        key("bursts", Table(&BURSTS), "People of one company who cross within minutes are one task for one rep."),
        key("duplicates", Table(&DUPLICATES), "When two records are one lead: the second is linked to the first and not handed off."),
        key("monitor", Table(&MONITOR), "Somebody hears when the scheduler stops."),
        key("example", Tables(&EXAMPLE), "The definition's own tests: `handoff check` and `handoff test` run them."),
    ],
);

/// Every table of a definition, each once and after the one that it stands in; the connectors bring their own.
pub fn definition_tables() -> Vec<&'static TableSpec> {
    fn add(spec: &'static TableSpec, tables: &mut Vec<&'static TableSpec>) {
        if !tables.iter().any(|known| known.name == spec.name) {
            tables.push(spec);
            spec.nested().for_each(|nested| add(nested, tables));
        }
    }
    let mut tables = Vec::new();
    add(&ROOT, &mut tables);
    tables
}

/// A file of examples.
#[rustfmt::skip]
pub(in crate::rules) static EXAMPLES: TableSpec = TableSpec::new(
    "the file of examples",
    "Tests of a definition, in a file of their own.",
    &[
        key("example", Tables(&EXAMPLE), "One contact at one time, and what must come of it."),
    ],
);

/// A condition outside the definition.
#[rustfmt::skip]
pub(in crate::rules) static SEGMENT: TableSpec = TableSpec::new(
    "the condition",
    "A condition that stands outside the definition.",
    &[
        key("when", super::spec::Kind::Condition, "Whom it takes."),
    ],
);
