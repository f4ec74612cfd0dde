//! The only place that prints.

use std::io::{IsTerminal as _, Write as _};

use super::Printable;
use crate::cli::{Color, Global, LogFormat};

/// Writes data to stdout and talk to stderr, as the flags ask.
#[derive(Debug)]
pub struct Printer {
    is_quiet: bool,
    verbosity: u8,
    log_format: LogFormat,
    data: Stream,
    talk: Stream,
}

/// What is known of stdout or stderr.
#[derive(Clone, Copy, Debug)]
struct Stream {
    is_terminal: bool,
    takes_colour: bool,
}

impl Stream {
    fn new(is_terminal: bool, color: Color, no_color: bool) -> Self {
        let takes_colour = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !no_color,
        };
        Self { is_terminal, takes_colour }
    }
}

impl Printer {
    /// `no_color` is whether `NO_COLOR` is set.
    pub fn new(global: &Global, no_color: bool) -> Self {
        Self {
            is_quiet: global.quiet,
            verbosity: global.verbose,
            log_format: global.log_format,
            data: Stream::new(std::io::stdout().is_terminal(), global.color, no_color),
            talk: Stream::new(std::io::stderr().is_terminal(), global.color, no_color),
        }
    }

    /// Shows nothing of what is quiet at will.
    pub fn silent() -> Self {
        let stream = Stream::new(false, Color::Never, true);
        Self { is_quiet: true, verbosity: 0, log_format: LogFormat::Text, data: stream, talk: stream }
    }

    pub fn is_verbose(&self) -> bool {
        self.verbosity > 0
    }

    pub fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    pub fn colours_talk(&self) -> bool {
        self.talk.takes_colour && self.log_format == LogFormat::Text
    }

    pub fn colours_data(&self) -> bool {
        self.data.takes_colour
    }

    pub fn data_is_terminal(&self) -> bool {
        self.data.is_terminal
    }

    pub fn talk_is_terminal(&self) -> bool {
        self.talk.is_terminal
    }

    pub fn shows_progress(&self) -> bool {
        self.talk.is_terminal && !self.is_quiet && self.log_format == LogFormat::Text
    }

    /// Data for whoever reads stdout. A reader that went away wants no more of it, so that is no error.
    pub fn data(&mut self, text: &Printable) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", text.as_str()).and_then(|()| out.flush()).ok();
    }

    pub fn error(&mut self, text: &str) {
        self.log("error", text);
    }

    pub fn warn(&mut self, text: &str) {
        if !self.is_quiet {
            self.log("warning", text);
        }
    }

    /// For those who asked for more with `-v`.
    pub fn note(&mut self, text: &str) {
        if self.is_verbose() {
            self.log("note", text);
        }
    }

    /// Text that is laid out already.
    pub fn talk(&mut self, text: &Printable) {
        match self.log_format {
            LogFormat::Text => writeln!(std::io::stderr().lock(), "{}", text.as_str()).ok(),
            LogFormat::Json => json("error", text),
        };
    }

    /// One event, one line: nothing in a text can forge a second event.
    fn log(&mut self, level: &str, text: &str) {
        let text = Printable::line(text);
        match self.log_format {
            LogFormat::Text => writeln!(std::io::stderr().lock(), "{level}: {}", text.as_str()).ok(),
            LogFormat::Json => json(level, &text),
        };
    }
}

fn json(level: &str, text: &Printable) -> Option<()> {
    let line = serde_json::json!({ "level": level, "message": text.as_str() });
    writeln!(std::io::stderr().lock(), "{line}").ok()
}
