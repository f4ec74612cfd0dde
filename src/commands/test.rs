//! Runs the definition's own examples, those in rules.toml and those in separate files.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{ExitStatus, Time, load_rules};
use crate::cli::{Format, Global, TestArgs};
use crate::examples::{Checked, Coverage, Mismatch, Mutant, check, mutants};
use crate::output::{Printable, Printer, findings, junit, table};
use crate::rules::{EXAMPLE_FAILS, Example, Finding, Findings, Rules, Source, load_examples};

pub(super) fn command(
    global: &Global,
    args: &TestArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(rules) = load_rules(global, time.now, printer)? else { return Ok(ExitStatus::Refused) };
    let Some(separate) = read_files(args, &rules, printer)? else { return Ok(ExitStatus::Refused) };
    let wanted = |example: &&Example| args.filter.as_deref().is_none_or(|text| example.name.contains(text));
    let examples: Vec<&Example> = rules.examples.iter().chain(&separate).filter(wanted).collect();
    let mut coverage = Coverage::new(&rules);
    let checked: Vec<Checked<'_>> =
        examples.iter().map(|example| check(&rules, example, &mut coverage)).collect();
    let mutants = if args.mutants { mutants(&rules, &examples) } else { Vec::new() };
    if let Some(path) = &args.junit {
        let report = junit::report(&checked);
        std::fs::write(path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let text = if global.format == Some(Format::Json) {
        Printable::json(&as_json(&checked, &coverage, &mutants))?
    } else {
        as_text(&checked, args, &coverage, &mutants)
    };
    printer.data(&text);
    let percent = coverage.percent();
    let lacking = args.min_coverage.filter(|least| percent < *least);
    if let Some(least) = lacking {
        printer.error(&format!("the examples cover {percent} % of the definition, less than {least} %"));
    }
    let is_good = checked.iter().all(Checked::passes) && lacking.is_none();
    Ok(if is_good { ExitStatus::Done } else { ExitStatus::Unfinished })
}

/// The examples of separate files; `None` when one of them is broken, and it has been said.
fn read_files(args: &TestArgs, rules: &Rules, printer: &mut Printer) -> Result<Option<Vec<Example>>> {
    let mut examples = Vec::new();
    let mut is_broken = false;
    for path in &args.files {
        let source = Source::read(path)?;
        let (read, found) = load_examples(&source, rules);
        if !found.as_slice().is_empty() {
            printer.talk(&findings::shown(found.as_slice(), &source, printer.colours_talk()));
        }
        is_broken |= found.has_errors();
        examples.extend(read);
    }
    Ok((!is_broken).then_some(examples))
}

/// Notes every example that fails, at its place in the file.
pub(super) fn check_examples(rules: &Rules, findings: &mut Findings) {
    let mut ignored = Coverage::new(rules);
    for example in &rules.examples {
        for Mismatch { what, expected, got } in check(rules, example, &mut ignored).mismatches {
            let message = format!("example '{}': {what} should be '{expected}' but is '{got}'", example.name);
            let finding = Finding::error(EXAMPLE_FAILS, example.span.clone(), message);
            findings.add(finding.help("`handoff test` shows the conditions that decided"));
        }
    }
}

fn as_text(checked: &[Checked<'_>], args: &TestArgs, coverage: &Coverage, mutants: &[Mutant]) -> Printable {
    let mark = |is: bool| if is { "✓" } else { "✗" };
    let mut lines = Vec::new();
    for Checked { example, mismatches, trace } in checked {
        lines.push(format!("{} {}", mark(mismatches.is_empty()), example.name));
        for Mismatch { what, expected, got } in mismatches {
            lines.push(format!("    {what}: expected '{expected}', got '{got}'"));
        }
        lines.extend(trace.iter().map(|line| format!("    {line}")));
    }
    let mut text = Printable::lines(lines);
    let mut lines = Vec::new();
    if args.coverage || args.min_coverage.is_some() {
        let rows = coverage.parts().map(|part| {
            let missed = part.missed.map(mark).unwrap_or_default();
            [part.name.clone(), mark(part.reached).to_owned(), missed.to_owned()]
        });
        text =
            text.above(&Printable::laid_out(&table(&["Part of the definition", "Reached", "Missed"], rows)));
        lines.push(format!("coverage: {} %", coverage.percent()));
    }
    if args.mutants {
        lines.extend(mutant_lines(mutants));
    }
    let failed = checked.iter().filter(|checked| !checked.passes()).count();
    lines.push(format!("{} passed, {failed} failed", checked.len() - failed));
    text.above(&Printable::lines(lines))
}

/// Only what no example notices: that is what somebody has to look at.
fn mutant_lines(mutants: &[Mutant]) -> Vec<String> {
    let missed = mutants.iter().filter(|mutant| !mutant.noticed);
    let mut lines: Vec<String> =
        missed.map(|mutant| format!("no example notices: {}: {}", mutant.place, mutant.change)).collect();
    let noticed = mutants.len() - lines.len();
    lines.push(format!("{noticed} of {} changes are noticed by an example", mutants.len()));
    lines
}

fn as_json(checked: &[Checked<'_>], coverage: &Coverage, mutants: &[Mutant]) -> Value {
    let examples = checked.iter().map(|Checked { example, mismatches, trace }| {
        let mismatches = mismatches
            .iter()
            .map(|Mismatch { what, expected, got }| json!({ "what": what, "expected": expected, "got": got }));
        let mismatches: Vec<Value> = mismatches.collect();
        json!({ "name": example.name, "passed": mismatches.is_empty(), "mismatches": mismatches, "trace": trace })
    });
    let parts = coverage
        .parts()
        .map(|part| json!({ "part": part.name, "reached": part.reached, "missed": part.missed }));
    let mutants = mutants
        .iter()
        .map(|mutant| json!({ "place": mutant.place, "change": mutant.change, "noticed": mutant.noticed }));
    json!({
        "examples": examples.collect::<Vec<_>>(), "coverage_percent": coverage.percent(),
        "coverage": parts.collect::<Vec<_>>(), "mutants": mutants.collect::<Vec<_>>(),
    })
}
