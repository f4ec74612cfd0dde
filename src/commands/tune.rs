//! Proposes thresholds for a goal and prints the change as a diff; nothing is written.

use anyhow::{Result, bail};
use serde_json::json;

use super::backtest::{lens, tell};
use super::check::check;
use super::{ExitStatus, Time, load_rules, store_path};
use crate::cli::{Format, Global, TuneArgs};
use crate::history::History;
use crate::output::{Printable, Printer, patch, tune as output};
use crate::rules::{Finding, Findings, Severity, Source};
use crate::tune::{Change, Goal, Sample, Samples, edits, knobs, tune};

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
    let mut lens = lens(global, &args.history, time, &mut history)?;
    let mut samples = Samples::default();
    history.read(None, &mut |contact, _| {
        let seen = lens.look(&contact);
        samples.push(Sample { contact, seen });
    })?;
    tell(&lens, printer)?;
    samples.sort();
    if args.leads_per_day.is_some() {
        match samples.days() {
            0 => bail!(
                "--leads-per-day needs dates, and this history has none: name a column with --date, or use --leads"
            ),
            1 => bail!("--leads-per-day needs more than one day, and this history has no other: use --leads"),
            _ => {}
        }
    }
    let goal = Goal {
        leads: args.leads_per_day.or(args.leads),
        per_day: args.leads_per_day.is_some(),
        precision: args.precision,
        has_outcome: lens.has_outcome(),
    };
    let source = Source::read(&global.rules)?;
    let present = check(&source, false, time.now)?;
    if present.has_errors() {
        bail!("`handoff check` refuses {} as it is; mend that first", source.path.display());
    }
    let edited = |changes: &[Change]| patch::edited(&source.text, &edits(changes));
    let refusal = |changes: &[Change]| {
        let source = Source { text: edited(changes), ..source.clone() };
        check(&source, false, time.now)
            .map_or_else(|error| Some(format!("{error:#}")), |found| worse(&present, &found))
    };
    let tuned = tune(rules, &samples, goal, &refusal);
    let diff = patch::unified(&global.rules.display().to_string(), &source.text, &edited(&tuned.changes));
    let is_supported = tuned.claim.holds();
    match global.format {
        Some(Format::Json) => {
            let diff = is_supported.then_some(diff);
            printer.data(&Printable::json(
                &json!({ "proposal": tuned, "is_supported": is_supported, "diff": diff }),
            )?);
        }
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            printer.data(&output::text(&tuned, &diff));
        }
    }
    Ok(if is_supported { ExitStatus::Done } else { ExitStatus::Unfinished })
}

/// What `check` finds in a changed definition and does not in the present one.
fn worse(present: &Findings, found: &Findings) -> Option<String> {
    let serious = |found: &&Finding| found.severity >= Severity::Warning;
    let count = |findings: &Findings| findings.as_slice().iter().filter(serious).count();
    if !found.has_errors() && count(found) <= count(present) {
        return None;
    }
    let is_new = |found: &&Finding| !present.as_slice().iter().any(|known| known.message == found.message);
    let new = found.as_slice().iter().filter(serious).find(is_new);
    Some(new.map_or_else(String::new, |finding| format!("{} {}", finding.code, finding.message)))
}
