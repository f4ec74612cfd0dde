//! One seed from beginning to end, and what to say of one that failed.

use std::path::Path;
use std::rc::Rc;

use crate::engine::Sim;
use crate::faults::{CLASSES, Counters, Faults};
use crate::world::{MINUTE, World};
use crate::{oracle, workload};

/// Runs without faults at the end, half an hour apart: so many at least, and at most so many until every SLA has run out and everything is out.
const QUIET_RUNS: std::ops::Range<u32> = 10..40;

const TO_COME: &str = "SELECT (SELECT count(*) FROM step WHERE state = 'planned') + \
    (SELECT count(*) FROM effect WHERE state IN ('planned','in_flight','unknown'))";

/// So many of them see what cannot be read as it is; then it is mended.
const UNMENDED_RUNS: u32 = 4;

/// How a seed ended.
pub(crate) struct Played {
    pub(crate) counters: Counters,
    pub(crate) violation: Option<String>,
    pub(crate) trace: Vec<String>,
}

pub(crate) fn play(seed: u64, faults: Faults, folder: &Path, is_traced: bool) -> Played {
    let mut world = World::new(seed, faults);
    if is_traced {
        world.trace = Some(std::collections::VecDeque::new());
    }
    workload::begin(&mut world);
    let sim = Sim::new(world, folder);
    let ticks = sim.world.borrow().faults.ticks;
    for _ in 0..ticks {
        sim.run();
        if sim.world.borrow().violation.is_some() {
            break;
        }
        workload::disasters(&sim);
        workload::tick(&sim);
        workload::pause(&sim);
    }
    heal(&sim);
    oracle::liveness(&sim);
    finish(&sim)
}

/// The faults stop, and the program has the time to finish.
pub(crate) fn heal(sim: &Rc<Sim>) {
    {
        let world = &mut *sim.world.borrow_mut();
        world.is_quiet = true;
        world.skew = 0;
        world.unauthorized_until = 0;
        world.pass(MINUTE);
    }
    for round in 0..QUIET_RUNS.end {
        let is_calm = round >= QUIET_RUNS.start && sim.count(TO_COME) == 0;
        if is_calm || sim.world.borrow().violation.is_some() {
            return;
        }
        if round == UNMENDED_RUNS {
            workload::mend_all(&mut sim.world.borrow_mut());
        }
        sim.run();
        // Whoever looks at `handoff status` does this now and then.
        if round % 4 == 0 {
            sim.operate(true);
        }
        sim.world.borrow_mut().pass(30 * MINUTE);
    }
}

pub(crate) fn finish(sim: &Rc<Sim>) -> Played {
    let world = &mut *sim.world.borrow_mut();
    let played = Played {
        counters: world.counters.clone(),
        violation: world.violation.take(),
        trace: world.trace.take().unwrap_or_default().into(),
    };
    sim.remove();
    played
}

/// Drops classes of faults, ticks and contacts while the seed still fails.
pub(crate) fn shrink(seed: u64, folder: &Path) -> Faults {
    let fails = |faults: &Faults| play(seed, faults.clone(), folder, false).violation.is_some();
    let mut least = Faults::of(seed);
    let mut attempt = |changed: &dyn Fn(&mut Faults)| {
        let mut candidate = least.clone();
        changed(&mut candidate);
        if fails(&candidate) {
            least = candidate;
        }
    };
    for bit in 0..CLASSES.len() {
        attempt(&|faults| faults.classes &= !(1 << bit));
    }
    for ticks in [10, 5, 15, 7, 12, 17] {
        attempt(&|faults| faults.ticks = faults.ticks.min(ticks));
    }
    for contacts in [20, 10, 5] {
        attempt(&|faults| faults.contacts = faults.contacts.min(contacts));
    }
    least
}

/// What somebody needs who is to mend it.
pub(crate) fn report(seed: u64, violation: &str, folder: &Path) -> String {
    let least = shrink(seed, folder);
    let played = play(seed, least.clone(), folder, true);
    let from = played.trace.len().saturating_sub(40);
    format!(
        "SIM FAIL seed={seed} {violation}\n\
         replay: SIM_SEED={seed} SIM_TRACE=1 cargo test --release --test simulation replay -- --nocapture\n\
         shrunk: SIM_SEED={seed} SIM_FAULTS={} SIM_TICKS={} SIM_CONTACTS={} (fails with: {})\n\
         keep it: add {seed} to tests/simulation/seeds.txt\n{}",
        least.names(),
        least.ticks,
        least.contacts,
        played.violation.unwrap_or_default(),
        played.trace.get(from..).unwrap_or_default().join("\n")
    )
}
