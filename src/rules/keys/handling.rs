//! The rows of SLAs and outcomes.

use super::spec::Kind::{Condition, Count, Name, Span, Special, Table, Tables, Text, Texts, Word};
use super::spec::{Bounds, Key, Literal, Relation, TableSpec, key};
use super::special::{AT, EVENT_WRITES, TO};

const A_MINUTE: Bounds =
    Bounds::at_least(60).because("the scheduler starts handoff once a minute: write \"1m\" or more");

#[rustfmt::skip]
pub(super) static SLA: TableSpec = TableSpec::new(
    "[[sla]]",
    "How long a rep has, and what happens as the time runs.",
    &[
        key("name", Name, "What tiers call it.").required().own_diff(),
        key("respond_within", Span(A_MINUTE), "The time to the first touch, at least a minute.").required().called("respond within"),
        key("clock", Word(&[("working", "working time of the owner"), ("wall", "every minute of the day")]), "Which time counts.").default("working").called("clock:"),
        key("step", Tables(&STEP), "Escalations, in the order of their times."),
        key("repeat", Count(Bounds::at_least(0).at_most(9).because("who ignored it ten times will not act on the eleventh: end with `reassign` or `return`")), "How often the steps start over when the last one is done.").default("0").own_diff(),
        key("ack_expires", Span(A_MINUTE), "How long a touch stops the steps, unless the handoff is accepted or rejected; without it, for good.").own_diff(),
    ],
);

#[rustfmt::skip]
static STEP: TableSpec = TableSpec::new(
    "`step`",
    "What happens at a time.",
    &[
        key("at", Special(&AT), "A share of `respond_within` such as \"50%\", or a span such as \"2h\".").required(),
        key("do", Word(&[("remind", "remind the rep"), ("notify", "notify whom `to` names"), ("reassign", "reassign to the next rep of the team"), ("return", "return to the pool, to be routed again")]), "What is done.").required().own_diff(),
        key("to", Special(&TO), "Whom `notify` reaches: \"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\", or a list of them."),
    ],
)
.relations(&[
    Relation::NeedsWhere { key: "do", value: Literal::Word("notify"), other: "to" },
    Relation::OnlyWhere {
        keys: &["to"],
        key: "do",
        value: Literal::Word("notify"),
        why: "is for `notify` only",
        help: "",
    },
]);

#[rustfmt::skip]
pub(super) static OUTCOME: TableSpec = TableSpec::new(
    "[outcome]",
    "What the CRM says when a rep has acted, and what handoff writes back.",
    &[
        key("touched", Condition, "The rep's first touch; a completed task or a reaction counts too."),
        key("accepted", Condition, "Sales took it."),
        key("rejected", Condition, "Sales refused it."),
        key("waiting", Condition, "While it holds the SLA clock stands still and nothing escalates."),
        key("recycled", Condition, "Sales sent it back to nurture."),
        key("converted", Condition, "It became a customer, or whatever counts as won; also seen after acceptance."),
        key("lost", Condition, "Sales gave it up; also seen after acceptance."),
        key("reason", Text, "The field that holds the reason of a rejection.").own_diff(),
        key("credit", Texts, "Reasons of a rejection for which the rep gets the turn back."),
        // A month: long enough that a rejected contact does not come back while the rep remembers the last call.
        key("cooldown", Span(Bounds::at_least(0)), "Before a contact that was rejected, recycled or lost may be handed off again.").default("30d"),
        // A quarter: a rep whose list is full of what nobody looks at any more gets nothing new.
        key("stale_after", Span(Bounds::at_least(1).because("every handoff would be stale at once")), "A handoff without a sign for so long is closed.").default("90d").called("stale after"),
        // Half a year: longer than most sales cycles, and an end to the watching.
        key("watch", Span(Bounds::at_least(0)), "How long an accepted handoff is watched for what comes of it.").default("180d").called("watch after acceptance"),
        key("write", Table(&WRITE), "What handoff writes to the contact."),
    ],
);

const fn on(event: &'static str, doc: &'static str) -> Key {
    key(event, Special(&EVENT_WRITES), doc)
}

#[rustfmt::skip]
static WRITE: TableSpec = TableSpec::new(
    "[outcome.write]",
    "What handoff writes to the contact: fields and their values, for each event.",
    &[
        on("handed_off", "When a rep was given the contact."),
        on("touched", "When the rep touched it."),
        on("accepted", "When sales took it."),
        on("rejected", "When sales refused it."),
        on("recycled", "When sales sent it back to nurture."),
        on("converted", "When it became a customer."),
        on("lost", "When sales gave it up."),
        on("stale", "When the handoff was closed for want of a sign."),
    ],
);
