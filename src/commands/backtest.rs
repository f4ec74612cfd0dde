//! Replays a definition over history, alone or beside another one.

use anyhow::{Context as _, Result, bail};

use super::{ExitStatus, Time, load_rules, store_path};
use crate::backtest::{
    self, AsOf, Column, Lens, Questions, Replay, Replayed, Wanted, capacity, prepare, rehearse,
};
use crate::cli::{BacktestArgs, Format, Global, HistoryArgs};
use crate::history::History;
use crate::model::Kind;
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
    tell(replay.lens(), printer)?;
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
    let lens = lens(global, &args.history, time, history)?;
    let by = match &args.by {
        Some(name) => Some((history.require(name, Kind::Text)?, name.clone())),
        None => history.find("source")?.map(|id| (id, "source".to_owned())),
    };
    let sweep = args.sweep.as_deref().map(|name| operand(name, rules, history)).transpose()?;
    let questions = Questions { lens, by: by.as_ref().map(|(id, _)| *id), sweep, listed: args.list };
    Ok((questions, by.map(|(_, name)| name)))
}

/// When a contact counts and what became of it. Without a flag it counts when it was made, else when it last changed.
pub(super) fn lens(global: &Global, args: &HistoryArgs, time: Time, history: &mut History) -> Result<Lens> {
    let outcome = args.outcome.as_deref();
    let outcome = outcome.map(|name| anyhow::Ok(Column::new(history.require(name, Kind::Text)?, name)));
    let outcome = outcome.transpose()?;
    let changed = history.find("modified_at")?;
    let dates = if let Some(name) = &args.date {
        vec![Column::new(history.require(name, Kind::DateTime)?, name)]
    } else {
        let created = history.find("created_at")?.map(|field| Column::new(field, "created_at"));
        created.into_iter().chain(changed.map(|field| Column::new(field, "modified_at"))).collect()
    };
    Ok(Lens::new(outcome, dates, args.date.is_some(), AsOf { changed, at: global.at, now: time.now }))
}

/// Says what could not be read of outcomes and dates, and refuses what is no outcome and no date.
pub(super) fn tell(lens: &Lens, printer: &mut Printer) -> Result<()> {
    lens.told().map_err(anyhow::Error::msg)?.iter().for_each(|warning| printer.warn(warning));
    Ok(())
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
