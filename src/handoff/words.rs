//! Every text that a rep or a manager receives: the brief of a handoff, its states, follow-ups and escalations. Another
//! language is another file like this one.
//!
//! The brief is one screen, most important first. What the CRM said is cleaned here, so that every channel has to escape only
//! for its own markup.

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::model::{
    Brief, BriefLine, COMPANIONS, ChannelWords, Contact, Field, Timestamp, Untrusted, Value, one_line,
};
use crate::qualify::{Facts, Part, PointsSeen, Seen, Sign, StepKind, Sum, Trace, sum_seen};
use crate::rules::{Operand, PointSheet, Rules, format_duration};

/// What a brief is made of.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub rules: &'a Rules,
    pub facts: &'a Facts<'a>,
    pub tier: &'a str,
    pub priority: &'a str,
    /// The conditions that held when the handoff started.
    pub why: &'a [String],
    /// The rep's zone.
    pub timezone: Tz,
    pub due: Option<(Timestamp, TimeDelta)>,
    /// Why it is this rep's.
    pub assignment: &'a str,
    pub link: Option<String>,
}

/// Longest text of one field in a brief.
const FIELD_CHARS_MAX: usize = 80;

/// Longest line: a screen has about eighty columns and a line may wrap twice.
const LINE_CHARS_MAX: usize = 240;

/// Writes the brief of a handoff.
pub(crate) fn brief(subject: &Subject<'_>) -> Brief {
    let who = Who { rules: subject.rules, contact: subject.facts.contact };
    let mut lines = Vec::new();
    let mut add = |label: &str, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            lines.push(BriefLine { label: label.to_owned(), text: cut(&text) });
        }
    };
    add("Why now", Some(subject.why.join("; ")));
    add("Respond by", subject.due.map(|(due, within)| due_text(due, within, subject.timezone)));
    add("Tier", Some(format!("{}, {} priority", subject.tier, subject.priority)));
    add("Score", sum_text(subject.facts.score, subject.rules.score.as_ref(), subject.facts));
    add("Fit", sum_text(subject.facts.fit, subject.rules.icp.points.as_ref(), subject.facts));
    add("Company", Some(who.company()));
    add("Recent", Some(who.recent(subject.facts.now)));
    add("Contact", Some(who.reach()));
    add("Yours because", Some(subject.assignment.to_owned()));
    Brief { title: cut(&format!("{}: {}", subject.tier, who.headline())), lines, link: subject.link.clone() }
}

fn cut(text: &str) -> Untrusted {
    Untrusted::new(one_line(text, LINE_CHARS_MAX))
}

/// `Mon 23 Nov 10:15 WET, within 15m`.
pub(crate) fn due_text(due: Timestamp, within: TimeDelta, zone: Tz) -> String {
    format!("{}, within {}", local(due, zone), format_duration(within))
}

/// A moment in somebody's zone: `Mon 23 Nov 10:15 WET`.
pub(crate) fn local(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %H:%M %Z").to_string()
}

/// What a channel says around all this.
pub(crate) const CHANNEL: ChannelWords = ChannelWords {
    untitled: "A lead",
    record: "Record",
    open_record: "Open the record",
    waiting_for: |name| format!("Waiting for {name}"),
    how_to_answer: |accept, reject| {
        format!("React with :{accept}: to accept, or with :{reject}: to reject and say why in the thread.")
    },
    more_lines: |count| format!("… and {count} more lines; see the record"),
};

/// Members of a group named in a message; of more, the number is said.
const NAMED_MAX: usize = 20;

/// Longest title that is still one line of a message.
const TITLE_CHARS_MAX: usize = 240;

/// Longest name in a sentence.
const NAME_CHARS_MAX: usize = 160;

/// Names everybody who is handed off together in what the rep reads.
pub(super) fn name_companions(brief: &mut Brief, names: &[Untrusted]) {
    if names.is_empty() {
        return;
    }
    let [together_with, and] = COMPANIONS;
    let title = brief.title.for_terminal(TITLE_CHARS_MAX);
    brief.title = Untrusted::new(format!("{title} and {} more", names.len()));
    let mut lines: Vec<BriefLine> = names
        .iter()
        .take(NAMED_MAX)
        .map(|name| BriefLine { label: together_with.to_owned(), text: name.clone() })
        .collect();
    if names.len() > NAMED_MAX {
        let text = Untrusted::new(format!("{} more", names.len() - NAMED_MAX));
        lines.push(BriefLine { label: and.to_owned(), text });
    }
    brief.lines.splice(0..0, lines);
}

