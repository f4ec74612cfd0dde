//! What README.md shows is what the program does: every `console` block is run, in order, in one copy of the examples.
//! `BLESS=1 cargo test --test house readme` writes what was really printed into README.md.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::bless;

/// How README.md starts the program from an empty clone. Here it is built already.
const CARGO_RUN: &str = "cargo run --release --quiet --";

const BEGIN: &str = "```console\n";
const END: &str = "```\n";

#[test]
fn every_command_in_the_readme_prints_what_the_readme_shows() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let shown = fs::read_to_string(&readme).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy_quickstart(folder.path());

    let (real, commands) = with_real_output(&shown, folder.path());

    assert!(
        commands >= 5,
        "README.md shows only {commands} commands: are its blocks still marked `console`?"
    );
    bless::assert_holds("README.md", &real);
}

/// The text with each command's output replaced by what it prints now, and how many commands there were.
fn with_real_output(shown: &str, folder: &Path) -> (String, usize) {
    let mut real = String::new();
    let mut rest = shown;
    let mut commands = 0;
    while let Some((before, block)) = rest.split_once(BEGIN) {
        let (block, after) = block.split_once(END).expect("every console block has an end");
        real.extend([before, BEGIN]);
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            commands += 1;
            real.extend(["$ ", command, "\n", &run(command, folder)]);
        }
        real.push_str(END);
        rest = after;
    }
    real.push_str(rest);
    (real, commands)
}

/// Both streams and, when it is not 0, the exit code, as a terminal would show them.
fn run(command: &str, folder: &Path) -> String {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_handoff"));
    let binaries = binary.parent().unwrap().display();
    let script = command.replace(CARGO_RUN, "handoff");
    let output = Command::new("bash")
        .args(["-c", &format!("PATH='{binaries}':\"$PATH\"; exec 2>&1; {script}")])
        .current_dir(folder)
        .env_remove("HANDOFF_NOW")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut shown: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let code = output.status.code().unwrap();
    let told = format!("[exit code {code}]");
    if code != 0 {
        shown.push(&told);
    }
    shown.into_iter().flat_map(|line| [line, "\n"]).collect()
}

/// Only what is in version control: a database or `out/` of somebody's own try-out stays behind.
fn copy_quickstart(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    let to = to.join("examples/quickstart");
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "toml") {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}
