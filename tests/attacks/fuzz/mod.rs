//! What comes from outside, spoilt some thousand times from a small corpus, always in the same way: nothing panics, and
//! what is refused is refused with a reason. `FUZZ_ROUNDS=100000 cargo test --release --test attacks fuzz` looks further.

mod contacts;
mod definitions;
mod printed;
mod renderers;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use handoff::model::{Kind, Timestamp};
use handoff::rules::{Connectors, Rules, Source, load};
use handoff::{chat, crm};

use crate::support::MONDAY_10;
use crate::support::mutate::{Random, spoil};

/// Gives `target` each file of the corpus as it is, and then spoilt again and again.
fn fuzz(corpus: &str, rounds: usize, target: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(corpus);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no corpus in {}", folder.display());
    let files: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let mut random = Random(0x68_61_6e_64_6f_66_66);
    let spoilt = (0..rounds_wanted(rounds)).map(|_| {
        let file = random.pick(&files).clone();
        spoil(&file, &mut random)
    });
    for bytes in files.clone().into_iter().chain(spoilt) {
        let went_through = catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_ok();
        assert!(went_through, "{corpus}: this input broke it, see above:\n{}", bytes.escape_ascii());
    }
}

#[expect(clippy::disallowed_methods, reason = "who looks further says so in the environment")]
fn rounds_wanted(rounds: usize) -> usize {
    let wanted = std::env::var("FUZZ_ROUNDS").ok();
    wanted.map_or(rounds, |wanted| wanted.parse().expect("FUZZ_ROUNDS is a number"))
}

fn now() -> Timestamp {
    Kind::DateTime.read(MONDAY_10).as_time().unwrap()
}

/// A definition or its findings; never both and never neither.
fn definition(text: &str) -> Option<Rules> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/rules.toml");
    let connectors = Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    };
    let (rules, findings) = load(&Source::of(path, text), &connectors, now());
    assert_eq!(rules.is_none(), findings.has_errors());
    rules
}
