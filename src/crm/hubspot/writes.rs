//! Owner changes and tasks, each sent once: what is certain of each is told, and nothing else is presumed.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::HubSpot;
use super::batch::{self, Input};
use super::look_up;
use super::properties::OWNER_PROPERTY;
use super::record::{is_id, record_id};
use super::stages::STAGE_PROPERTY;
use super::tasks::{self, KEY_PROPERTY, KeyPlace};
use super::write_context::WriteContext;
use crate::connector::contact_cache::gone;
use crate::connector::outcome::{Outcome, not_written};
use crate::connector::{Keyed, resend};
use crate::model::{Delivery, LookUp, Task, Update, Write, one_line};

/// Sends updates and tasks; one answer for each, in order. Whatever is sent again comes after another look at the contacts whose
/// owner is to be set.
pub(super) fn send(hub: &mut HubSpot, writes: &[Keyed<'_>]) -> Vec<Delivery> {
    let Some((at, deadline)) = writes.first().map(|keyed| (keyed.at, keyed.deadline)) else {
        return Vec::new();
    };
    let deadline = deadline.min(hub.client.deadline());
    resend::send(writes, deadline, |writes| deliver(&mut hub.context(at), writes))
}

/// One answer for each, in order.
pub(super) fn look_up(hub: &mut HubSpot, writes: &[Keyed<'_>]) -> Vec<LookUp> {
    let Some(at) = writes.first().map(|keyed| keyed.at) else { return Vec::new() };
    look_up::look_up(&mut hub.context(at), writes)
}

fn deliver(context: &mut WriteContext<'_>, writes: &[Keyed<'_>]) -> Vec<Delivery> {
    let mut answers: Vec<Option<Delivery>> = writes.iter().map(refused_at_once).collect();
    if let Err(unread) = verify(context, writes, &answers) {
        for answer in &mut answers {
            answer.get_or_insert_with(|| unread.clone());
        }
    }
    let mut updates = Prepared::default();
    let mut creates = Prepared::default();
    for (at, keyed) in writes.iter().enumerate() {
        let Some(answer) = answers.get_mut(at).filter(|answer| answer.is_none()) else { continue };
        let prepared = match keyed.write {
            Write::Update(update) => prepare_update(context, update).map(|body| (&mut updates, body)),
            Write::Task(task) => prepare_task(context, keyed, task).map(|body| (&mut creates, body)),
            Write::Message(_) | Write::Reply(_) | Write::Mark(_) => Err(not_ours()),
        };
        match prepared {
            Ok((kind, body)) => kind.add(at, keyed, body),
            Err(delivery) => *answer = Some(delivery),
        }
    }
    let outcomes = batch::send(&updates.inputs, |part| post_updates(context, part));
    for (at, outcome) in updates.places.into_iter().zip(outcomes) {
        let delivery = updated_delivery(may_have_another_id(context, outcome));
        if let (Delivery::Done { .. }, Some(Write::Update(update))) =
            (&delivery, writes.get(at).map(|keyed| keyed.write))
        {
            context.wrote(update);
        }
        set(&mut answers, at, delivery);
    }
    let outcomes = batch::send(&creates.inputs, |part| post_tasks(context, part));
    for ((at, input), outcome) in creates.places.into_iter().zip(&creates.inputs).zip(outcomes) {
        let write = writes.get(at);
        let outcome = may_have_another_id(context, outcome);
        let delivery = created_delivery(context, input, write, outcome);
        if let (Delivery::Done { .. }, Some(keyed)) = (&delivery, write) {
            context.cache.wrote_to(keyed.write.contact(), None);
        }
        set(&mut answers, at, delivery);
    }
    let no_answer = || Delivery::Unknown { why: "no answer".to_owned() };
    answers.into_iter().map(|answer| answer.unwrap_or_else(no_answer)).collect()
}

fn set(answers: &mut [Option<Delivery>], at: usize, delivery: Delivery) {
    if let Some(answer) = answers.get_mut(at) {
        *answer = Some(delivery);
    }
}

/// Writes of one kind that are ready to go out, with their places among all.
#[derive(Default)]
struct Prepared {
    places: Vec<usize>,
    inputs: Vec<Input>,
}

impl Prepared {
    fn add(&mut self, at: usize, keyed: &Keyed<'_>, body: Value) {
        let id = match keyed.write {
            Write::Update(update) => Some(update.contact.clone()),
            Write::Task(_) | Write::Message(_) | Write::Reply(_) | Write::Mark(_) => None,
        };
        self.places.push(at);
        self.inputs.push(Input { trace: keyed.key.to_owned(), id, body });
    }
}

fn refused_at_once(keyed: &Keyed<'_>) -> Option<Delivery> {
    match keyed.write {
        Write::Message(_) | Write::Reply(_) | Write::Mark(_) => Some(not_ours()),
        Write::Update(_) | Write::Task(_) => (!is_id(keyed.write.contact())).then(|| {
            let why = "the contact's id is not one of HubSpot's: they are numbers".to_owned();
            Delivery::Refused { why }
        }),
    }
}

fn not_ours() -> Delivery {
    Delivery::Refused { why: "[crm.hubspot] takes updates and tasks, not messages".to_owned() }
}

/// Reads the contacts that were not read in this process yet, or too long ago.
fn verify(
    context: &mut WriteContext<'_>,
    writes: &[Keyed<'_>],
    answers: &[Option<Delivery>],
) -> Result<(), Delivery> {
    let open = writes.iter().zip(answers).filter(|(_, answer)| answer.is_none());
    let sets_owner = |write: &Write| matches!(write, Write::Update(update) if update.owner.is_some());
    let contacts: Vec<(&str, bool)> =
        open.map(|(keyed, _)| (keyed.write.contact(), sets_owner(keyed.write))).collect();
    context.verify(&contacts).map_err(not_written)
}

/// The id of an owner who can be given something.
fn owner_id(context: &mut WriteContext<'_>, email: &str) -> Result<String, Delivery> {
    context.owner(email).map_err(not_written)?.id("HubSpot", email)
}

fn prepare_update(context: &mut WriteContext<'_>, update: &Update) -> Result<Value, Delivery> {
    let present_stage = context.cache.details(&update.contact)?.stage.clone();
    let mut properties: BTreeMap<&str, String> =
        update.set.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    if let (Some(present), Some(wanted)) = (present_stage, update.set.get(STAGE_PROPERTY))
        && context.is_backward(&present, wanted).map_err(not_written)?
    {
        properties.remove(STAGE_PROPERTY);
    }
    for (name, value) in &properties {
        if let Some(why) = context.refuses(name, value).map_err(not_written)? {
            return Err(Delivery::Refused { why });
        }
    }
    if let Some(email) = &update.owner {
        let wanted = owner_id(context, email)?;
        if let Some(owner) = context.cache.overtaken_by(&update.contact, &wanted) {
            let owner = one_line(owner, 40);
            let why =
                format!("somebody gave it to owner {owner} a moment ago; the next run looks at it anew");
            return Err(Delivery::NotSent { why });
        }
        properties.insert(OWNER_PROPERTY, wanted);
    }
    if properties.is_empty() {
        // Its stage is further already: there is nothing left to write.
        return Err(Delivery::Done { remote_id: update.contact.clone() });
    }
    Ok(json!({ "properties": properties }))
}

fn prepare_task(context: &mut WriteContext<'_>, keyed: &Keyed<'_>, task: &Task) -> Result<Value, Delivery> {
    let company = context.cache.details(&task.contact)?.company.clone();
    let owner = owner_id(context, &task.owner)?;
    let place = context.key_place().map_err(not_written)?;
    Ok(tasks::create(keyed.key, task, &owner, company.as_deref(), place, keyed.words))
}

fn post_updates(context: &mut WriteContext<'_>, part: &[Input]) -> Outcome {
    match part {
        [Input { id: Some(id), body, .. }] => {
            context.write(&Method::PATCH, &context.paths().object("contacts", id), body)
        }
        part => {
            let path = context.paths().batch("contacts", "update");
            context.write(&Method::POST, &path, &batch::body(part))
        }
    }
}

/// An owner who is refused may have another id by now: only a list that was read just now refuses for good.
fn may_have_another_id(context: &mut WriteContext<'_>, outcome: Outcome) -> Outcome {
    let is_doubtful = outcome.blames(OWNER_PROPERTY) && context.owners.invalidate();
    let Outcome::Refused { why, .. } = &outcome else { return outcome };
    if !is_doubtful {
        return outcome;
    }
    Outcome::Failed(Delivery::NotSent { why: format!("{why}; the owners are asked for again") })
}

fn updated_delivery(outcome: Outcome) -> Delivery {
    match outcome {
        Outcome::Accepted(record) => done(&record),
        Outcome::Missing { .. } => gone(),
        Outcome::Taken { .. } | Outcome::Forbidden { .. } | Outcome::Refused { .. } | Outcome::Failed(_) => {
            outcome.into_delivery()
        }
    }
}

fn done(record: &Value) -> Delivery {
    match record_id(record) {
        Some(remote_id) => Delivery::Done { remote_id },
        None => Delivery::Unknown { why: "HubSpot's answer names no id".to_owned() },
    }
}

fn post_tasks(context: &mut WriteContext<'_>, part: &[Input]) -> Outcome {
    match part {
        [Input { body, .. }] => context.write(&Method::POST, &context.paths().objects("tasks"), body),
        part => {
            let path = context.paths().batch("tasks", "create");
            context.write(&Method::POST, &path, &batch::body(part))
        }
    }
}

fn created_delivery(
    context: &mut WriteContext<'_>,
    input: &Input,
    write: Option<&Keyed<'_>>,
    outcome: Outcome,
) -> Delivery {
    match (outcome, write) {
        (Outcome::Accepted(record), _) => done(&record),
        // Ours, from an attempt whose answer was lost.
        (Outcome::Taken { why }, Some(keyed)) => match look_up::one(context, keyed) {
            LookUp::Found { remote_id } => Delivery::Done { remote_id },
            LookUp::Absent | LookUp::Unseen | LookUp::Impossible | LookUp::Failed { .. } => {
                Delivery::Unknown { why }
            }
        },
        // The property was there and is no longer: the next attempt finds out where the key goes.
        (ref outcome @ Outcome::Refused { ref why, .. }, _)
            if tasks::place_in(&input.body) == KeyPlace::Property && outcome.blames(KEY_PROPERTY) =>
        {
            context.forget_key_place();
            Delivery::NotSent { why: why.clone() }
        }
        (other, _) => other.into_delivery(),
    }
}
