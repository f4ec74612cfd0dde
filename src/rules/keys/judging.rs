//! The rows of what says who qualifies: points, disqualifiers, tiers, the ICP.

use super::spec::Kind::{Condition, Name, Number, Positive, Span, Tables, Text, Word};
use super::spec::{Bounds, Key, Literal, Relation, TableSpec, key};

#[rustfmt::skip]
pub(super) static SCORE: TableSpec = TableSpec::new(
    "[score]",
    "The engagement score: what the person did.",
    &[
        key("from", Word(&[("crm", "the CRM's field"), ("rules", "the sum of [[score.points]]")]), "Where the score comes from.").default("crm").own_diff(),
        key("cap", Positive, "The score is at most this.").own_diff(),
        key("points", Tables(&SCORE_POINTS), "What adds to the score."),
    ],
)
.relations(&[
    Relation::NeedsWhere { key: "from", value: Literal::Word("rules"), other: "points" },
    Relation::OnlyWhere {
        keys: &["cap", "points"],
        key: "from",
        value: Literal::Word("rules"),
        why: "has no effect: the score comes from the CRM",
        help: "write from = \"rules\" in [score] to compute the score here",
    },
]);

#[rustfmt::skip]
static SCORE_POINTS: TableSpec =
    TableSpec::new("[[score.points]]", "Points for a condition that holds.", POINTS).relations(TOGETHER);

#[rustfmt::skip]
static ICP_POINTS: TableSpec =
    TableSpec::new("[[icp.points]]", "Points for a condition that holds.", POINTS).relations(TOGETHER);

#[rustfmt::skip]
const POINTS: &[Key] = &[
    key("name", Name, "As it is shown.").required().own_diff(),
    key("when", Condition, "When the points count.").required(),
    key("points", Number, "How many; may be negative.").required().own_diff(),
    key("half_life", Span(Bounds::at_least(1).because("leave `half_life` and `since` out, and the points do not fade")), "The points halve every so often, counted from the date in `since`.").own_diff(),
    key("since", Text, "The datetime field that the half-life counts from.").own_diff(),
];

const TOGETHER: &[Relation] = &[
    Relation::Needs { keys: &["half_life"], other: "since", why: " to count from", help: "" },
    Relation::Needs { keys: &["since"], other: "half_life", why: "", help: "" },
];

#[rustfmt::skip]
pub(super) static DISQUALIFY: TableSpec = TableSpec::new(
    "[[disqualify]]",
    "Somebody who is never handed off. Where the condition hangs on a value that is there and cannot be read, the verdict is `unclear`: nothing is handed off until the value can be read. `handoff status` says whose it is, and `explain` what it takes.",
    &[
        key("name", Name, "As it is shown.").required().own_diff(),
        key("when", Condition, "When it holds.").required(),
    ],
);

#[rustfmt::skip]
pub(super) static MQL: TableSpec = TableSpec::new(
    "[[mql]]",
    "An MQL tier.",
    &[
        key("name", Name, "As it is shown.").required().own_diff(),
        key("when", Condition, "When a contact is in this tier.").required(),
        key("sla", Text, "The name of an [[sla]]; without it nothing escalates.").own_diff(),
        key("priority", Word(&[("low", ""), ("medium", ""), ("high", "")]), "Of the CRM's task.").default("medium"),
    ],
);

#[rustfmt::skip]
pub(super) static ICP: TableSpec = TableSpec::new(
    "[icp]",
    "The ideal customer profile: who may be handed off at all.",
    &[
        key("when", Condition, "Hard requirements: all must hold."),
        key("minimum_fit", Number, "The fit must reach this.").own_diff(),
        key("cap", Positive, "The fit is at most this.").own_diff(),
        key("points", Tables(&ICP_POINTS), "What adds to the fit; without it the fit is the CRM's field."),
    ],
);
