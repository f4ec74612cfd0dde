//! The rows of reps, teams and routes.

use super::spec::Kind::{Condition, Count, Email, Name, Span, Special, Table, Tables, Text, Texts, Word};
use super::spec::{Bounds, Relation, TableSpec, key};
use super::special::{AWAY, HOLIDAYS};

#[rustfmt::skip]
pub(super) static REP: TableSpec = TableSpec::new(
    "[[rep]]",
    "A salesperson.",
    &[
        key("name", Name, "As people call them.").required(),
        key("email", Email, "Finds the owner in the CRM and the user in the chat.").required().own_diff(),
        key("timezone", Text, "A name of the IANA database, such as \"Europe/Lisbon\".").default("UTC").called("time zone"),
        key("shifts", Texts, "Working hours, such as \"mon-fri 09:00-17:30\"; without shifts, always."),
        key("holidays", Special(&HOLIDAYS), "Days off."),
        key("away", Special(&AWAY), "Absences: days, ranges of days such as \"2026-12-21..2027-01-04\", or spans of hours."),
        key("max_open", Count(Bounds::at_least(1)), "Handoffs that may be open at once.").called("at most open"),
        key("max_per_day", Count(Bounds::at_least(1)), "Handoffs a day, by the rep's own calendar.").called("at most a day"),
        key("skills", Texts, "What a route can ask for, such as languages."),
    ],
)
.relations(&[Relation::Needs {
    keys: &["shifts", "holidays", "away", "max_per_day"],
    other: "timezone",
    why: " to know when a day begins",
    help: "such as timezone = \"Europe/Lisbon\"",
}]);

#[rustfmt::skip]
pub(super) static TEAM: TableSpec = TableSpec::new(
    "[[team]]",
    "A pool of reps.",
    &[
        key("name", Name, "What routes call it.").required().own_diff(),
        key("pick", Word(&[("round_robin", "round robin by weight"), ("least_loaded", "fewest open handoffs for the weight")]), "How one of several is picked.").default("round_robin").called("picks"),
        key("members", Tables(&MEMBER), "Who belongs to it; no rep twice.").required(),
        key("off_shift", Word(&[("wait", "wait for the next shift"), ("assign", "assign anyway")]), "What happens when nobody is on shift; the SLA clock waits for the shift either way.").default("wait").called("off shift"),
        key("nobody_available", Word(&[("wait", "wait"), ("next_route", "try the next route")]), "What happens when nobody can take it.").default("wait").called("when nobody is available"),
        key("same_company", Span(Bounds::at_least(0)), "How long a company stays with the rep who was given somebody of it.").called("people of a company stay with a rep for"),
        key("manager", Email, "Whom `notify` steps to \"manager\" reach; need not be a rep."),
    ],
);

#[rustfmt::skip]
static MEMBER: TableSpec = TableSpec::new(
    "`members`",
    "A rep of the team.",
    &[
        key("rep", Name, "The rep's e-mail.").required().own_diff(),
        key("weight", Count(Bounds::at_least(1)), "How much more than a rep of weight 1 this one takes.").default("1").own_diff(),
    ],
);

#[rustfmt::skip]
pub(super) static ROUTE: TableSpec = TableSpec::new(
    "[[route]]",
    "A rule that chooses who takes a handoff.",
    &[
        key("name", Name, "As it is shown.").required().own_diff(),
        key("when", Condition, "Whom it takes; without it, everyone."),
        key("to", Table(&TARGET), "Where it leads.").required(),
        key("skills", Texts, "What the rep must have; for teams."),
    ],
);

#[rustfmt::skip]
static TARGET: TableSpec = TableSpec::new(
    "`to`",
    "Exactly one of owner_of, account_in, team, rep.",
    &[
        key("owner_of", Word(&[("contact", "who owns the contact"), ("company", "who owns its company")]), "Who owns the record in the CRM.").own_diff(),
        key("account_in", Text, "A list with `value`: the rep that it names for the account.").own_diff(),
        key("team", Text, "The name of a [[team]].").own_diff(),
        key("rep", Text, "The e-mail of a [[rep]].").own_diff(),
    ],
)
.like("{ team = \"inbound\" }")
.relations(&[Relation::OneOf {
    keys: &["owner_of", "account_in", "team", "rep"],
    ask: "one of owner_of, account_in, team, rep",
}]);