/// To the next rep, in the thread of the first one's message.
pub(super) fn now_yours(why: &str, due: Option<(Timestamp, TimeDelta)>, zone: Tz) -> String {
    let respond = due.map(|(due, within)| format!(". Respond by {}", due_text(due, within, zone)));
    format!("Now yours: {why}{}", respond.unwrap_or_default())
}

/// `accepted by ana@acme.example (task completed)`: what a message shows of its handoff.
pub(super) fn state(word: &str, detail: &str) -> String {
    format!("{word} {detail}")
}

/// What a message shows after a step of the SLA.
pub(super) fn escalated(detail: &str) -> String {
    format!("escalated: {detail}")
}

/// How a handoff ended, in its thread.
pub(super) fn outcome(word: &str, detail: &str) -> String {
    let mut chars = word.chars();
    let capitalised: String =
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    format!("{capitalised} {detail}")
}

/// `by ana@acme.example: no budget (rejected in activity.csv:3)`.
pub(super) fn done_by(sign: &Sign) -> String {
    let by = sign.by.as_deref().map(|by| format!("by {by} ")).unwrap_or_default();
    let reason = sign.reason.as_deref().map(|reason| format!("because '{reason}' ")).unwrap_or_default();
    format!("{by}{reason}({})", sign.how)
}

/// Why a handoff that nobody ended is over.
pub(super) fn no_sign(span: TimeDelta, since: Timestamp) -> String {
    format!("nobody ended it; no sign for {}, since {}", format_duration(span), since.format("%Y-%m-%d"))
}

/// How late a handoff is.
#[derive(Clone, Debug)]
pub(super) struct Lateness {
    pub name: Untrusted,
    pub due: Option<Timestamp>,
    /// The rep's zone.
    pub zone: Tz,
    pub now: Timestamp,
    /// The rep acted once, and nothing has come of it.
    pub has_lapsed: bool,
}

impl Lateness {
    fn text(&self) -> String {
        let name = self.name.for_terminal(NAME_CHARS_MAX);
        let due = self.due.map(|due| {
            let verb = if due <= self.now { "was" } else { "is" };
            format!(", {verb} due {}", local(due, self.zone))
        });
        let what = if self.has_lapsed {
            format!("{name} was touched, and neither accepted nor rejected since")
        } else {
            format!("nobody has acted on {name}")
        };
        format!("{what}{}", due.unwrap_or_default())
    }

    pub(super) fn reminder(&self) -> String {
        format!("Reminder: {}", self.text())
    }

    pub(super) fn escalation(&self, owner: &str) -> String {
        format!("Escalation: {} (owner {owner})", self.text())
    }

    pub(super) fn nobody_is_left(&self, why: &str) -> String {
        format!("Nobody is left to take it ({why}): {}", self.text())
    }

    pub(super) fn back_to_the_pool(&self) -> String {
        format!("Back to the pool: {}", self.text())
    }

    pub(super) fn not_reassigned(&self, why: &str) -> String {
        format!("Not reassigned, as {why}: {}", self.text())
    }
}

/// `71 (Pricing twice +20, Webinar +11)`: the parts that earned something.
fn sum_text(sum: Sum, sheet: Option<&PointSheet>, facts: &Facts<'_>) -> Option<String> {
    let total = Seen::Sum(Sum::Known(sum.number()?)).shown();
    let parts: Vec<String> = sheet
        .map(|sheet| sum_seen(sheet, facts))
        .unwrap_or_default()
        .into_iter()
        .filter(|part| part.earned != 0.0)
        .map(|PointsSeen { points, earned, .. }| format!("{} {}", points.name, signed(earned)))
        .collect();
    Some(if parts.is_empty() { total } else { format!("{total} ({})", parts.join(", ")) })
}

fn signed(points: f64) -> String {
    let shown = Seen::Sum(Sum::Known(points)).shown();
    if points > 0.0 { format!("+{shown}") } else { shown }
}

/// The conditions that held in one part of a trace, with the values seen: `score at least 65 (seen 71)`.
pub(crate) fn held(trace: &Trace<'_>, part: &Part) -> Vec<String> {
    let leaves =
        trace.of(part).iter().filter(|step| step.answer.holds()).filter_map(|step| match step.kind {
            StepKind::Leaf { leaf, seen } => Some(format!("{} (seen {})", leaf.text, seen.shown())),
            StepKind::All | StepKind::Any | StepKind::Not => None,
        });
    leaves.collect()
}

