//! A thousand leads at once, to the last message, within one run: how far from what Slack's one message a second and channel
//! allows. Takes 17 minutes, nearly all of them waiting. `cargo bench --bench burst`.

#![expect(clippy::print_stdout, reason = "a program for its authors")]
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the services of the tests"
)]

#[path = "../tests/services/funnel/scene.rs"]
mod scene;
#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::time::Instant;

use scene::Funnel;

const LEADS: u16 = 1_000;

fn main() {
    let leads = usize::from(LEADS);
    let mut funnel = Funnel::open();
    for id in 1_001..=1_000 + leads {
        funnel.lead(&id.to_string());
    }
    funnel.clear();
    let start = Instant::now();
    let ran = funnel.run(&["run", "--include-existing", "--deadline", "1500"]);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(ran.status, 0, "{}", ran.all());
    let (hubspot, slack) = funnel.exchanges();
    let messages = funnel.messages();
    assert_eq!(messages.iter().collect::<HashSet<_>>().len(), leads, "each once");
    assert_eq!((messages.len(), funnel.tasks()), (leads, leads));
    let pace = f64::from(LEADS) / seconds;
    println!("{LEADS} handoffs in one run: {seconds:.0} s, {pace:.3} messages a second");
    println!("requests: {} to HubSpot, {} to Slack", hubspot.len(), slack.len());
}
