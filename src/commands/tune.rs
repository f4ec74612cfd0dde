//! Proposes thresholds for a goal and prints the change as a diff; nothing is written.

use anyhow::{Result, bail};
use serde_json::json;

use super::backtest::dates;
use super::{ExitStatus, Time, load_rules, store_path};
use crate::backtest::is_yes;
use crate::cli::{Format, Global, TuneArgs};
use crate::history::History;
use crate::model::Kind;
use crate::output::{Printable, Printer, patch, tune as output};
use crate::rules::Source;
use crate::tune::{Goal, Sample, Samples, edits, knobs, tune};

pub(super) fn command(
    global: &Global,
    args: &TuneArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    if knobs(&rules).is_empty() {
        bail!("no tier has a threshold (`at_least`, `at_most`, `above`, `below`), and [icp] no minimum_fit");
    }
    let mut history = History::open(&store_path(global), args.history.file.as_deref(), &rules)?;
    history.missing(&rules)?.iter().for_each(|warning| printer.warn(warning));
    let outcome = args.history.outcome.as_deref();
    let outcome = outcome.map(|name| history.require(name, Kind::Text)).transpose()?;
    let dates = dates(args.history.date.as_deref(), &mut history)?;
    let changed = history.find("modified_at")?;
    let mut samples = Samples::default();
    history.read(None, &mut |contact, _| {
        samples.push(|| {
            let date = dates.iter().find_map(|field| contact.value(*field).as_time());
            let changed = changed.and_then(|field| contact.value(field).as_time());
            let judged_at = global.at.or(changed).or(date).unwrap_or(time.now);
            let converted = outcome.is_some_and(|field| is_yes(contact.value(field)));
            Sample { contact, judged_at, date, converted }
        });
    })?;
    samples.sort();
    if args.leads_per_day.is_some() && !samples.is_dated() {
        bail!(
            "--leads-per-day needs dates, and this history has none: name a column with --date, or use --leads"
        );
    }
    let goal = Goal {
        leads: args.leads_per_day.or(args.leads),
        per_day: args.leads_per_day.is_some(),
        precision: args.precision,
        has_outcome: outcome.is_some(),
    };
    let tuned = tune(rules, &samples, goal);
    let source = Source::read(&global.rules)?;
    let edited = patch::edited(&source.text, &edits(&tuned.changes));
    let diff = patch::unified(&global.rules.display().to_string(), &source.text, &edited);
    match global.format {
        Some(Format::Json) => {
            let proposal = json!({ "proposal": tuned, "is_supported": tuned.claim.holds(), "diff": diff });
            printer.data(&Printable::json(&proposal)?);
        }
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            printer.data(&output::text(&tuned, &diff));
        }
    }
    Ok(if tuned.claim.holds() { ExitStatus::Done } else { ExitStatus::Unfinished })
}