/// The values that the conditions of one part saw where they held, without the conditions: `score 71`.
pub(crate) fn held_values(rules: &Rules, trace: &Trace<'_>, part: &Part) -> Vec<String> {
    let leaves =
        trace.of(part).iter().filter(|step| step.answer.holds()).filter_map(|step| match step.kind {
            StepKind::Leaf { leaf, seen } => Some((leaf.operand, seen)),
            StepKind::All | StepKind::Any | StepKind::Not => None,
        });
    let name = |operand| match operand {
        Operand::Field(field) => rules.fields.get(field).map_or("", Field::shown_name),
        Operand::Score => "score",
        Operand::Fit => "fit",
    };
    leaves.map(|(operand, seen)| format!("{} {}", name(operand), seen.shown())).collect()
}

/// Facts about the person and the company, by standard field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who<'a> {
    pub rules: &'a Rules,
    pub contact: &'a Contact,
}

impl Who<'_> {
    fn value(&self, field: &str) -> Option<&Value> {
        let value = self.contact.value(self.rules.fields.find(field)?);
        (!matches!(value, Value::Missing | Value::Unreadable(_))).then_some(value)
    }

    fn shown(&self, field: &str) -> Option<String> {
        let value = self.value(field)?;
        Some(value.as_text().map_or_else(|| value.shown(), |text| text.shown(FIELD_CHARS_MAX)))
    }

    /// First and last name, else the e-mail, else the id.
    pub(crate) fn name(&self) -> Untrusted {
        Untrusted::new(self.shown_name())
    }

    fn shown_name(&self) -> String {
        let parts: Vec<String> =
            ["first_name", "last_name"].iter().filter_map(|field| self.shown(field)).collect();
        if !parts.is_empty() {
            return parts.join(" ");
        }
        self.shown("email").unwrap_or_else(|| self.contact.id.to_string())
    }

    /// The company's name, else its domain, else the e-mail's.
    pub(crate) fn company_name(&self) -> Option<Untrusted> {
        self.shown_company().map(Untrusted::new)
    }

    fn shown_company(&self) -> Option<String> {
        ["company.name", "company.domain", "email_domain"].iter().find_map(|field| self.shown(field))
    }

    /// The e-mail as the CRM has it, for finding the contact in activity.
    pub(crate) fn email(&self) -> Option<String> {
        self.value("email")?.as_text().map(|text| text.as_written().to_owned())
    }

    fn headline(&self) -> String {
        let title = self.shown("job_title").map(|title| format!(", {title}")).unwrap_or_default();
        let company = self.shown_company().map(|company| format!(" at {company}")).unwrap_or_default();
        format!("{}{title}{company}", self.shown_name())
    }

    fn company(&self) -> String {
        let employees = self.shown("company.employees").map(|count| format!("{count} employees"));
        let facts = [
            self.shown("company.name"),
            self.shown("company.industry"),
            employees,
            self.shown("company.country"),
            self.shown("company.domain"),
        ];
        facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn recent(&self, now: Timestamp) -> String {
        let ago = |field: &str, label: &str| -> Option<String> {
            let at = self.value(field)?.as_time()?;
            Some(format!("{label} {}", ago_text(at, now)))
        };
        let counted = |field: &str, label: &str| self.shown(field).map(|count| format!("{count} {label}"));
        let facts = [
            ago("last_visit_at", "last visit"),
            self.shown("last_form").map(|form| format!("form '{form}'")),
            counted("form_submissions", "forms"),
            counted("page_views", "page views"),
            self.shown("source").map(|source| format!("from {source}")),
        ];
        facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn reach(&self) -> String {
        let facts =
            ["email", "phone", "city", "country", "language"].iter().filter_map(|field| self.shown(field));
        facts.collect::<Vec<_>>().join(", ")
    }
}

/// `3h ago`, in the largest unit that is not zero.
fn ago_text(at: Timestamp, now: Timestamp) -> String {
    let age = now - at;
    if age < TimeDelta::zero() {
        return format!("on {}", at.format("%-d %b %Y"));
    }
    let (days, hours, minutes) = (age.num_days(), age.num_hours(), age.num_minutes());
    match (days, hours, minutes) {
        (0, 0, 0) => "just now".to_owned(),
        (0, 0, minutes) => format!("{minutes}m ago"),
        (0, hours, _) => format!("{hours}h ago"),
        (days, _, _) => format!("{days}d ago"),
    }
}
