//! Every code, reached by a definition as short as can be.

use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::*;
use crate::rules::{CHAT_DISAGREES, CODES, CRM_DISAGREES, EXAMPLE_FAILS, NOBODY_ON_SHIFT};

const WHEN: &str = "score.at_least = 65";
const FIRST: &str = "version = 1";
const MQL: &str = "[[mql]]";
const ROUTE: &str = "[[route]]";
const REP_TARGET: &str = "rep = \"ana@acme.example\"";

/// A code, a part of the least definition, and what stands in its place.
const ONE_OF_EACH: &[(&str, &str, &str)] = &[
    ("H001", MQL, "= 1\n[[mql]]"),
    ("H002", MQL, "[limit]\n[[mql]]"),
    ("H003", FIRST, "version = 1\nlimits = 1"),
    ("H004", FIRST, ""),
    ("H005", FIRST, "version = 2"),
    ("H010", WHEN, "plans = \"pro\""),
    ("H011", WHEN, "page_views.above = 1"),
    ("H012", WHEN, "plan.above = 1"),
    ("H013", WHEN, "seats.over = 1"),
    ("H014", WHEN, "any = []"),
    ("H015", "fields.plan", "fields.email_domain"),
    ("H016", MQL, "[[icp.points]]\nname = \"x\"\npoints = 1\nwhen.fit.above = 1\n[[mql]]"),
    ("H017", WHEN, "country.contains = \"us\""),
    ("H020", WHEN, "country.in_list = \"emea\""),
    ("H021", MQL, "[lists]\nx = { file = \"no-such.txt\" }\n[[mql]]"),
    ("H022", MQL, "[lists]\nx = { file = \"accounts.csv\", key = \"domian\" }\n[[mql]]"),
    ("H023", MQL, "[lists]\nx = []\n[[mql]]"),
    (
        "H024",
        "email = \"ana@acme.example\"",
        "email = \"ana@acme.example\"\ntimezone = \"UTC\"\nholidays = { ics = \"tests/check/files/holidays-2023.ics\" }",
    ),
    ("H030", REP_TARGET, "rep = \"anna@acme.example\""),
    ("H031", REP_TARGET, "team = \"emea\""),
    ("H032", MQL, "[[mql]]\nsla = \"hot\""),
    (
        "H033",
        MQL,
        "[[example]]\nname = \"x\"\nat = 2026-11-23\ncontact = {}\nexpect.mql = \"engagd\"\n[[mql]]",
    ),
    ("H034", "crm.plain", "crm.plein"),
    ("H040", ROUTE, "[[rep]]\nname = \"Ana 2\"\nemail = \"ANA@acme.example\"\n[[route]]"),
    ("H041", ROUTE, "[[rep]]\nname = \"Bo\"\nemail = \"bo@acme.example\"\n[[route]]"),
    ("H050", MQL, "[[mql]]\nname = \"first\"\nwhen = { score = { at_least = 65 } }\n[[mql]]"),
    (
        "H051",
        ROUTE,
        "[[team]]\nname = \"a\"\nmembers = [{ rep = \"ana@acme.example\" }]\n[[route]]\nname = \"first\"\nto.team = \"a\"\n[[route]]",
    ),
    ("H052", ROUTE, "[[route]]\nwhen = { country = \"PT\" }"),
    (
        "H053",
        ROUTE,
        "[[team]]\nname = \"a\"\nmembers = [{ rep = \"ana@acme.example\" }]\n[[route]]\nname = \"a\"\nwhen.state = \"x\"\nto.team = \"a\"\nskills = [\"PT\"]\n[[route]]",
    ),
    (
        "H054",
        MQL,
        "[[team]]\nname = \"a\"\nmembers = [{ rep = \"ana@acme.example\" }]\n[[route]]\nname = \"a\"\nwhen.state = \"x\"\nto.team = \"a\"\n[[sla]]\nname = \"hot\"\nrespond_within = \"5m\"\nstep = [{ at = \"100%\", do = \"notify\", to = \"manager\" }]\n[[mql]]\nsla = \"hot\"",
    ),
    (
        "H056",
        MQL,
        "[[disqualify]]\nname = \"abroad\"\nwhen.country.not_in = [\"PT\"]\n[[disqualify]]\nname = \"Spain\"\nwhen.country = \"ES\"\n[[mql]]",
    ),
    ("H057", MQL, "[[disqualify]]\nname = \"keen\"\nwhen.score.above = 50\n[[mql]]"),
    (
        "H058",
        ROUTE,
        "[[team]]\nname = \"a\"\nmembers = [{ rep = \"ana@acme.example\" }]\n[[route]]\nname = \"west\"\nwhen.country.in = [\"PT\", \"ES\"]\nto.team = \"a\"\n[[route]]\nname = \"south\"\nwhen.country.in = [\"ES\", \"IT\"]\nto.rep = \"ana@acme.example\"\n[[route]]",
    ),
    (
        "H060",
        MQL,
        "[[sla]]\nname = \"x\"\nrespond_within = \"5m\"\nstep = [{ at = \"100%\", do = \"remind\" }, { at = \"2m\", do = \"remind\" }]\n[[mql]]\nsla = \"x\"",
    ),
    (
        "H061",
        MQL,
        "[[sla]]\nname = \"x\"\nrespond_within = \"5m\"\nstep = [{ at = \"100%\", do = \"return\" }, { at = \"200%\", do = \"remind\" }]\n[[mql]]\nsla = \"x\"",
    ),
    ("H070", MQL, "[definition]\nagreed_on = 2026-01-01\nreview_every = \"90d\"\n[[mql]]"),
];

