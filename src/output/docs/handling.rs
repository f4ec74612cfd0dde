//! Who takes a handoff, how fast, and what ends it, as sections of the page.

use std::fmt::Write as _;

use super::{Block, Item, Section};
use crate::model::Rep;
use crate::rules::{
    NobodyAvailable, OffShift, OutcomeEvent, Rules, Team, absence_words, ack_words, action_words, at_words,
    clock_words, condition_words, format_duration, holiday_words, one_lead_words, pick_words, repeat_words,
    shift_words, target_words,
};

/// Days off that are named; the rest is counted.
const DAYS_SHOWN_MAX: usize = 6;

pub(super) fn routes(rules: &Rules) -> Section {
    let rows = rules.routes.iter().zip(1..).map(|(route, n): (_, u32)| {
        let when = if route.when.is_always() { "everyone".to_owned() } else { condition_words(&route.when) };
        vec![n.to_string(), route.name.clone(), when, target_words(route, rules)]
    });
    let blocks = vec![
        Block::text("Tried in this order: the first whose condition holds and whose target exists."),
        Block::table(&["", "Route", "Whom", "To"], rows.collect()),
    ];
    Section { title: "Who takes it", blocks }
}

pub(super) fn teams(rules: &Rules) -> Section {
    let rows: Vec<Vec<String>> = rules.teams.iter().map(|team| team_row(team, rules)).collect();
    let header = ["Team", "Members", "Pick", "When nobody is there", "Manager"];
    let blocks = if rows.is_empty() { Vec::new() } else { vec![Block::table(&header, rows)] };
    Section { title: "Teams", blocks }
}

fn team_row(team: &Team, rules: &Rules) -> Vec<String> {
    let members = team.members.iter().filter_map(|member| {
        let name = &rules.reps.get(member.rep.0)?.name;
        Some(if member.weight == 1 { name.clone() } else { format!("{name} (weight {})", member.weight) })
    });
    let off_shift = match team.off_shift {
        OffShift::Wait => "off shift, wait for the next shift",
        OffShift::Assign => "off shift, assign anyway",
    };
    let nobody = match team.nobody_available {
        NobodyAvailable::Wait => "none available, wait",
        NobodyAvailable::NextRoute => "none available, try the next route",
    };
    let same_company = team.same_company.map(format_duration);
    let same_company = same_company
        .map(|within| format!("; people of one company to one rep within {within}"))
        .unwrap_or_default();
    vec![
        team.name.clone(),
        members.collect::<Vec<_>>().join(", "),
        pick_words(team.pick).to_owned() + &same_company,
        format!("{off_shift}; {nobody}"),
        team.manager.clone().unwrap_or_default(),
    ]
}

pub(super) fn reps(rules: &Rules) -> Section {
    let rows = rules.reps.iter().map(|rep| {
        let shifts = format!("{} ({})", shift_words(&rep.hours.shifts), rep.hours.timezone.name());
        let contact = format!("{} <{}>", rep.name, rep.email);
        vec![contact, shifts, days_off(rep), most(rep), rep.skills.join(", ")]
    });
    let blocks = vec![Block::table(&["Rep", "Shifts", "Days off", "At most", "Skills"], rows.collect())];
    Section { title: "Reps", blocks }
}

fn days_off(rep: &Rep) -> String {
    let mut days = holiday_words(rep.hours.holidays.keys().copied());
    days.extend(rep.hours.away.iter().map(|absence| absence_words(absence, rep.hours.timezone)));
    days.sort();
    let more = days.len().saturating_sub(DAYS_SHOWN_MAX);
    days.truncate(DAYS_SHOWN_MAX);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    days.join(", ") + &rest
}

fn most(rep: &Rep) -> String {
    let open = rep.max_open.map(|most| format!("{most} open"));
    let day = rep.max_per_day.map(|most| format!("{most} a day"));
    open.into_iter().chain(day).collect::<Vec<_>>().join(", ")
}

