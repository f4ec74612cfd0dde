//! Replays a definition over history, alone or beside another one.

use anyhow::{Context as _, Result, bail};

use super::{ExitStatus, Time, load_rules, store_path};
use crate::backtest::{self, Questions, Replay, Replayed, Wanted, capacity, prepare, rehearse};
use crate::cli::{BacktestArgs, Format, Global};
use crate::history::History;
use crate::model::{FieldId, Kind};
use crate::output::{Printable, Printer, backtest as output};
use crate::rules::{Operand, Rules};
use crate::stats::float;

pub(super) fn command(
    global: &Global,
    args: &BacktestArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(mut rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    let against = match &args.against {
        Some(path) => {
            let global = Global { rules: path.clone(), db: global.db.clone(), ..*global };
            let Some(old) = load_rules(&global, time.now, printer)? else {
                return Ok(ExitStatus::Refused);
            };
            Some(old)
        }
        None => None,
    };
    let mut history = History::open(&store_path(global), args.history.file.as_deref(), &rules)?;
    history.missing(&rules)?.iter().for_each(|warning| printer.warn(warning));
    let (questions, by) = questions(global, args, time, &rules, &mut history)?;
    let mut replay = Replay::new(&rules, against.as_ref(), questions);
    let read = history.read(against.as_ref(), &mut |contact, old| replay.see(&contact, old.as_ref()))?;
    let replayed = replay.finish();
    let mut report = report(&mut rules, replayed, args, by.as_deref())?;
    report.set_aside = read.set_aside;
    if let Some(path) = &args.csv {
        let shown = || format!("cannot write {}", path.display());
        std::fs::write(path, output::csv(&report).with_context(shown)?).with_context(shown)?;
    }
    match global.format {
        Some(Format::Json) => printer.data(&Printable::json(&report)?),
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            printer.data(&output::text(&report));
        }
    }
    Ok(ExitStatus::Done)
}

fn report(
    rules: &mut Rules,
    replayed: Replayed,
    args: &BacktestArgs,
    by: Option<&str>,
) -> Result<backtest::Report> {
    let is_dated = replayed.cases.iter().any(|case| case.date.is_some());
    prepare(rules, is_dated);
    let routed = rehearse(rules, &replayed.leads, is_dated);
    let wanted = Wanted { has_outcome: args.history.outcome.is_some(), by, sweep: args.sweep.as_deref() };
    let mut report = backtest::report(rules, replayed, routed, wanted);
    if args.capacity {
        let Some(span) = report.span else {
            bail!(
                "--capacity compares leads a week, and this history has no dates; name a column with --date"
            );
        };
        report.capacity = Some(capacity(rules, &report.routed, float(span.days)));
    }
    Ok(report)
}

/// What the flags ask of history, and the name of the field that it is split by.
fn questions(
    global: &Global,
    args: &BacktestArgs,
    time: Time,
    rules: &Rules,
    history: &mut History,
) -> Result<(Questions, Option<String>)> {
    let outcome = args.history.outcome.as_deref();
    let outcome = outcome.map(|name| history.require(name, Kind::Text)).transpose()?;
    let dates = dates(args.history.date.as_deref(), history)?;
    let changed = history.find("modified_at")?;
    let by = match &args.by {
        Some(name) => Some((history.require(name, Kind::Text)?, name.clone())),
        None => history.find("source")?.map(|id| (id, "source".to_owned())),
    };
    let sweep = args.sweep.as_deref().map(|name| operand(name, rules, history)).transpose()?;
    let questions = Questions {
        outcome,
        dates,
        changed,
        at: global.at,
        now: time.now,
        by: by.as_ref().map(|(id, _)| *id),
        sweep,
        listed: args.list,
    };
    Ok((questions, by.map(|(_, name)| name)))
}

/// When a contact counts: the field that a flag names, else when it was made, else when it last changed.
pub(super) fn dates(named: Option<&str>, history: &mut History) -> Result<Vec<FieldId>> {
    if let Some(name) = named {
        return Ok(vec![history.require(name, Kind::DateTime)?]);
    }
    let standard = [history.find("created_at")?, history.find("modified_at")?];
    Ok(standard.into_iter().flatten().collect())
}

/// The number that is swept. A score or fit that the rules compute is no column.
fn operand(name: &str, rules: &Rules, history: &mut History) -> Result<Operand> {
    match name {
        "score" if rules.score.is_some() => Ok(Operand::Score),
        "fit" if rules.icp.points.is_some() => Ok(Operand::Fit),
        _ => Ok(match (history.require(name, Kind::Number)?, name) {
            (_, "score") => Operand::Score,
            (_, "fit") => Operand::Fit,
            (field, _) => Operand::Field(field),
        }),
    }
}
