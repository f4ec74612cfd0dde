//! Tokens are read from private files, and a process that crashes leaves nothing of them behind.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::panic::catch_unwind;
use std::process::Command;

use crate::desk::rules;
use crate::support::Place;
use crate::support::http_server::{HttpServer, Reply};

pub(crate) const TOKEN: &str = "pat-na1-canary-0123456789";

pub(crate) fn place(base: &str) -> Place {
    let crm = format!("[crm.hubspot]\nbase_url = \"{base}\"\nportal = \"12345\"\n");
    let file = "[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"\n";
    assert!(rules().contains(file));
    let place = Place::new();
    place.write("rules.toml", &rules().replace(file, &crm));
    place.write("token", &format!("{TOKEN}\n"));
    place
}

fn set_mode(place: &Place, mode: u32) {
    fs::set_permissions(place.path("token"), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_token_in_a_file_that_others_can_read_is_refused_with_the_way_out() {
    let place = place("http://127.0.0.1:9");
    let variables = [("HANDOFF_HUBSPOT_TOKEN_FILE", "token")];
    for mode in [0o644, 0o604, 0o660, 0o602, 0o777] {
        set_mode(&place, mode);
        let ran = place.handoff_with(&variables, &["run"]);
        assert_eq!(ran.status, 2, "{mode:o}: {}", ran.all());
        assert!(ran.stderr.contains(&format!("(mode {mode:04o}); run `chmod 600` on it")), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("HANDOFF_HUBSPOT_TOKEN_FILE") && !ran.all().contains(TOKEN),
            "{}",
            ran.stderr
        );
    }
    for mode in [0o600, 0o400] {
        set_mode(&place, mode);
        let ran = place.handoff_with(&variables, &["run"]);
        assert_eq!(ran.status, 1, "only nobody answers: {}", ran.all());
        assert!(!ran.stderr.contains("chmod"), "{}", ran.stderr);
    }
}

#[test]
fn no_flag_takes_a_token() {
    let place = Place::new();
    let help = place.handoff_with(&[], &["run", "--help"]).stdout.to_lowercase();
    for word in ["token", "secret", "password", "webhook"] {
        assert!(!help.contains(word), "{word}");
    }
}

#[test]
fn a_run_leaves_no_memory_image() {
    let (seen, limits) = std::sync::mpsc::channel();
    // Asked in the middle of a run, the server looks at who asks.
    let server = HttpServer::start(move |_| {
        let found = fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
            let exe = fs::read_link(entry.path().join("exe")).ok()?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let is_ours = exe.as_os_str() == env!("CARGO_BIN_EXE_handoff")
                && String::from_utf8_lossy(&environment).contains("HANDOFF_TEST=memory-image");
            is_ours.then(|| fs::read_to_string(entry.path().join("limits")).unwrap())
        });
        seen.send(found).ok();
        Reply::json(401, &serde_json::json!({"message": "no"}))
    });
    let place = place(&server.url());
    let variables = [("HANDOFF_HUBSPOT_TOKEN", TOKEN), ("HANDOFF_TEST", "memory-image")];
    place.handoff_with(&variables, &["run"]);
    let limits = limits.recv().unwrap().expect("a run that asked");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

#[test]
#[ignore = "a child of the test below"]
fn crash() {
    handoff::output::crash::contain();
    catch_unwind(|| panic!("zenobia@palmyra.example cannot be read with {TOKEN}")).unwrap_err();
}

#[test]
fn a_panic_tells_its_place_and_nothing_of_what_it_was_about() {
    let me = std::env::current_exe().unwrap();
    let output =
        Command::new(me).args(["--ignored", "--exact", "operations::secrets::crash", "--nocapture"]).output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(said.contains("showed at tests/stories/operations/secrets.rs:"), "{said}");
    assert!(!said.contains("zenobia") && !said.contains(TOKEN), "{said}");
}
