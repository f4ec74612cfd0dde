//! Mutes escalations of a segment for a while, ends that early, lists what is muted.

use std::time::Duration;

use anyhow::{Result, bail};

use super::{ExitStatus, Patience, Time, busy, load_rules, store_path};
use crate::cli::{Format, Global, SilenceArgs};
use crate::handoff::silence::{Listed, listed};
use crate::model::{Timestamp, one_line};
use crate::output::silence::text;
use crate::output::{Printable, Printer, findings};
use crate::rules::{Rules, segment, segment_source};
use crate::store::{NewSilence, Store};

/// Somebody waits for the answer: a run that holds the database is given this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer is no name, no reason and no condition that anybody reads in a list.
const NAME_CHARS_MAX: usize = 80;
const REASON_CHARS_MAX: usize = 200;
const CONDITION_BYTES_MAX: usize = 2_000;

pub(super) fn command(
    global: &Global,
    args: &SilenceArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    let path = store_path(global);
    if args.only_looks() {
        let listed = listed(path.open_existing()?.read(), &rules, time.now)?;
        print(global, &listed, printer)?;
        return Ok(ExitStatus::Done);
    }
    let Some(author) = args.by.as_deref().map(|by| one_line(by, NAME_CHARS_MAX)).filter(|by| !by.is_empty())
    else {
        printer.error("nobody says so: give a name with --by");
        return Ok(ExitStatus::Refused);
    };
    let wanted = match &args.when {
        Some(condition) => match Wanted::read(args, condition, &author, &rules, time.now, printer)? {
            Some(wanted) => Some(wanted),
            None => return Ok(ExitStatus::Refused),
        },
        None => None,
    };
    if !path.exists() {
        bail!("there is no database {}; `handoff run` makes it", path.as_path().display());
    }
    let Some(store) = path.open_alone(global.dry_run, PATIENCE)? else {
        return Ok(busy(printer, "silence", Patience::Seconds));
    };
    match (wanted, args.end) {
        (Some(wanted), _) => wanted.begin(&store, &rules, global, time, printer),
        (None, id) => end(&store, id.unwrap_or_default(), &author, time.now, printer),
    }
}

/// A silence that can begin.
struct Wanted {
    condition: String,
    reason: String,
    author: String,
    until: Timestamp,
}

impl Wanted {
    /// `None`: something is wrong, and it has been said.
    fn read(
        args: &SilenceArgs,
        condition: &str,
        author: &str,
        rules: &Rules,
        now: Timestamp,
        printer: &mut Printer,
    ) -> Result<Option<Self>> {
        let until = args.until.unwrap_or(now);
        let reason = one_line(args.reason.as_deref().unwrap_or_default(), REASON_CHARS_MAX);
        let mut is_good = true;
        if condition.len() > CONDITION_BYTES_MAX {
            bail!(
                "--when is longer than {CONDITION_BYTES_MAX} bytes; put the values into a list of the definition"
            );
        }
        let source = segment_source("--when", condition);
        let (compiled, found) = segment(&source, rules);
        if compiled.is_none() {
            printer.talk(&findings::shown(found.as_slice(), &source, printer.colours_talk()));
            is_good = false;
        }
        if until <= now {
            let (until, now) = (until.format("%Y-%m-%d %H:%M UTC"), now.format("%Y-%m-%d %H:%M UTC"));
            printer.error(&format!("--until is {until}, which is past: it is {now}"));
            is_good = false;
        }
        if reason.is_empty() {
            printer.error("--reason is empty: say why, for those who wonder");
            is_good = false;
        }
        let wanted =
            Self { condition: condition.trim().to_owned(), reason, author: author.to_owned(), until };
        Ok(is_good.then_some(wanted))
    }

    fn begin(
        &self,
        store: &Store,
        rules: &Rules,
        global: &Global,
        time: Time,
        printer: &mut Printer,
    ) -> Result<ExitStatus> {
        let Self { condition, reason, author, until } = self;
        let new = NewSilence { condition, reason, author, from: time.now, until: *until };
        let id = store.write(|db| db.add_silence(&new))?;
        let mut listed = listed(store.read(), rules, time.now)?;
        listed.retain(|silence| silence.id == id);
        print(global, &listed, printer)?;
        Ok(ExitStatus::Done)
    }
}

fn end(store: &Store, id: i64, author: &str, now: Timestamp, printer: &mut Printer) -> Result<ExitStatus> {
    if !store.write(|db| db.end_silence(id, author, now))? {
        printer.error(&format!("no silence {id} is in force; `handoff silence` lists those that are"));
        return Ok(ExitStatus::Refused);
    }
    printer.note(&format!("silence {id} is over"));
    Ok(ExitStatus::Done)
}

fn print(global: &Global, listed: &[Listed], printer: &mut Printer) -> Result<()> {
    let shown = match global.format {
        Some(Format::Json) => Printable::json(listed)?,
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            text(listed)
        }
    };
    printer.data(&shown);
    Ok(())
}
