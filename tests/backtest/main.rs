//! `backtest` and `tune`, driven from outside.

mod history;
mod leads;
mod tuning;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with a definition and whatever else a story needs.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new(rules: &str) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        scene.write("rules.toml", rules);
        scene
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs the binary in the folder, at a fixed time.
    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_handoff"))
            .args(args)
            .current_dir(self.path())
            .env("HANDOFF_NOW", "2026-11-23T10:00:00Z")
            .env_remove("NO_COLOR")
            .output()
            .unwrap()
    }

    /// What a run that ends well prints.
    fn prints(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The report as data.
    fn report(&self, args: &[&str]) -> serde_json::Value {
        let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
        serde_json::from_str(&self.prints(&args)).unwrap()
    }

    /// What a run that is refused says.
    fn refusal(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        said(&output).trim().to_owned()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
