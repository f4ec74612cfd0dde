//! What an assignment brings with it: the writes to the CRM and the chat, and the steps of the SLA.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::TimeDelta;

use super::Context;
use super::burst::name_all;
use crate::handoff::brief::{Subject, Who, brief, due_text};
use crate::model::{Mark, Mention, Message, Rep, Reply, Sla, Task, Timestamp, Untrusted, Update, Write};
use crate::mutant;
use crate::qualify::Facts;
use crate::rules::{OutcomeEvent, Rules};
use crate::sla;
use crate::store::{Db, HandoffRow, NewEffect};

/// A task needs a due date; without an SLA it is due within a day.
const DUE_WITHOUT_SLA: TimeDelta = TimeDelta::days(1);

/// An assignment about to be written down.
pub(crate) struct Planned<'a> {
    pub handoff: &'a HandoffRow,
    pub rep: &'a Rep,
    pub round: u32,
    pub why: &'a str,
    pub facts: &'a Facts<'a>,
    pub link: Option<String>,
    /// Who is handed off together with it.
    pub together_with: &'a [Untrusted],
}

/// The policy that was frozen when the handoff started.
pub(crate) fn frozen_sla(handoff: &HandoffRow) -> Result<Option<Sla>> {
    Ok(handoff.sla.as_deref().map(serde_json::from_str).transpose()?)
}

/// The rep's calendar, to be frozen with the assignment when an SLA is counted on it.
pub(crate) fn calendar(handoff: &HandoffRow, rep: &Rep) -> Result<Option<String>> {
    let is_counted = handoff.sla.is_some();
    Ok(is_counted.then(|| serde_json::to_string(&rep.hours)).transpose()?)
}

/// Times of the SLA for this rep from now on.
pub(crate) fn timeline(
    handoff: &HandoffRow,
    rep: &Rep,
    now: Timestamp,
) -> Result<Option<(sla::Plan, TimeDelta)>> {
    let Some(policy) = frozen_sla(handoff)? else {
        return Ok(None);
    };
    Ok(sla::plan(&policy, &rep.hours, now).map(|plan| (plan, policy.respond_within)))
}

/// Plans the owner change, the task and the message (for a later round: a reply in the first one's thread), in this order.
pub(crate) fn effects(
    context: &Context<'_>,
    db: Db<'_>,
    planned: &Planned<'_>,
    due: Option<(Timestamp, TimeDelta)>,
) -> Result<()> {
    let Context { rules, now, .. } = context;
    let Planned { handoff, rep, round, .. } = planned;
    let mut brief = brief(&Subject {
        rules,
        facts: planned.facts,
        tier: &handoff.tier,
        priority: &handoff.priority,
        why: &handoff.why,
        timezone: rep.hours.timezone,
        due,
        assignment: planned.why,
        link: planned.link.clone(),
    });
    name_all(&mut brief, planned.together_with);
    let contact = handoff.crm_id.clone();
    let mention = Mention { email: rep.email.clone(), name: rep.name.clone() };
    let update = Write::Update(Update {
        contact: contact.clone(),
        owner: Some(rep.email.clone()),
        set: outcome_writes(rules, OutcomeEvent::HandedOff),
    });
    let task = Write::Task(Task {
        contact: contact.clone(),
        owner: rep.email.clone(),
        due: due.map_or(*now + DUE_WITHOUT_SLA, |(due, _)| due),
        priority: handoff.priority.clone(),
        brief: brief.clone(),
    });
    let thread = db.thread(handoff.id)?;
    let holder = thread.as_ref().map_or(handoff.id, |(holder, ..)| *holder);
    let alert = match thread {
        None => Write::Message(Message { contact, mention, brief }),
        Some((_, thread, _)) => {
            let respond = due.map(|(due, within)| due_text(due, within, rep.hours.timezone));
            let respond = respond.map(|due| format!(". Respond by {due}")).unwrap_or_default();
            let text = format!("Now yours: {}{respond}", planned.why);
            Write::Reply(Reply {
                contact,
                thread,
                mention: Some(mention),
                channel: None,
                text: Untrusted::new(text),
                brief: Some(brief),
            })
        }
    };
    let mut writes = vec![
        (handoff.id, format!("{}u{round}", handoff.key), update),
        (handoff.id, format!("{}t{round}", handoff.key), task),
    ];
    if context.chat.is_some() {
        writes.push((holder, format!("{}m{round}", handoff.key), alert));
    }
    if mutant::is("no task") {
        writes.retain(|(.., write)| !matches!(write, Write::Task(_)));
    }
    for (holder, key, write) in &writes {
        db.plan_effect(&NewEffect { handoff: *holder, key: key.clone(), write }, *now)?;
    }
    Ok(())
}

/// What `[outcome.write]` hangs on an event, as CRM property -> value.
pub(crate) fn outcome_writes(rules: &Rules, event: OutcomeEvent) -> BTreeMap<String, String> {
    rules.outcome.write.get(&event).cloned().unwrap_or_default()
}

/// A follow-up to a handoff's message.
pub(crate) struct FollowUp {
    /// Of the key: what this follow-up is, so that it is sent once.
    pub suffix: String,
    pub mention: Option<Mention>,
    pub channel: Option<String>,
    pub text: String,
}

/// Plans a follow-up in the thread of the handoff's message; nothing where no message was posted.
pub(crate) fn follow_up(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    follow_up: FollowUp,
) -> Result<()> {
    let Some((holder, thread, _)) = db.thread(handoff.id)? else { return Ok(()) };
    let FollowUp { suffix, mention, channel, text } = follow_up;
    let (contact, text) = (handoff.crm_id.clone(), Untrusted::new(text));
    let write = Write::Reply(Reply { contact, thread, mention, channel, text, brief: None });
    let key = format!("{}{suffix}", handoff.key);
    db.plan_effect(&NewEffect { handoff: holder, key, write: &write }, context.now)
}

/// Plans that the handoff's message shows its state; nothing where no message was posted.
pub(crate) fn mark(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    suffix: &str,
    state: String,
) -> Result<()> {
    let shows_state = context.chat.as_ref().is_some_and(|chat| chat.state);
    let Some((holder, thread, Write::Message(message))) = db.thread(handoff.id)?.filter(|_| shows_state)
    else {
        return Ok(());
    };
    let (contact, state) = (handoff.crm_id.clone(), Untrusted::new(state));
    let write = Write::Mark(Mark { contact, thread, state, brief: message.brief });
    let key = format!("{}{suffix}", handoff.key);
    db.plan_effect(&NewEffect { handoff: holder, key, write: &write }, context.now)
}

/// The name and e-mail for a mention: a rep's own name, or the e-mail itself.
pub(crate) fn mention(rules: &Rules, email: &str) -> Mention {
    let rep = rules.reps.iter().find(|rep| rep.email.eq_ignore_ascii_case(email));
    Mention { email: email.to_owned(), name: rep.map_or_else(|| email.to_owned(), |rep| rep.name.clone()) }
}

/// Whom a handoff is about, for lines in reports and replies.
pub(crate) fn who<'a>(rules: &'a Rules, facts: &'a Facts<'a>) -> Who<'a> {
    Who { rules, contact: facts.contact }
}
