//! From a lead's change to its message: the released binary between a HubSpot and a Slack that answer at once, and after
//! 150 ms each. `cargo bench --bench latency`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program for its authors"
)]
#![allow(dead_code, clippy::indexing_slicing, clippy::panic, reason = "the services of the tests")]

#[path = "../tests/services/funnel/scene.rs"]
mod scene;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use scene::Funnel;

fn main() {
    // Behind the message the run looks at what reps did on the handoff of the lead before.
    for (delay, rounds, of_message, of_process) in
        [(0, 21, "", " (target 60 ms)"), (150, 7, " (target 1200 ms)", "")]
    {
        println!("services that answer after {delay} ms");
        let rounds: Vec<Round> = (0..rounds).map(|_| Round::play(Duration::from_millis(delay))).collect();
        let ms = |of: fn(&Round) -> Duration| median(rounds.iter().map(of).collect()).as_secs_f64() * 1_000.0;
        println!("  start of the run to the message: {:.0} ms{of_message}", ms(|round| round.message));
        println!("  the whole process: {:.0} ms{of_process}", ms(|round| round.process));
    }
}

/// One lead that changed since the last run.
struct Round {
    message: Duration,
    process: Duration,
}

impl Round {
    fn play(delay: Duration) -> Self {
        let mut funnel = Funnel::open();
        funnel.good_run(&["run"]);
        // Owners, options and users are known, as they are to all runs of a day but one.
        funnel.lead("101");
        funnel.good_run(&["run"]);
        funnel.lead("102");
        funnel.hubspot.server.traffic().delay = delay;
        funnel.slack.server.traffic().delay = delay;
        let start = Instant::now();
        let (_, slack) = funnel.good_run(&["run"]);
        let process = start.elapsed();
        let message = slack.iter().find(|exchange| exchange.path.ends_with("/chat.postMessage"));
        let message = message.expect("a message").from.duration_since(start);
        Self { message, process }
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
