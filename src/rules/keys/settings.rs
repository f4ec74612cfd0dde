//! The rows of the parts that need nothing else: the agreement, limits, bursts, duplicates, the monitor.

use super::spec::Kind::{Count, Day, Flag, Span, Text, TextThat, Word};
use super::spec::{Bounds, Literal, Relation, TableSpec, key};

#[rustfmt::skip]
pub(super) static DEFINITION: TableSpec = TableSpec::new(
    "[definition]",
    "Who agreed, and when it is due for another look.",
    &[
        key("name", Text, "What the definition is called."),
        key("marketing", Text, "Who agreed for marketing.").called("for marketing"),
        key("sales", Text, "Who agreed for sales.").called("for sales"),
        key("agreed_on", Day, "The day both agreed, such as 2026-10-01.").called("agreed on"),
        key("review_every", Span(Bounds::at_least(0)), "`handoff check` warns when this long has passed since `agreed_on`.").called("review every"),
    ],
)
.relations(&[Relation::Needs { keys: &["review_every"], other: "agreed_on", why: "", help: "" }]);

#[rustfmt::skip]
pub(super) static LIMITS: TableSpec = TableSpec::new(
    "[limits]",
    "More than this in one run is held until somebody releases it.",
    &[
        // Ten times a busy minute of a 500-person company: a typo in the rules cannot reach every contact.
        key("handoffs_per_run", Count(Bounds::at_least(1)), "Handoffs of one run.").default("200").called("handoffs per run"),
        key("handoffs_per_rep_per_run", Count(Bounds::at_least(1)), "Handoffs of one run for one rep; without it, as many as there are.").called("handoffs per rep and run"),
    ],
);

#[rustfmt::skip]
pub(super) static BURSTS: TableSpec = TableSpec::new(
    "[bursts]",
    "People of one company who cross within minutes are one task for one rep.",
    &[
        key("group_by", Word(&[("company", "the company of the contact")]), "What they have in common.").required().own_diff(),
        // As long as a run and the next: whoever comes by the same visit or import is there by then.
        key("group_wait", Span(Bounds::at_least(1).because("the first of a company has to wait for the others")), "How long the first waits for others.").default("2m").own_diff(),
    ],
);

#[rustfmt::skip]
pub(super) static DUPLICATES: TableSpec = TableSpec::new(
    "[duplicates]",
    "When two records are one lead: the second is linked to the first and not handed off.",
    &[
        key("email", Flag, "One e-mail is one lead, whatever its case.").default("true").own_diff(),
        key("plus_tags", Flag, "`ana+news@acme.example` is `ana@acme.example`.").default("false").own_diff(),
        key("gmail_dots", Flag, "`a.na@gmail.com` is `ana@gmail.com`, and so is googlemail.com.").default("false").own_diff(),
    ],
)
.relations(&[Relation::OnlyWhere {
    keys: &["plus_tags", "gmail_dots"],
    key: "email",
    value: Literal::Flag(true),
    why: "says nothing where e-mails are not compared",
    help: "",
}]);

#[rustfmt::skip]
pub(super) static MONITOR: TableSpec = TableSpec::new(
    "[monitor]",
    "Somebody hears when the scheduler stops.",
    &[
        key("heartbeat", TextThat(web_address), "A web address: pinged after a good run, and with /fail after a bad one."),
    ],
);

pub(in crate::rules) fn web_address(url: &str) -> Result<(), &'static str> {
    const NONE: &str = "must be a web address that begins with https://";
    let (is_encrypted, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(NONE),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    if name.is_empty() || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err(NONE)
    } else if host.contains('@') {
        Err("must not name a user: what stands before an @ is not where the request goes")
    } else if !is_encrypted && !["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        Err("must begin with https: whoever reads it on the way can use it; http is only for this machine")
    } else {
        Ok(())
    }
}
