//! Who qualifies, as sections of the page.

use super::{Block, Item, Section};
use crate::rules::{List, PointSheet, Rules, condition_words, format_duration};

/// Entries of a list that are named; the rest is counted.
const ENTRIES_SHOWN_MAX: usize = 40;

pub(super) fn disqualifiers(rules: &Rules) -> Section {
    let items: Vec<Item> =
        rules.disqualifiers.iter().map(|rule| Item::new(&rule.name, &condition_words(&rule.when))).collect();
    let blocks = if items.is_empty() {
        vec![Block::text("Nobody is disqualified.")]
    } else {
        vec![
            Block::text(
                "Never handed off is who meets one of these, nor who may, for a value cannot be read:",
            ),
            Block::List { numbered: true, items },
        ]
    };
    Section { title: "What disqualifies", blocks }
}

pub(super) fn tiers(rules: &Rules) -> Section {
    let rows = rules.tiers.iter().zip(1..).map(|(tier, n): (_, u32)| {
        let sla = tier.sla.and_then(|at| rules.slas.get(at));
        let sla = sla.map_or_else(|| "none".to_owned(), |sla| sla.name.clone());
        vec![
            n.to_string(),
            tier.name.clone(),
            condition_words(&tier.when),
            sla,
            tier.priority.name().to_owned(),
        ]
    });
    let blocks = vec![
        Block::text("The first tier that holds, in this order, names the handoff's tier."),
        Block::table(&["", "Tier", "When", "SLA", "Priority"], rows.collect()),
    ];
    Section { title: "MQL tiers", blocks }
}

pub(super) fn icp(rules: &Rules) -> Section {
    let icp = &rules.icp;
    let mut blocks = Vec::new();
    if icp.when.is_always() && icp.minimum_fit.is_none() {
        blocks.push(Block::text("Everybody is inside the profile."));
    }
    if !icp.when.is_always() {
        blocks.push(Block::text(&format!("Required: {}.", condition_words(&icp.when))));
    }
    if let Some(least) = icp.minimum_fit {
        let from = if icp.points.is_some() { "the sum of the points below" } else { "the CRM's field" };
        blocks.push(Block::text(&format!("The fit, {from}, must be at least {least}.")));
    }
    blocks.extend(icp.points.iter().flat_map(|sheet| points(sheet, rules)));
    Section { title: "Ideal customer profile", blocks }
}

pub(super) fn score(rules: &Rules) -> Section {
    let blocks = match &rules.score {
        Some(sheet) => points(sheet, rules),
        None => vec![Block::text("The engagement score is the CRM's field.")],
    };
    Section { title: "Engagement score", blocks }
}

fn points(sheet: &PointSheet, rules: &Rules) -> Vec<Block> {
    let decays = sheet.points.iter().any(|points| points.decay.is_some());
    let rows = sheet.points.iter().map(|points| {
        let decay = points.decay.as_ref().map(|decay| {
            let since = rules.fields.get(decay.since).map_or("", |field| field.name.as_str());
            format!("every {} since {since}", format_duration(decay.half_life))
        });
        let mut row = vec![points.name.clone(), condition_words(&points.when), points.points.to_string()];
        row.extend(decays.then(|| decay.unwrap_or_else(|| "never".to_owned())));
        row
    });
    let mut header = vec!["For", "When", "Points"];
    header.extend(decays.then_some("Halved"));
    let mut blocks = vec![Block::table(&header, rows.collect())];
    blocks.extend(sheet.cap.map(|cap| Block::text(&format!("Together at most {cap}."))));
    blocks
}

pub(super) fn lists(rules: &Rules) -> Section {
    let items: Vec<Item> = rules.lists.iter().map(|list| Item::new(&list.name, &entries(list))).collect();
    let blocks = if items.is_empty() { Vec::new() } else { vec![Block::List { numbered: false, items }] };
    Section { title: "Lists", blocks }
}

fn entries(list: &List) -> String {
    let spelled = |key: &str| list.spelled.get(key).map_or(key, AsRef::as_ref).to_owned();
    let mut entries: Vec<String> = list
        .keys
        .iter()
        .map(|key| match list.values.get(key) {
            Some(value) => format!("{} ({value})", spelled(key)),
            None => spelled(key),
        })
        .collect();
    if entries.len() > ENTRIES_SHOWN_MAX {
        return format!("{} entries", entries.len());
    }
    entries.sort();
    entries.join(", ")
}

pub(super) fn fields(rules: &Rules) -> Section {
    let rows = rules.fields.used().iter().map(|field| {
        let of = if field.of_company { "company" } else { "contact" };
        vec![field.name.clone(), format!("{of}: {}", field.property), field.reading.to_string()]
    });
    let blocks = vec![
        Block::text(&format!("Where the values come from in the CRM ({}).", rules.crm.kind)),
        Block::table(&["Field", "Property", "Type"], rows.collect()),
    ];
    Section { title: "Fields", blocks }
}
