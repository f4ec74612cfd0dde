//! What counts as a change in meaning, and what does not.

use proptest::prelude::*;
use toml::de::{DeTable, DeValue};

use super::load_text;
use crate::rules::{Diff, Rules, diff};

const TEXT: &str = include_str!("../../../rules.toml");

fn load(text: &str) -> Option<Rules> {
    load_text(text).0
}

fn compare(new: &str) -> Diff {
    diff(&load(TEXT).unwrap(), &load(new).unwrap())
}

/// The sentences about the project's own definition with some texts replaced.
fn changed(replacements: &[(&str, &str)]) -> Vec<String> {
    let mut text = TEXT.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    compare(&text).changes.into_iter().map(|change| change.text).collect()
}

/// Where order says nothing, turned round; where case says nothing, in capitals.
const UNORDERED: [&str; 5] = ["in", "contains_any", "skills", "emea", "credit"];

/// A document in other words: everything inline, keys turned round by `turn`.
fn rewritten(value: &DeValue<'_>, key: &str, turn: usize) -> String {
    match value {
        DeValue::Table(entries) => format!("{{ {} }}", entries_of(entries, turn).join(", ")),
        DeValue::Array(items) => {
            let mut items: Vec<String> =
                items.iter().map(|item| rewritten(item.get_ref(), key, turn)).collect();
            if UNORDERED.contains(&key) {
                items.reverse();
            }
            format!("[{}]", items.join(", "))
        }
        DeValue::String(text) if UNORDERED.contains(&key) => format!("\" {} \"", text.to_uppercase()),
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => format!("+{}", number.as_str()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
    }
}

fn entries_of(table: &DeTable<'_>, turn: usize) -> Vec<String> {
    let mut entries: Vec<String> = table
        .iter()
        .map(|(key, value)| {
            format!("{:?} = {}", key.get_ref(), rewritten(value.get_ref(), key.get_ref(), turn))
        })
        .collect();
    let turn = turn % entries.len().max(1);
    entries.rotate_left(turn);
    entries
}

/// Every number of the definition's parts, and every span such as `14d`, with its place.
fn thresholds(
    value: &toml::Spanned<DeValue<'_>>,
    found: &mut Vec<(std::ops::Range<usize>, u64, &'static str)>,
) {
    match value.get_ref() {
        DeValue::Table(entries) => entries.values().for_each(|value| thresholds(value, found)),
        DeValue::Array(items) => items.iter().for_each(|item| thresholds(item, found)),
        DeValue::Integer(number) => found.push((value.span(), number.as_str().parse().unwrap(), "")),
        DeValue::String(text) => {
            let unit = ["d", "h", "m", "%"].into_iter().find(|unit| text.ends_with(unit));
            let number = unit.and_then(|unit| text.strip_suffix(unit)?.parse().ok());
            found.extend(unit.zip(number).map(|(unit, number)| (value.span(), number, unit)));
        }
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

fn all_thresholds() -> Vec<(std::ops::Range<usize>, u64, &'static str)> {
    let document = DeTable::parse(TEXT).unwrap();
    let mut found = Vec::new();
    for (key, value) in document.get_ref() {
        if !["version", "example"].contains(&key.get_ref().as_ref()) {
            thresholds(value, &mut found);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn another_spelling_is_no_change(turn in 0..50_usize) {
        let document = DeTable::parse(TEXT).unwrap();
        let text = entries_of(document.get_ref(), turn).join("\n");
        let diff = compare(&text);
        prop_assert!(diff.changes.is_empty(), "{:#?}", diff.changes.iter().map(|change| &change.text).collect::<Vec<_>>());
    }

    #[test]
    fn another_threshold_is_exactly_one_sentence(at in any::<prop::sample::Index>(), more in 1..40_u64) {
        let found = all_thresholds();
        let (span, number, unit) = found[at.index(found.len())].clone();
        let quote = if unit.is_empty() { "" } else { "\"" };
        let other = format!("{quote}{}{unit}{quote}", number + more);
        let text = format!("{}{other}{}", &TEXT[..span.start], &TEXT[span.end..]);
        // Some are then impossible, such as an escalation step after the next one.
        let new = load(&text);
        prop_assume!(new.is_some());
        let diff = diff(&load(TEXT).unwrap(), &new.unwrap());
        let texts: Vec<&String> = diff.changes.iter().map(|change| &change.text).collect();
        prop_assert_eq!(texts.len(), 1, "{} → {}: {:#?}", number, other, texts);
        prop_assert!(texts[0].contains(" → "), "{}", texts[0]);
    }
}

#[test]
fn a_definition_is_no_change_of_itself() {
    assert!(compare(TEXT).changes.is_empty());
    assert!(all_thresholds().len() > 30);
}

/// One of each kind of change.
const EVERYTHING: &[(&str, &str)] = &[
    ("sales = \"lee@acme.example\"", "sales = \"kim@acme.example\""),
    ("[crm.hubspot]", "[crm.hubspot]\nbase_url = \"https://api.hubapi.example\""),
    ("property = \"pricing_page_views\"", "property = \"pricing_views_total\""),
    ("emea = [\"PT\", \"ES\", \"FR\", \"DE\", \"GB\"]", "emea = [\"pt\", \"ES\", \"FR\", \"DE\", \"IT\"]"),
    ("from = \"rules\"\ncap = 100", "from = \"rules\"\ncap = 90"),
    ("half_life = \"14d\"", "half_life = \"7d\""),
    ("name = \"Sent a form\"", "name = \"Sent any form\""),
    (
        "name = \"Competitor\"\nwhen = { email_domain",
        "name = \"Competitor\"\nwhen = { not = { email.is_set = false }, email_domain",
    ),
    (
        "[[mql]]\nname = \"engaged\"",
        "[[mql]]\nname = \"reader\"\nwhen = { page_views.above = 30 }\n\n[[mql]]\nname = \"engaged\"",
    ),
    (
        "score.at_least = 65, any = [{ pricing_views.at_least = 2 }",
        "score.above = 60, any = [{ pricing_views.at_least = 3 }",
    ),
    ("sla = \"hot\"\npriority = \"high\"", "sla = \"standard\""),
    ("employees = { at_least = 50, at_most = 5000 }", "employees.between = [50, 4000]"),
    ("[\"SaaS\", \"Fintech\"]", "[\"saas\", \"Media\"]"),
    ("shifts = [\"mon-fri 09:00-17:30\"]", "shifts = [\"mon-thu 09:00-17:30\"]"),
    ("away = [\"2026-12-21..2027-01-04\"]", "away = [\"2026-12-22..2027-01-04\"]"),
    ("weight = 2", "weight = 3"),
    ("same_company = \"30d\"", "same_company = \"2w\""),
    ("to = { owner_of = \"company\" }", "to = { owner_of = \"contact\" }"),
    ("to = { team = \"emea\" }", "to = { team = \"inbound\" }\nskills = [\"en\"]"),
    ("respond_within = \"5m\"", "respond_within = \"10m\""),
    ("{ at = \"2d\", do = \"return\" }", "{ at = \"2d\", do = \"reassign\" }"),
    ("\"IN_PROGRESS\", \"OPEN_DEAL\"", "\"IN_PROGRESS\""),
    ("credit = [\"duplicate\"", "credit = [\"test\""),
    ("lead_status = \"NEW\"", "lead_status = \"OPEN\""),
    ("handoffs_per_rep_per_run = 20", ""),
    ("group_wait = \"2m\"", "group_wait = \"5m\""),
    ("gmail_dots = true", "gmail_dots = false"),
];

#[test]
fn every_kind_of_change_has_its_sentence() {
    let mut examples: Vec<(&str, &str)> = EVERYTHING.to_vec();
    let tests = &TEXT[TEXT.find("[[example]]").unwrap()..];
    examples.push((tests, ""));
    insta::assert_snapshot!(changed(&examples).join("\n"), @"
    definition: for sales lee@acme.example → kim@acme.example
    crm hubspot: base_url none → https://api.hubapi.example
    field pricing_views: property pricing_page_views → pricing_views_total
    list emea: + IT, − GB
    score: cap 100 → 90
    score: 'Sent a form' is now called 'Sent any form'
    score: 'Looked at pricing twice': half-life 14d since last_visit_at → 7d since last_visit_at
    disqualifier 'Competitor': now also requires not (email is not set)
    tier 'reader' added before 'engaged': page_views above 30
    hand-raiser: SLA hot → standard
    hand-raiser: priority high → medium
    engaged: score at least 65 → above 60
    engaged: pricing_views at least 2 → 3
    ICP: company.employees at most 5000 → 4000
    fit: 'Software company': company.industry in: + Media, − Fintech
    rep Ana Silva: shifts mon-fri 09:00-17:30 → mon-thu 09:00-17:30
    rep Ana Silva: away: + 2026-12-22..2027-01-04, − 2026-12-21..2027-01-04
    team emea: people of a company stay with a rep for 30d → 14d
    team emea: weight of ana@acme.example 2 → 3
    route 'Account already has an owner': the owner of the company → the owner of the contact
    route 'EMEA': team emea → inbound
    route 'EMEA': skills + en
    SLA hot: respond within 5m → 10m
    SLA standard: no longer after 2d: return to the pool, to be routed anew
    SLA standard: now also after 2d: reassign to the next rep of the team
    outcome accepted: lead_status in: − OPEN_DEAL
    outcome: reasons that give the turn back: + test, − duplicate
    when handed off, writes lead_status: NEW → OPEN
    handoffs per rep and run 20 → none
    people of one company wait for each other: 2m → 5m
    one lead: records with the same e-mail, whatever the plus-tags and Gmail's dots → records with the same e-mail, whatever the plus-tags
    ");
}

#[test]
fn each_change_alone_is_that_change_and_no_other() {
    let mut text = TEXT[..TEXT.find("[[example]]").unwrap()].to_owned();
    for (from, to) in EVERYTHING {
        text = text.replacen(from, to, 1);
    }
    let all = compare(&text);
    let mut alone = 0;
    for change in &all.changes {
        let Some(rules) = &change.alone else { continue };
        let again = diff(&all.old, rules);
        let texts: Vec<&String> = again.changes.iter().map(|change| &change.text).collect();
        assert_eq!(texts, [&change.text]);
        alone += 1;
    }
    assert!(alone > 8, "{alone}");
}

#[test]
fn an_order_that_counts_is_said() {
    let disqualifiers = "[[disqualify]]\nname = \"Opted out\"\nwhen = { opted_out = true }\n\n";
    let without = TEXT.replace(disqualifiers, "");
    let text = without.replace("# MQL tiers", &format!("{disqualifiers}# MQL tiers"));
    let texts: Vec<String> = compare(&text).changes.into_iter().map(|change| change.text).collect();
    assert_eq!(
        texts,
        [
            "disqualifiers are tried in another order: Opted out, Free mailbox, Competitor → Free mailbox, Competitor, Opted out"
        ]
    );
}

#[test]
fn a_new_name_is_a_new_name_and_nothing_else() {
    let text = TEXT.replace("\"engaged\"", "\"warm\"");
    let diff = compare(&text);
    let texts: Vec<&String> = diff.changes.iter().map(|change| &change.text).collect();
    assert_eq!(texts, ["tier 'engaged' is now called 'warm'"]);
    assert_eq!(diff.new.tiers[1].name, "engaged", "who stays in a renamed tier has not moved");
}

#[test]
fn a_field_by_another_name_is_no_change() {
    assert!(changed(&[]).is_empty());
    let text = TEXT.replace("pricing_views", "views_of_pricing");
    assert!(compare(&text).changes.is_empty());
}
