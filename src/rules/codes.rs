//! The codes of findings: stable names to search for, each with one line that explains it.

pub(super) const SYNTAX: &str = "H001";
pub(super) const UNKNOWN_KEY: &str = "H002";
pub(super) const WRONG_TYPE: &str = "H003";
pub(super) const MISSING: &str = "H004";
pub(super) const BAD_VALUE: &str = "H005";
pub(super) const UNKNOWN_FIELD: &str = "H010";
pub(super) const UNMAPPED_FIELD: &str = "H011";
pub(super) const DOES_NOT_FIT: &str = "H012";
pub(super) const UNKNOWN_OPERATOR: &str = "H013";
pub(super) const IMPOSSIBLE: &str = "H014";
pub(super) const FIELD_DECLARATION: &str = "H015";
pub(super) const CIRCULAR: &str = "H016";
pub(super) const SHORT_PART: &str = "H017";
pub(super) const UNKNOWN_LIST: &str = "H020";
pub(super) const UNREADABLE_FILE: &str = "H021";
pub(super) const BAD_ROW: &str = "H022";
pub(super) const EMPTY_LIST: &str = "H023";
pub(super) const NOTHING_AHEAD: &str = "H024";
pub(super) const UNKNOWN_REP: &str = "H030";
pub(super) const UNKNOWN_TEAM: &str = "H031";
pub(super) const UNKNOWN_SLA: &str = "H032";
pub(super) const UNKNOWN_NAME: &str = "H033";
pub(super) const UNKNOWN_CONNECTOR: &str = "H034";
pub(super) const DUPLICATE: &str = "H040";
pub(super) const UNUSED: &str = "H041";
pub(super) const UNREACHABLE_TIER: &str = "H050";
pub(super) const UNREACHABLE_ROUTE: &str = "H051";
pub(super) const NO_FALLBACK: &str = "H052";
pub(super) const NOBODY_SKILLED: &str = "H053";
pub(super) const NO_MANAGER: &str = "H054";
pub(super) const UNREACHABLE_DISQUALIFIER: &str = "H056";
pub(super) const NEVER_QUALIFIES: &str = "H057";
pub(super) const SHARED_TERRITORY: &str = "H058";
pub(super) const STEP_ORDER: &str = "H060";
pub(super) const STEP_AFTER_RETURN: &str = "H061";
pub(super) const REVIEW_OVERDUE: &str = "H070";
/// Found by `check` alone: nobody of a team works in hours that an SLA promises.
pub const NOBODY_ON_SHIFT: &str = "H055";
/// An `[[example]]` comes out otherwise than it expects.
pub const EXAMPLE_FAILS: &str = "H080";
/// The CRM does not have what the rules use; only `check --online` can tell.
pub const CRM_DISAGREES: &str = "H090";

/// The chat cannot deliver what the rules say; only `check --online` can tell.
pub const CHAT_DISAGREES: &str = "H091";

/// Every code that loading can give, with its explanation.
pub const CODES: &[(&str, &str)] = &[
    (SYNTAX, "the file is not TOML, so nothing in it can be read"),
    (UNKNOWN_KEY, "a key that handoff does not know; often a typing mistake"),
    (WRONG_TYPE, "the value has another type than the key takes"),
    (MISSING, "something that the definition cannot do without is not there"),
    (BAD_VALUE, "the value has the right type but makes no sense here"),
    (UNKNOWN_FIELD, "a condition uses a field that is neither a standard name nor in [fields]"),
    (UNMAPPED_FIELD, "a standard field that has no property in this CRM until [fields] names one"),
    (DOES_NOT_FIT, "the operator or its value does not fit the field's type"),
    (UNKNOWN_OPERATOR, "a condition uses an operator that does not exist"),
    (IMPOSSIBLE, "the tests on a field cannot all hold, so the condition never does"),
    (FIELD_DECLARATION, "an entry of [fields] contradicts what the name already means"),
    (CIRCULAR, "points depend on the very sum that they add up to"),
    (SHORT_PART, "a part so short that it is in many other words"),
    (UNKNOWN_LIST, "a condition or a route names a list that is not in [lists]"),
    (UNREADABLE_FILE, "a file that the definition names cannot be read"),
    (BAD_ROW, "a file that the definition names has a row or a column that cannot be used"),
    (EMPTY_LIST, "a list has no entries, so nothing is ever in it"),
    (NOTHING_AHEAD, "a calendar says nothing of the days to come, so it is likely an old copy"),
    (UNKNOWN_REP, "a rep is named who has no [[rep]] entry"),
    (UNKNOWN_TEAM, "a team is named that has no [[team]] entry"),
    (UNKNOWN_SLA, "an SLA is named that has no [[sla]] entry"),
    (UNKNOWN_NAME, "an example expects a disqualifier, tier or route that does not exist"),
    (UNKNOWN_CONNECTOR, "a CRM or chat that handoff has no connector for"),
    (DUPLICATE, "two things have the same name, so nobody can tell which is meant"),
    (UNUSED, "something is defined and nothing uses it"),
    (UNREACHABLE_TIER, "an earlier tier takes every contact that this one could take"),
    (UNREACHABLE_ROUTE, "an earlier route takes every handoff that could come here"),
    (NO_FALLBACK, "no route takes the handoffs that match no condition"),
    (NOBODY_SKILLED, "a route asks for skills that no member of its team has"),
    (NO_MANAGER, "an SLA notifies the manager, and a team has none"),
    (
        NOBODY_ON_SHIFT,
        "nobody of a team works in some hours of the week that an SLA on the wall clock promises",
    ),
    (UNREACHABLE_DISQUALIFIER, "an earlier disqualifier takes every contact that this one could take"),
    (NEVER_QUALIFIES, "every contact that reaches this tier is disqualified or outside the ICP"),
    (SHARED_TERRITORY, "two routes claim the same territory, and only the first ever gets it"),
    (STEP_ORDER, "the steps of an SLA are not in the order of their times"),
    (STEP_AFTER_RETURN, "a step that never comes, since the handoff has gone back to the pool"),
    (REVIEW_OVERDUE, "the definition is due for another look by the people who agreed on it"),
    (
        EXAMPLE_FAILS,
        "an example comes out otherwise than it expects, so the definition and its tests disagree",
    ),
    (CRM_DISAGREES, "the CRM does not have a property, column or file that the rules use"),
    (CHAT_DISAGREES, "the chat does not have the channel, the person or the permission that messages need"),
];
