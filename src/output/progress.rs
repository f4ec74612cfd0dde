//! A progress bar on a terminal, and nothing anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printer;

/// How far a long read has come.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

/// The bar counts thousandths of the source.
const STEPS: u64 = 1_000;

/// Quick runs show no bar at all.
const REDRAW: Duration = Duration::from_millis(250);

impl Progress {
    pub fn new(printer: &Printer, what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(4));
        if !printer.shows_progress() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {percent}% {msg}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self { bar }
    }

    /// `share` is 0 to 1, when the source can tell.
    pub fn at(&mut self, share: Option<f64>, count: usize) {
        self.bar.set_message(format!("{count}"));
        if let Some(share) = share.filter(|_| self.bar.elapsed() > REDRAW) {
            self.bar.set_position(thousandths(share));
        }
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
fn thousandths(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1_000.0) as u64
}
