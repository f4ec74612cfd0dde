//! One switch for every expectation that is kept in a file: `BLESS=1 cargo test` writes what is so now. See tests/README.md.

use std::fs;
use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
pub(crate) fn is_asked_for() -> bool {
    std::env::var("BLESS").is_ok_and(|value| value != "0")
}

/// The file holds the text; or, with `BLESS=1`, does so from now on.
pub(crate) fn assert_holds(path: &str, text: &str) {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if is_asked_for() {
        fs::write(&place, text).expect("a written file");
        return;
    }
    let kept = fs::read_to_string(&place).unwrap_or_default();
    assert!(kept == text, "{}", first_difference(path, &kept, text));
}

fn first_difference(path: &str, kept: &str, text: &str) -> String {
    let differing = kept.lines().zip(text.lines()).zip(1..).find(|((kept, now), _)| kept != now);
    let ((kept, now), line) = differing.unwrap_or((("", "one of the two goes on"), 0));
    format!(
        "{path}:{line} is not what it should be\n  kept: {kept}\n  now:  {now}\n`BLESS=1 cargo test` writes it anew; read the \
         difference before you commit it"
    )
}
