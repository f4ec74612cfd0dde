//! What follows from an assignment and from what became of it: writes to the CRM and the chat, recorded before they are sent.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::TimeDelta;

use super::case::Case;
use super::words::{self, Subject};
use crate::model::{Mark, Mention, Message, Rep, Reply, Task, Timestamp, Untrusted, Update, Write};
use crate::mutant;
use crate::rules::{OutcomeEvent, Rules};

/// A task needs a due date; without an SLA it is due within a day.
const DUE_WITHOUT_SLA: TimeDelta = TimeDelta::days(1);

/// An assignment as its rep is told of it.
pub(super) struct Announcement<'a> {
    pub rep: &'a Rep,
    pub round: u32,
    pub why: &'a str,
    /// The due time, and the time that the SLA gives.
    pub due: Option<(Timestamp, TimeDelta)>,
    pub link: Option<String>,
    /// Who is handed off together with it.
    pub together_with: &'a [Untrusted],
}

/// A follow-up to a handoff's message.
pub(super) struct FollowUp {
    /// Of the key: what this follow-up is, so that it is sent once.
    pub suffix: String,
    pub mention: Option<Mention>,
    pub channel: Option<String>,
    pub text: String,
}

impl Case<'_> {
    /// Plans the owner change, the task and the message (for a later round: a reply in the first one's thread), in this order.
    pub(super) fn announce(&self, announcement: &Announcement<'_>) -> Result<()> {
        let Announcement { rep, round, why, due, link, together_with } = announcement;
        let handoff = &self.handoff;
        let mut brief = words::brief(&Subject {
            rules: self.rules(),
            facts: &self.facts(),
            tier: &handoff.tier,
            priority: &handoff.priority,
            why: &handoff.why,
            timezone: rep.hours.timezone,
            due: *due,
            assignment: why,
            link: link.clone(),
        });
        words::name_companions(&mut brief, together_with);
        let task = Write::Task(Task {
            contact: handoff.crm_id.clone(),
            owner: rep.email.clone(),
            due: due.map_or(self.now() + DUE_WITHOUT_SLA, |(due, _)| due),
            priority: handoff.priority.clone(),
            brief: brief.clone(),
        });
        self.plan_owner(rep, *round)?;
        if !mutant::is("no task") {
            self.plan(&format!("t{round}"), &task)?;
        }
        if self.context.chat.is_none() {
            return Ok(());
        }
        let (contact, mention) = (handoff.crm_id.clone(), mention_of(rep));
        let (holder, alert) = match self.db.thread(handoff.id)? {
            None => (handoff.id, Write::Message(Message { contact, mention, brief })),
            Some((holder, thread, _)) => {
                let text = Untrusted::new(words::now_yours(why, *due, rep.hours.timezone));
                let (mention, brief) = (Some(mention), Some(brief));
                (holder, Write::Reply(Reply { contact, thread, mention, channel: None, text, brief }))
            }
        };
        self.plan_for(holder, &format!("m{round}"), &alert)
    }

    /// Plans that the rep becomes the contact's owner in the CRM.
    pub(super) fn plan_owner(&self, rep: &Rep, round: u32) -> Result<()> {
        let write = Write::Update(Update {
            contact: self.handoff.crm_id.clone(),
            owner: Some(rep.email.clone()),
            set: outcome_writes(self.rules(), OutcomeEvent::HandedOff),
        });
        self.plan(&format!("u{round}"), &write)
    }

    /// Plans what `[outcome.write]` hangs on an event.
    pub(super) fn write_back(&self, event: OutcomeEvent) -> Result<()> {
        let set = outcome_writes(self.rules(), event);
        if set.is_empty() {
            return Ok(());
        }
        let write = Write::Update(Update { contact: self.handoff.crm_id.clone(), owner: None, set });
        self.plan(&format!("w{}", event.name().replace('_', "")), &write)
    }

    /// Plans a follow-up in the thread of the handoff's message; nothing where no message was posted.
    pub(super) fn follow_up(&self, follow_up: FollowUp) -> Result<()> {
        let Some((holder, thread, _)) = self.db.thread(self.handoff.id)? else { return Ok(()) };
        let FollowUp { suffix, mention, channel, text } = follow_up;
        let (contact, text) = (self.handoff.crm_id.clone(), Untrusted::new(text));
        let write = Write::Reply(Reply { contact, thread, mention, channel, text, brief: None });
        self.plan_for(holder, &suffix, &write)
    }

    /// Plans that the handoff's message shows its state; nothing where no message was posted.
    pub(super) fn show_state(&self, suffix: &str, state: String) -> Result<()> {
        let shows_state = self.context.chat.is_some_and(|chat| chat.state);
        let thread = self.db.thread(self.handoff.id)?.filter(|_| shows_state);
        let Some((holder, thread, Write::Message(message))) = thread else { return Ok(()) };
        let (contact, state) = (self.handoff.crm_id.clone(), Untrusted::new(state));
        let write = Write::Mark(Mark { contact, thread, state, brief: message.brief });
        self.plan_for(holder, suffix, &write)
    }
}

/// What `[outcome.write]` hangs on an event, as CRM property -> value.
fn outcome_writes(rules: &Rules, event: OutcomeEvent) -> BTreeMap<String, String> {
    rules.outcome.write.get(&event).cloned().unwrap_or_default()
}

fn mention_of(rep: &Rep) -> Mention {
    Mention { email: rep.email.clone(), name: rep.name.clone() }
}

/// The name and e-mail for a mention: a rep's own name, or the e-mail itself.
pub(super) fn mention(rules: &Rules, email: &str) -> Mention {
    let rep = rules.reps.iter().find(|rep| rep.email.eq_ignore_ascii_case(email));
    rep.map_or_else(
        || Mention { email: email.to_owned(), name: email.to_owned() },
        |rep| Mention { email: email.to_owned(), name: rep.name.clone() },
    )
}