pub(super) fn slas(rules: &Rules) -> Section {
    let mut blocks = Vec::new();
    for sla in &rules.slas {
        let (within, clock) = (format_duration(sla.respond_within), clock_words(sla.clock));
        let mut text = format!("{}: respond within {within}, counting {clock}.", sla.name);
        if sla.repeat > 0 {
            write!(text, " The steps start over {}.", repeat_words(sla.repeat)).unwrap_or_default();
        }
        if sla.ack_expires.is_some() {
            let expires = ack_words(sla.ack_expires);
            write!(text, " A touch that nothing comes of expires {expires}.").unwrap_or_default();
        }
        let steps = sla.steps.iter();
        let items: Vec<Item> =
            steps.map(|step| Item::new(&at_words(step.at), &action_words(&step.action))).collect();
        blocks.push(Block::text(&text));
        if !items.is_empty() {
            blocks.push(Block::List { numbered: false, items });
        }
    }
    Section { title: "How fast, and what then", blocks }
}

pub(super) fn outcomes(rules: &Rules) -> Section {
    let outcome = &rules.outcome;
    let reason = outcome.reason.and_then(|id| rules.fields.get(id));
    let reason = reason.map(|field| format!("; the reason is in {}", field.name)).unwrap_or_default();
    let mut items = Vec::new();
    for event in OutcomeEvent::SEEN {
        let seen = match (outcome.when.get(&event), event) {
            (Some(when), _) => condition_words(when),
            (None, OutcomeEvent::Touched | OutcomeEvent::Accepted | OutcomeEvent::Rejected) => {
                "only a completed task or a reaction in the chat".to_owned()
            }
            (None, _) => continue,
        };
        let reason = if event == OutcomeEvent::Rejected { reason.as_str() } else { "" };
        items.push(Item::new(event.name(), &format!("{seen}{reason}")));
    }
    if let Some(waiting) = &outcome.waiting {
        let when = format!("{}; meanwhile the clock stands still", condition_words(waiting));
        items.push(Item::new("waiting", &when));
    }
    if !outcome.credit.is_empty() {
        let reasons = outcome.credit.join(" or ");
        items.push(Item::new("turn given back", &format!("when the reason is {reasons}")));
    }
    let again = "before a contact that was rejected, recycled or lost may come again";
    items.push(Item::new("cooldown", &format!("{} {again}", format_duration(outcome.cooldown))));
    let stale = "without a sign, and it is closed";
    items.push(Item::new("stale", &format!("{} {stale}", format_duration(outcome.stale_after))));
    let watched = "after acceptance, what comes of it is still seen";
    items.push(Item::new("watched", &format!("{} {watched}", format_duration(outcome.watch))));
    for event in OutcomeEvent::ALL {
        let writes = outcome.write.get(&event).into_iter().flatten();
        let writes: Vec<String> = writes.map(|(property, value)| format!("{property} = {value}")).collect();
        if !writes.is_empty() {
            let name = format!("when {}", event.name().replace('_', " "));
            items.push(Item::new(&name, &format!("handoff writes {}", writes.join(", "))));
        }
    }
    Section { title: "What ends it", blocks: vec![Block::List { numbered: false, items }] }
}

pub(super) fn limits(rules: &Rules) -> Section {
    let limits = rules.limits;
    let per_rep =
        limits.handoffs_per_rep_per_run.map(|most| format!(", and {most} for each rep")).unwrap_or_default();
    let text = format!(
        "At most {} handoffs in one run{per_rep}; more are held until somebody releases them.",
        limits.handoffs_per_run
    );
    let lead = format!("One lead: {}.", one_lead_words(rules.duplicates));
    let mut blocks = vec![Block::text(&text), Block::text(&lead)];
    if let Some(wait) = rules.bursts {
        let wait = format_duration(wait);
        let text =
            format!("People of one company who come within {wait} of the first are one task for one rep.");
        blocks.push(Block::text(&text));
    }
    Section { title: "Limits", blocks }
}
