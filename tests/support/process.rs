//! Ways to run the binary that are no plain call: in the background, under a limit, until a signal ends it.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{MONDAY_10, Place, Ran};

/// The first sync of a scene hands off who qualifies already.
pub(crate) const RUN: &[&str] = &["run", "--include-existing"];

impl Place {
    /// The binary in this folder, ready to start.
    pub(crate) fn command(&self, now: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
        self.dress(&mut command, now);
        command.args(args);
        command
    }

    /// A shell in this folder in which `"$@"` is the binary with its arguments.
    pub(crate) fn shell(&self, script: &str, args: &[&str]) -> Ran {
        let mut command = Command::new("sh");
        self.dress(&mut command, MONDAY_10);
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_handoff")]).args(args);
        ran(command.output().expect("a shell"))
    }

    fn dress(&self, command: &mut Command, now: &str) {
        command.current_dir(self.path("")).env("HANDOFF_NOW", now).env_remove("NO_COLOR");
        command.stdin(Stdio::null());
    }

    /// Runs the binary on the Monday morning, however it ends.
    pub(crate) fn handoff(&self, args: &[&str]) -> Ran {
        self.handoff_at(MONDAY_10, args)
    }

    /// Runs the binary on the Monday morning; it must succeed.
    pub(crate) fn done(&self, args: &[&str]) -> Ran {
        let ran = self.handoff(args);
        assert_eq!(ran.status, 0, "handoff {args:?}: {}", ran.all());
        ran
    }

    /// Writes what need not be text.
    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a written file");
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).expect("a file to remove");
    }

    /// Every line of every file in `out`, each whole: `(file, object)`.
    pub(crate) fn delivered(&self) -> Vec<(&'static str, Value)> {
        let mut all = Vec::new();
        for name in ["contacts", "tasks", "messages"] {
            let file = format!("out/{name}.jsonl");
            assert!(!self.exists(&file) || self.read(&file).ends_with('\n'), "{file} ends within a line");
            all.extend(self.lines(&file).into_iter().map(|line| (name, line)));
        }
        all
    }

    /// The keys of everything that was delivered, sorted. A key that is there twice fails the test.
    pub(crate) fn keys(&self) -> Vec<String> {
        let delivered = self.delivered();
        let mut keys: Vec<String> =
            delivered.iter().map(|(_, line)| line["key"].as_str().expect("a key").to_owned()).collect();
        keys.sort();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all, "a key was delivered twice");
        keys
    }
}

/// What a finished process said; a signal gives the status -1.
pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

impl Ran {
    /// Neither a panic nor a crash.
    pub(crate) fn is_orderly(&self) -> bool {
        (0..=2).contains(&self.status) && !self.stderr.contains("panicked")
    }
}
