//! Where handoffs go, how fast, and what ends them: routes, SLAs, outcomes.

use super::condition::edits;
use super::named::{Pairs, pair};
use super::ordered::order_text;
use super::people::{lists, same_person};
use super::plain::{self, with_tables};
use super::{Notes, Rules, arrow, or_none};
use crate::model::{Sla, SlaStep, StepAt};
use crate::rules::condition::Condition;
use crate::rules::definition::{OutcomeEvent, Route, RouteTarget};
use crate::rules::reader::Reader;
use crate::rules::values::format_duration;
use crate::rules::words::{
    ack_words, action_words, at_words, condition_words, repeat_words, step_words, target_words,
};

/// `[[route]]`.
pub(super) fn routes(notes: &mut Notes<'_>, teams: &Pairs) {
    let (old, new) = (notes.old, notes.new);
    let sides = notes.sides();
    let same_route = |a: &Route, b: &Route| {
        super::condition::same(sides, &a.when, &b.when)
            && same_target(&a.to, &b.to, teams, old, new)
            && lists(&a.skills, &b.skills).is_empty()
    };
    let pairs = pair(&old.routes, &new.routes, |route| &route.name, same_route);
    for (was, is) in &pairs.renamed {
        if let Some((was, is)) = old.routes.get(*was).zip(new.routes.get(*is)) {
            notes.say("route", format!("route '{}' is now called '{}'", was.name, is.name));
        }
    }
    for gone in pairs.went.iter().filter_map(|at| old.routes.get(*at)) {
        notes.say("route", format!("route '{}' removed", gone.name));
    }
    for at in pairs.came.iter().copied() {
        let Some(came) = new.routes.get(at) else { continue };
        let next = pairs.place_of(at).and_then(|place| old.routes.get(place));
        let place = next.map_or_else(|| "at the end".to_owned(), |next| format!("before '{}'", next.name));
        let (to, when) = (target_words(came, new), condition_words(&came.when));
        notes.say("route", format!("route '{}' added {place}: to {to}, when {when}", came.name));
    }
    if !pairs.in_order() {
        let text = order_text("route", &pairs, &old.routes, |route| format!("'{}'", route.name));
        notes.say("route", text);
    }
    let (old_routes, new_routes) =
        (with_tables(&old.routes, old, "route"), with_tables(&new.routes, new, "route"));
    for (was, is) in &pairs.both {
        let Some(((before, old_table), (after, new_table))) = old_routes.get(*was).zip(new_routes.get(*is))
        else {
            continue;
        };
        let subject = format!("route '{}':", before.name);
        notes.say_plain("route", &format!("{subject} "), *old_table, *new_table);
        for edit in edits(sides, &before.when, &after.when) {
            notes.say("route", format!("{subject} {}", edit.text));
        }
        if !same_target(&before.to, &after.to, teams, old, new) {
            let plain = |route: &Route| Route { skills: Vec::new(), ..route.clone() };
            let (was, is) = (target_words(&plain(before), old), target_words(&plain(after), new));
            let is = match (was.strip_prefix("team "), is.strip_prefix("team ")) {
                (Some(_), Some(name)) => name,
                (_, _) => &is,
            };
            notes.say("route", arrow(&subject, &was, is));
        }
        let skills = lists(&before.skills, &after.skills);
        if !skills.is_empty() {
            notes.say("route", format!("{subject} skills {skills}"));
        }
    }
}

fn same_target(a: &RouteTarget, b: &RouteTarget, teams: &Pairs, old: &Rules, new: &Rules) -> bool {
    match (a, b) {
        (RouteTarget::OwnerOfContact, RouteTarget::OwnerOfContact)
        | (RouteTarget::OwnerOfCompany, RouteTarget::OwnerOfCompany) => true,
        // Of one name, what changed is the list's own change.
        (RouteTarget::AccountIn(a), RouteTarget::AccountIn(b)) => a.name == b.name || a.values == b.values,
        (RouteTarget::Team(a), RouteTarget::Team(b)) => teams.are(*a, *b),
        (RouteTarget::Rep(a), RouteTarget::Rep(b)) => {
            old.reps.get(a.0).zip(new.reps.get(b.0)).is_some_and(|(a, b)| same_person(a, b))
        }
        (_, _) => false,
    }
}

/// Which SLA is which.
pub(super) fn pair_slas(notes: &Notes<'_>) -> Pairs {
    let (old, new) = with_their_tables(notes);
    pair(&old, &new, |(sla, _)| &sla.name, |a, b| sla_changes(*a, *b).is_empty())
}

type WithTables<'a> = Vec<(&'a Sla, Reader<'a>)>;

fn with_their_tables<'a>(notes: &Notes<'a>) -> (WithTables<'a>, WithTables<'a>) {
    let of = |rules: &'a Rules| with_tables(&rules.slas, rules, "sla");
    (of(notes.old), of(notes.new))
}

