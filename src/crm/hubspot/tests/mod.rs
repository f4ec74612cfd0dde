//! The whole connector against stored answers, one of them spoilt in each round: nothing panics, nothing is taken for done
//! that was not, and whatever is told is fit to be told. `FUZZ_ROUNDS=100000 cargo test --lib -- spoilt` looks further.

mod visit;
mod work;

use crate::testing::rounds::Play;

const TOKEN: &str = "pat-eu1-00112233-4455-6677-8899-aabbccddeeff";

#[test]
fn a_spoilt_answer_of_hubspot_breaks_nothing_and_is_taken_for_nothing_else() {
    Play { folder: "hubspot", token: TOKEN, rounds: 300, visits: &visit::VISITS, spoil: visit::Kept::spoil }
        .play();
}