fn one_of_each() -> impl Iterator<Item = (&'static str, String)> {
    ONE_OF_EACH.iter().map(|(code, part, other)| (*code, LEAST.replacen(part, other, 1)))
}

#[test]
fn every_code_is_reached() {
    for (code, text) in one_of_each() {
        let (_, findings) = load_text(&text);
        let mut found = findings.as_slice().iter();
        assert!(found.any(|finding| finding.code == code), "{code}: {}", shown(&text));
    }
    // Examples are run and CRMs are asked by the commands, and tested with them.
    let elsewhere = [EXAMPLE_FAILS, CRM_DISAGREES, CHAT_DISAGREES, NOBODY_ON_SHIFT];
    let reached: BTreeSet<&str> = one_of_each().map(|(code, _)| code).chain(elsewhere).collect();
    let all: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(reached, all);
}

#[test]
fn every_code_is_explained_once() {
    let codes: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b));
    assert!(CODES.iter().all(|(_, meaning)| !meaning.is_empty()));
}

#[test]
fn one_mistake_is_said_once() {
    let found: String = one_of_each().map(|(_, text)| shown(&text)).collect();
    assert_snapshot!(found, @r##"
    H001 error: "": unquoted keys cannot be empty, expected letters, numbers, `-`, `_`
    H002 error: "limit": unknown key `limit` in the definition [did you mean 'limits'?]
    H003 error: "1": `limits` must be a table, not a number
    H004 error: "": the definition needs `version`
    H005 error: "2": version 2 is not known [this handoff reads version = 1]
    H010 error: "plans": unknown field `plans` [did you mean 'plan'?]
    H011 error: "page_views": field `page_views` has no property in this CRM by default [map it in [fields]: page_views = "the CRM's property"]
    H012 error: "1": `above` needs a number field, and `plan` is text [if it holds another type, say so in [fields]: plan = { property = "…", type = "number" }]
    H013 error: "over": unknown operator `over` on `seats` [known: above, after, at_least, at_most, before, below, between, contains, contains_any, ends_with, equals, has, has_any, has_any_word, has_word, in, in_list, is_set, matches, not_equals, not_in, not_in_list, older_than, starts_with, within]
    H014 error: "[]": `any` of nothing never holds
    H015 error: "email_domain": `email_domain` is the part of `email` after the @ and cannot be mapped
    H016 error: "fit": points cannot depend on `fit`, which is itself a sum of points
    H017 warning: "\"us\"": `contains` finds 'us' within other words [for whole words: country.has_word; for one of several values: country.has]
    H020 error: "\"emea\"": unknown list 'emea' [there are none yet]
    H021 error: "\"no-such.txt\"": cannot read 'no-such.txt': No such file or directory (os error 2) [looked for …/no-such.txt]
    H022 error: "\"accounts.csv\"": accounts.csv has no column 'domian'; did you mean 'domain'?
    H041 warning: "x": list 'x' is not used
    H023 warning: "[]": list 'x' is empty: nothing is ever in it
    H024 warning: "\"tests/check/files/holidays-2023.ics\"": calendar tests/check/files/holidays-2023.ics has nothing ahead: its last event begins on 2023-12-25 [export it again, with the coming years]
    H030 error: "\"anna@acme.example\"": unknown rep 'anna@acme.example' [did you mean 'ana@acme.example'?]
    H031 error: "\"emea\"": unknown team 'emea' [there are none yet]
    H032 error: "\"hot\"": unknown SLA 'hot' [there are none yet]
    H033 error: "\"engagd\"": unknown tier 'engagd' [did you mean 'engaged'?]
    H034 error: "plein": no connector for crm 'plein' [did you mean 'plain'?]
    H040 error: "\"ANA@acme.example\"": a second rep with the name 'ana@acme.example' [every name may be given once; rename one of them]
    H041 warning: "\"bo@acme.example\"": rep 'bo@acme.example' is not used
    H050 warning: "\"engaged\"": tier 'engaged' is never reached: tier 'first' takes all it could take [tiers are tried in the order of the file: put the narrower first]
    H051 warning: "\"All\"": route 'All' is never reached: route 'first' takes all it could take [routes are tried in the order of the file: put the narrower first]
    H052 error: "\"All\"": the last route has a condition: handoffs that do not match it have nowhere to go [end with a route without `when`, to a team or a rep]
    H053 error: "[\"PT\"]": nobody in team 'a' has pt
    H054 warning: "[[team]]": team 'a' has no `manager`, and SLA 'hot' notifies the manager
    H056 warning: "\"Spain\"": disqualifier 'Spain' is never the reason: disqualifier 'abroad' takes all it could take [the first that holds is the reason: put the narrower first]
    H057 warning: "\"engaged\"": tier 'engaged' qualifies nobody: disqualifier 'keen' takes all it could take [disqualifiers come before every tier: narrow one of the two]
    H058 warning: "\"south\"": routes 'west' and 'south' both take country 'es' [what they share goes to 'west', which comes first: take it out of one of the two]
    H060 error: "\"2m\"": this step comes before the one above it [write the steps in the order of their times]
    H061 warning: "\"200%\"": this step never comes: the handoff has been returned to the pool before
    H070 warning: "\"90d\"": the definition was agreed on 2026-01-01 and is due for review every 90d [look at it together, then set agreed_on to that day]
    "##);
}
