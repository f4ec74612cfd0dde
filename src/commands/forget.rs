//! Erases a person, and says what is left for somebody to delete elsewhere.

use std::time::Duration;

use anyhow::Result;

use super::{Outcome, Patience, Time, busy, load_rules, store_path};
use crate::cli::{ForgetArgs, Format, Global};
use crate::model::{EffectKind, one_line};
use crate::output::forget::{self as output, Forgotten, Remainder};
use crate::output::{Printable, Printer};
use crate::rules::Rules;
use crate::store::{Db, Erasure, Layouts, Sent, lock};

/// Somebody waits for the answer: a run that holds the database is given this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What says who it is. Whatever else was read of the contact goes with its record.
const NAMING: [&str; 4] = ["email", "first_name", "last_name", "phone"];

pub(super) fn command(
    global: &Global,
    args: &ForgetArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(Outcome::Refused);
    };
    let path = store_path(global);
    if !path.exists() {
        return Ok(unknown(&args.email, printer));
    }
    let Some(_lock) = lock(&path, PATIENCE)? else {
        return Ok(busy(printer, "forget", Patience::Seconds));
    };
    let store = if global.dry_run { path.open_dry() } else { path.open_to_change() }?;
    let layouts = Layouts::new(rules.fields.all());
    let contacts = find(store.read(), &args.email, &layouts)?;
    let mut forgotten = Vec::with_capacity(contacts.len());
    store.write(|db| {
        for contact in &contacts {
            forgotten.push(forget(db, &rules, *contact, &args.email, &layouts, time)?);
        }
        Ok(())
    })?;
    if !global.dry_run {
        store.rewrite_erased()?;
    }
    if forgotten.is_empty() {
        return Ok(unknown(&args.email, printer));
    }
    let text = match global.format {
        Some(Format::Json) => Printable::json(&forgotten)?,
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus) | None => {
            output::text(&forgotten, global.dry_run)
        }
    };
    printer.data(&text);
    Ok(Outcome::Done)
}

fn unknown(wanted: &str, printer: &mut Printer) -> Outcome {
    let shown = one_line(wanted, 80);
    printer.error(&format!(
        "no contact has the e-mail or id '{shown}': it was never read, or it is forgotten already; \
         what `handoff forget` erased can be asked for by the contact's id"
    ));
    Outcome::Unfinished
}

/// By e-mail, several records may share one; else by the CRM's id.
fn find(db: Db<'_>, wanted: &str, layouts: &Layouts<'_>) -> Result<Vec<i64>> {
    let found = db.contacts_by_email(wanted, layouts)?;
    Ok(if found.is_empty() { db.contact_by_crm_id(wanted.trim())?.into_iter().collect() } else { found })
}

fn forget(
    db: Db<'_>,
    rules: &Rules,
    id: i64,
    wanted: &str,
    layouts: &Layouts<'_>,
    time: Time,
) -> Result<Forgotten> {
    let contact = db.contact(id, layouts)?.contact;
    let known = NAMING.iter().filter_map(|name| rules.fields.find(name));
    let named =
        known.filter_map(|field| contact.value(field).as_text().map(|text| text.as_written().to_owned()));
    let mut words: Vec<String> = named.collect();
    if wanted.contains('@') {
        words.push(wanted.to_owned());
    }
    let sent = db.sent_of(id)?;
    let cancelled = db.forget(Erasure { contact: id, words: &words, at: time.now })?;
    Ok(Forgotten {
        contact: contact.id.to_string(),
        handoffs: db.handoffs_of(id)?.len(),
        cancelled,
        remains: remains(rules, contact.id.as_str(), &sent),
    })
}

/// What people have to delete themselves: the record, and what was written about it.
fn remains(rules: &Rules, contact: &str, sent: &[Sent]) -> Vec<Remainder> {
    let crm = rules.crm.kind.as_str();
    let record = Remainder::new(crm, "contact", contact);
    let written = sent.iter().map(|sent| {
        let chat = rules.chat.as_ref().map_or("chat", |chat| chat.kind.as_str());
        let place = if sent.kind.is_crm() { crm } else { chat };
        match (&sent.remote_id, sent.kind) {
            (Some(id), kind) => Remainder::new(place, kind.name(), id),
            (None, kind) => {
                Remainder::new(place, &format!("perhaps {}", kind.name()), &format!("key {}", sent.key))
            }
        }
    });
    let lists_twice = |kind: EffectKind| kind == EffectKind::Mark;
    let written =
        written.zip(sent).filter(|(_, sent)| !lists_twice(sent.kind)).map(|(remainder, _)| remainder);
    std::iter::once(record).chain(written).collect()
}
