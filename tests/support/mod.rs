//! A folder with a definition and its files, and the built binary run on it at a pretended time.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub(crate) mod bless;
pub(crate) mod cgi;
pub(crate) mod clean;
pub(crate) mod definition;
pub(crate) mod http_server;
pub(crate) mod hubspot;
#[cfg(target_os = "linux")]
pub(crate) mod ladder;
pub(crate) mod loose;
pub(crate) mod mutate;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod slack;
pub(crate) mod terminal;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The Monday morning that the quickstart's files show.
pub(crate) const MONDAY_10: &str = "2026-11-23T10:00:00Z";

/// A folder of its own, removed at the end of the test.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What the binary said, and how it ended.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A definition beside a contacts.csv.
    pub(crate) fn with(rules: &str, contacts: &str) -> Self {
        let place = Self::new();
        place.write("rules.toml", rules);
        place.write("contacts.csv", contacts);
        place
    }

    /// A copy of the quickstart.
    pub(crate) fn quickstart() -> Self {
        let place = Self::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
        for entry in fs::read_dir(from).expect("examples/quickstart") {
            let path = entry.expect("an entry of examples/quickstart").path();
            if path.is_file() && !path.to_string_lossy().contains(".db") {
                fs::copy(&path, place.path(path.file_name().expect("a name").to_str().expect("UTF-8")))
                    .expect("a copy");
            }
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a written file");
    }

    pub(crate) fn append(&self, name: &str, text: &str) {
        self.write(name, &format!("{}{text}", self.read(name)));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replaces text that must be there.
    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} does not contain {old:?}");
        self.write(name, &text.replace(old, new));
    }

    /// Every object of a JSON Lines file; none when the file is not there.
    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        if !self.exists(name) {
            return Vec::new();
        }
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        self.read(name).lines().map(parse).collect()
    }

    /// Runs `handoff` in the folder, now being `now`.
    pub(crate) fn handoff_at(&self, now: &str, args: &[&str]) -> Ran {
        self.handoff_with(&[("HANDOFF_NOW", now)], args)
    }

    /// Runs `handoff` in the folder with these variables; its own are otherwise taken away.
    pub(crate) fn handoff_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_handoff"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("HANDOFF_NOW")
            .env_remove("NO_COLOR")
            .envs(variables.iter().copied())
            .output()
            .expect("the built binary");
        Ran {
            status: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }

    /// Runs `handoff … --format json`, which must end with `status`, and reads what it printed.
    pub(crate) fn json_at(&self, now: &str, status: i32, args: &[&str]) -> Value {
        let ran = self.handoff_at(now, &[args, &["--format", "json"]].concat());
        assert_eq!(ran.status, status, "{args:?} at {now}:\n{}", ran.all());
        ran.json()
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.all()))
    }

    /// Both streams, for messages of failing tests.
    pub(crate) fn all(&self) -> String {
        let mut all = String::new();
        write!(all, "exit {}\nstdout:\n{}\nstderr:\n{}", self.status, self.stdout, self.stderr)
            .expect("text");
        all
    }
}

/// The text at `key` of each object.
pub(crate) fn texts<'a>(objects: &'a [Value], key: &str) -> Vec<&'a str> {
    objects.iter().map(|object| object[key].as_str().unwrap_or_default()).collect()
}

/// The contacts in one list of a report: `handed_off`, `waiting`, `outcomes`, `escalated`.
pub(crate) fn contacts<'a>(report: &'a Value, list: &str) -> Vec<&'a str> {
    texts(report[list].as_array().unwrap_or_else(|| panic!("no {list} in {report}")), "contact")
}
