//! Parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use handoff::cli::{Cli, parse_time};
use handoff::commands::{ExitStatus, Time, dispatch};
use handoff::output::{Printer, crash};

#[expect(clippy::disallowed_methods, reason = "the environment and the clock are read here and nowhere else")]
fn main() -> ExitCode {
    crash::contain();
    let cli = Cli::parse();
    let mut printer =
        Printer::new(&cli.global, std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()));
    let time = match std::env::var("HANDOFF_NOW") {
        Ok(text) => parse_time(&text).map(|now| Time { now, real: Some(chrono::Utc::now()) }),
        Err(_) => Ok(Time { now: chrono::Utc::now(), real: None }),
    };
    let outcome = match time {
        Ok(time) => dispatch(&cli, time, &mut printer),
        Err(why) => {
            printer.error(&format!("HANDOFF_NOW: {why}"));
            Ok(ExitStatus::Refused)
        }
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            printer.error(&format!("{error:#}"));
            ExitStatus::Refused.into()
        }
    }
}
