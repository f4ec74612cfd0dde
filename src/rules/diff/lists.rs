//! `[lists]`: which entries came and went.

use std::sync::Arc;

use super::{Notes, Rules, arrow, came_and_went, or_none};
use crate::model::one_domain;
use crate::rules::condition::Test;
use crate::rules::definition::{List, RouteTarget};

/// Lists that both sides know and use, by name: what came and went.
pub(super) fn lists(notes: &mut Notes<'_>) {
    let (old, new) = (notes.old, notes.new);
    for before in &old.lists {
        let Some(after) = new.lists.iter().find(|list| list.name == before.name) else {
            continue;
        };
        let is_same = before.keys == after.keys && before.values == after.values;
        if is_same || !(is_used(before, old) && is_used(after, new)) {
            continue;
        }
        let came = after.keys.difference(&before.keys).map(|key| spelled(after, key)).collect();
        let went = before.keys.difference(&after.keys).map(|key| spelled(before, key)).collect();
        let kept = after.keys.intersection(&before.keys);
        let moved: Vec<String> = kept
            .filter_map(|key| {
                let (was, is) = (before.values.get(&*one_domain(key)), after.values.get(&*one_domain(key)));
                let value = |value: Option<&String>| or_none(value);
                (was != is).then(|| arrow(&spelled(after, key), &value(was), &value(is)))
            })
            .collect();
        let parts = [came_and_went(came, went), came_and_went(moved, Vec::new()).replacen("+ ", "", 1)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let text = format!("list {}: {}", before.name, parts.join(", "));
        if is_judged_by(before, old) {
            notes.say_moving("list", text, |rules| replace_list(rules, before, after));
        } else {
            notes.say("list", text);
        }
    }
}

fn spelled(list: &List, key: &str) -> String {
    list.spelled.get(key).map_or(key, AsRef::as_ref).to_owned()
}

fn looks_into(test: &Test, list: &List) -> bool {
    matches!(test, Test::InTexts(keys) | Test::NotInTexts(keys) if list.looked_into(keys).is_some())
}

fn is_judged_by(list: &List, rules: &Rules) -> bool {
    let points = [&rules.score, &rules.icp.points].into_iter().flatten().flat_map(|sheet| &sheet.points);
    let points = points.map(|points| &points.when);
    let disqualifiers = rules.disqualifiers.iter().map(|rule| &rule.when);
    let tiers = rules.tiers.iter().map(|tier| &tier.when);
    let mut conditions = points.chain(disqualifiers).chain(tiers).chain([&rules.icp.when]);
    conditions.any(|condition| condition.leaves().iter().any(|leaf| looks_into(&leaf.test, list)))
}

fn is_used(list: &List, rules: &Rules) -> bool {
    let outcomes = rules.outcome.when.values();
    let mut conditions = rules.routes.iter().map(|route| &route.when).chain(outcomes);
    let mut targets = rules.routes.iter();
    is_judged_by(list, rules)
        || conditions.any(|condition| condition.leaves().iter().any(|leaf| looks_into(&leaf.test, list)))
        || targets.any(|route| matches!(&route.to, RouteTarget::AccountIn(other) if other.name == list.name))
}

fn replace_list(rules: &mut Rules, before: &List, after: &Arc<List>) {
    for list in rules.lists.iter_mut().filter(|list| list.name == after.name) {
        list.clone_from(after);
    }
    for condition in rules.judging_conditions() {
        condition.for_each_leaf(&mut |leaf| {
            if let Test::InTexts(keys) | Test::NotInTexts(keys) = &mut leaf.test
                && let Some(form) = before.looked_into(keys)
            {
                *keys = Arc::clone(after.keys_in(form));
            }
        });
    }
}
