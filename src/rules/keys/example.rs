//! The rows of the definition's own tests.

use super::spec::Kind::{Flag, Moment, Name, Number, Special, Table, Tables, Text, Texts, Word};
use super::spec::{Relation, TableSpec, key};
use super::special::{CONTACT, EXAMPLE_AWAY, LOADS};

#[rustfmt::skip]
pub(super) static EXAMPLE: TableSpec = TableSpec::new(
    "[[example]]",
    "One contact at one time, and what must come of it.",
    &[
        key("name", Name, "What is shown, as a sentence.").required(),
        key("at", Moment, "The time it happens, such as \"2026-11-23T10:00:00Z\".").required(),
        key("contact", Special(&CONTACT), "Fields with their values; what is not here is missing.").required(),
        key("loads", Special(&LOADS), "What reps have already, by e-mail."),
        key("away", Special(&EXAMPLE_AWAY), "Absences on top of those in the definition, by e-mail."),
        key("expect", Table(&EXPECT), "What must come of it.").required(),
    ],
);

#[rustfmt::skip]
static EXPECT: TableSpec = TableSpec::new(
    "`expect`",
    "What must come of it; what is not here is not looked at.",
    &[
        key("verdict", Word(&[("qualified", "it qualifies"), ("not_yet", "it is in no tier"), ("outside_icp", "it is in a tier, and outside the ICP"), ("disqualified", "a disqualifier holds"), ("unclear", "a disqualifier hangs on a value that is there and cannot be read: nothing is handed off until it can be")]), "What evaluation says."),
        key("disqualified_by", Text, "The disqualifier that holds, or of which it is unclear."),
        key("mql", Text, "The tier."),
        key("route", Text, "The route that leads to the owner."),
        key("owner", Text, "The rep's e-mail."),
        key("team", Text, "The team of the route."),
        key("sla", Text, "The SLA of the tier."),
        key("score", Number, "The engagement score."),
        key("fit", Number, "The ICP fit."),
        key("due", Moment, "When the rep must have acted."),
        key("waiting", Flag, "Whether nobody can take it yet."),
        key("failing", Texts, "Conditions that do not hold, as `handoff explain` words them."),
        key("escalations", Tables(&ESCALATION), "What has come at some times."),
    ],
)
.relations(&[Relation::NotEmpty("`expect` expects nothing")]);

#[rustfmt::skip]
static ESCALATION: TableSpec = TableSpec::new(
    "`escalations`",
    "Which step is the last to have come at a time.",
    &[
        key("at", Moment, "The time.").required(),
        key("do", Word(&[("nothing", "no step has come yet"), ("remind", "the rep was reminded"), ("notify", "somebody was notified"), ("reassign", "another rep has it"), ("return", "it is back in the pool")]), "The step.").required(),
    ],
);
