//! What a connector says that it can. The suite sees what it does; the two are held against each other here.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chrono::DateTime;
use handoff::connector::ConnectOptions;
use handoff::rules::{Connectors, Source, load};
use handoff::{chat, crm};

use super::scene::{Scene, Side};

/// What the CRM and the chat of a scene say. They are asked in a process of their own, which has their tokens in its
/// environment.
pub(crate) fn claims<C: Side, M: Side>(scene: &Scene<C, M>) -> String {
    let mut asked = Command::new(std::env::current_exe().unwrap());
    asked.args(["--exact", "contract::claims::tell", "--ignored", "--nocapture"]);
    asked.current_dir(scene.place.path("")).envs(scene.variables());
    let told = asked.output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

#[test]
#[ignore = "asked by `claims`, in a process of its own"]
fn tell() {
    let source = Source::read(Path::new("rules.toml")).unwrap();
    let connectors = Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: |_, _| {},
        check_chat: |_, _| {},
    };
    let (rules, _) = load(&source, &connectors, DateTime::UNIX_EPOCH);
    let rules = rules.unwrap();
    let options = ConnectOptions::new(Path::new("."), Instant::now());
    println!("crm: {:?}", crm::connect(&rules.crm, &options).unwrap().capabilities());
    println!("chat: {:?}", chat::connect(&rules.chat.unwrap(), &options).unwrap().capabilities());
}
