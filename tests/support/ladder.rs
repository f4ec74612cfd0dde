//! A run within so much memory and no more, from too little to start to enough. The kernel bounds its address space.

#![expect(clippy::print_stdout, reason = "a test says what it reached")]

use std::process::{Command, Output, Stdio};

/// The ladder begins where no program starts and ends where every one does, in KiB.
const TOO_LITTLE: u64 = 1 << 14;
const ENOUGH: u64 = 1 << 22;

/// How closely it is found where a run begins and where it is done, in KiB.
const CLOSELY: u64 = 1 << 11;

/// Rungs between the two.
const RUNGS: u64 = 8;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Before it did anything.
    AtOnce,
    HalfWay,
    Done,
}

/// Runs the command with an address space of so many KiB.
pub(crate) fn within(kib: u64, plain: &Command) -> Output {
    let mut bounded = Command::new("sh");
    bounded.args(["-c", "ulimit -v \"$0\" && exec \"$@\"", &kib.to_string()]);
    bounded.arg(plain.get_program()).args(plain.get_args());
    bounded.current_dir(plain.get_current_dir().expect("a folder")).stdin(Stdio::null());
    bounded.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    bounded.output().expect("sh")
}

/// Doubles the bound until a run is done, looks for where runs begin and are done, and goes from there to there.
pub(crate) fn climb(run_within: impl Fn(u64) -> Ended) {
    assert_eq!(run_within(TOO_LITTLE), Ended::AtOnce, "{TOO_LITTLE} KiB: is it bounded at all?");
    let mut enough = 2 * TOO_LITTLE;
    while run_within(enough) != Ended::Done {
        enough *= 2;
        assert!(enough <= ENOUGH, "no run is done within {ENOUGH} KiB");
    }
    let begins = first(enough / 2, enough, |kib| run_within(kib) != Ended::AtOnce);
    let done = first(begins, enough, |kib| run_within(kib) == Ended::Done);
    let rungs = (0..RUNGS).map(|rung| begins + (done - begins) * rung / RUNGS);
    let half_way = rungs.filter(|kib| run_within(*kib) == Ended::HalfWay).count();
    println!("runs begin at {begins} KiB and are done at {done}; between them {half_way} died half-way");
    assert!(half_way > 0, "no run died half-way");
}

/// The least bound, as closely as it is worth, that is high enough.
fn first(mut low: u64, mut high: u64, is_high: impl Fn(u64) -> bool) -> u64 {
    while high - low > CLOSELY {
        let middle = low.midpoint(high);
        if is_high(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