/// `[[sla]]`.
pub(super) fn slas(notes: &mut Notes<'_>, pairs: &Pairs) {
    let (old, new) = with_their_tables(notes);
    for ((was, _), (is, _)) in pairs.renamed.iter().filter_map(|(was, is)| old.get(*was).zip(new.get(*is))) {
        notes.say("sla", format!("SLA {} is now called {}", was.name, is.name));
    }
    for (gone, _) in pairs.went.iter().filter_map(|at| old.get(*at)) {
        notes.say("sla", format!("SLA {} removed", gone.name));
    }
    for (came, _) in pairs.came.iter().filter_map(|at| new.get(*at)) {
        let within = format_duration(came.respond_within);
        notes.say("sla", format!("SLA {} added: respond within {within}", came.name));
    }
    for (was, is) in pairs.both.iter().filter_map(|(was, is)| old.get(*was).zip(new.get(*is))) {
        for text in sla_changes(*was, *is) {
            notes.say("sla", format!("SLA {}: {text}", was.0.name));
        }
    }
}

fn sla_changes((old, old_table): (&Sla, Reader<'_>), (new, new_table): (&Sla, Reader<'_>)) -> Vec<String> {
    let plain = plain::changes(old_table, new_table).into_iter();
    let mut texts: Vec<String> =
        plain.map(|changed| arrow(changed.what, &changed.old, &changed.new)).collect();
    if old.repeat != new.repeat {
        texts.push(arrow("the steps start over:", &repeat_words(old.repeat), &repeat_words(new.repeat)));
    }
    if old.ack_expires != new.ack_expires {
        texts.push(arrow("a touch expires:", &ack_words(old.ack_expires), &ack_words(new.ack_expires)));
    }
    let same_at = |a: StepAt, b: StepAt| {
        a == b || (old.respond_within == new.respond_within && seconds(a, old) == seconds(b, new))
    };
    let mut left: Vec<&SlaStep> = new.steps.iter().collect();
    let mut unmatched: Vec<&SlaStep> = Vec::new();
    for step in &old.steps {
        match left.iter().position(|other| other.action == step.action && same_at(step.at, other.at)) {
            Some(at) => drop(left.remove(at)),
            None => unmatched.push(step),
        }
    }
    for step in unmatched {
        match left.iter().position(|other| other.action == step.action) {
            Some(at) => {
                let moved = left.remove(at);
                texts.push(arrow(&action_words(&step.action), &at_words(step.at), &at_words(moved.at)));
            }
            None => texts.push(format!("no longer {}", step_words(step))),
        }
    }
    texts.extend(left.into_iter().map(|step| format!("now also {}", step_words(step))));
    texts
}

fn seconds(at: StepAt, sla: &Sla) -> i64 {
    match at {
        StepAt::Percent(percent) => sla.respond_within.num_seconds().saturating_mul(i64::from(percent)) / 100,
        StepAt::After(span) => span.num_seconds(),
    }
}

/// `[outcome]`.
pub(super) fn outcome(notes: &mut Notes<'_>) {
    let (old, new) = (&notes.old.outcome, &notes.new.outcome);
    let sides = notes.sides();
    let seen = OutcomeEvent::SEEN.map(|event| (event.name(), old.when.get(&event), new.when.get(&event)));
    for (what, before, after) in
        seen.into_iter().chain([("waiting", old.waiting.as_ref(), new.waiting.as_ref())])
    {
        let subject = format!("outcome {what}:");
        match (before, after) {
            (Some(before), Some(after)) => {
                for edit in edits(sides, before, after) {
                    notes.say("outcome", format!("{subject} {}", edit.text));
                }
            }
            (before, after) => {
                let words = |when: Option<&Condition>| or_none(when.map(condition_words));
                notes.say_values("outcome", &subject, &words(before), &words(after));
            }
        }
    }
    let reason = |rules: &Rules| {
        let field = rules.outcome.reason.and_then(|id| rules.fields.get(id));
        or_none(field.map(|field| &field.name))
    };
    if old.reason != new.reason {
        notes.say_values("outcome", "outcome: reason in", &reason(notes.old), &reason(notes.new));
    }
    let credit = lists(&old.credit, &new.credit);
    if !credit.is_empty() {
        notes.say("outcome", format!("outcome: reasons that give the turn back: {credit}"));
    }
    notes.say_section("outcome", "");
    for event in OutcomeEvent::ALL {
        let (before, after) = (old.write.get(&event), new.write.get(&event));
        let properties = before.into_iter().chain(after).flat_map(|writes| writes.keys());
        let properties: std::collections::BTreeSet<&String> = properties.collect();
        for property in properties {
            let value = |writes: Option<&std::collections::BTreeMap<String, String>>| {
                or_none(writes.and_then(|writes| writes.get(property)))
            };
            let subject = format!("when {}, writes {property}:", event.name().replace('_', " "));
            notes.say_values("outcome", &subject, &value(before), &value(after));
        }
    }
}
