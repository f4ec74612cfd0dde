//! Schedules that are written, not drawn: a run that is killed at its first yield point, at its second, and so on until
//! one completes; a change that the search index learns of late.

use std::path::Path;
use std::rc::Rc;

use crate::engine::Sim;
use crate::faults::Faults;
use crate::oracle;
use crate::seeds::{finish, heal};
use crate::world::{HOUR, MINUTE, SECOND, World};

/// A quiet account whose contacts have become qualified at once, and whatever else comes about at that moment.
fn with_qualified(count: usize, mut world: World, folder: &Path, and: impl FnOnce(&mut World)) -> Rc<Sim> {
    for _ in 0..count {
        world.add_person(30);
    }
    let sim = Sim::new(world, folder);
    sim.run();
    {
        let world = &mut *sim.world.borrow_mut();
        world.pass(MINUTE);
        for at in 0..count {
            world.edit(at, "score", "80");
        }
        and(world);
    }
    sim
}

/// An account on which nothing goes wrong but what is written here.
fn quiet(seed: u64) -> World {
    let mut faults = Faults::of(0);
    faults.set_names("");
    World::new(seed, faults)
}

/// A quiet account on which three contacts become qualified at once; the run that meets them is killed at its `n`-th yield
/// point, another follows `after` milliseconds later. Gives what was violated, and whether there was such a point.
fn killed_at(n: u64, after: i64, folder: &Path) -> (Option<String>, bool) {
    let mut world = quiet(n);
    world.faults.has_unique_key = false;
    let sim = with_qualified(3, world, folder, |_| {});
    sim.kill_at.set(Some(n));
    sim.run();
    let was_killed = sim.passed.get() > n;
    sim.kill_at.set(None);
    sim.world.borrow_mut().pass(after);
    sim.run();
    heal(&sim);
    oracle::liveness(&sim);
    (finish(&sim).violation, was_killed)
}

/// The number of points, or the first violation.
pub(crate) fn each_kill(after: i64, folder: &Path) -> Result<u64, String> {
    for n in 0.. {
        let (violation, was_killed) = killed_at(n, after, folder);
        if let Some(violation) = violation {
            return Err(format!("killed at yield point {n}, again after {after} ms: {violation}"));
        }
        if !was_killed {
            return Ok(n);
        }
    }
    Ok(0)
}

/// The answer to a message is lost, look-ups show it only after a minute and a half, and somebody runs the program by hand
/// again and again meanwhile: it is there once.
pub(crate) fn impatient(folder: &Path) -> Result<(), String> {
    let sim = with_qualified(1, quiet(1), folder, |world| world.loses_answer = Some(85 * SECOND));
    for _ in 0..12 {
        sim.run();
        sim.world.borrow_mut().pass(20 * SECOND);
    }
    heal(&sim);
    oracle::liveness(&sim);
    finish(&sim).violation.map_or(Ok(()), |violation| Err(format!("impatient: {violation}")))
}

/// The services refuse everything for six hours, and a run is started every minute: nothing is lost or given up, and all
/// that waited goes out within a run after the quarter of an hour that a write waits at most.
pub(crate) fn six_hours_of_maintenance(folder: &Path) -> Result<(), String> {
    let sim = with_qualified(3, quiet(1), folder, |world| world.maintenance_until = world.now + 6 * HOUR);
    for _ in 0..(6 * 60 + 16) {
        sim.run();
        sim.world.borrow_mut().pass(MINUTE);
        let is_on = sim.world.borrow().maintenance_until > sim.world.borrow().now;
        if is_on && sim.count("SELECT count(*) FROM effect WHERE state = 'done'") > 0 {
            return Err("maintenance: something was done meanwhile".to_owned());
        }
    }
    let open = sim.count("SELECT count(*) FROM effect WHERE state NOT IN ('done','cancelled')");
    let tasks = sim.count("SELECT count(*) FROM effect WHERE state = 'done' AND kind = 'task'");
    heal(&sim);
    oracle::liveness(&sim);
    if let Some(violation) = finish(&sim).violation {
        return Err(format!("maintenance: {violation}"));
    }
    if open == 0 && tasks >= 3 { Ok(()) } else { Err(format!("maintenance: {open} open, {tasks} tasks")) }
}

/// No contact may be searched for, for two days: no run calls itself good meanwhile, and nobody is lost by it.
pub(crate) fn two_days_throttled(folder: &Path) -> Result<(), String> {
    let sim = with_qualified(2, quiet(1), folder, |world| world.throttled_until = world.now + 48 * HOUR);
    let good = |sim: &Sim| sim.count("SELECT count(*) FROM run WHERE good = 1");
    let before = good(&sim);
    for _ in 0..48 {
        sim.run();
        if good(&sim) > before {
            return Err("throttled: a run that could read nothing calls itself good".to_owned());
        }
        sim.world.borrow_mut().pass(HOUR);
    }
    heal(&sim);
    oracle::liveness(&sim);
    finish(&sim).violation.map_or(Ok(()), |violation| Err(format!("throttled: {violation}")))
}

/// One run hands off by a clock that is three days ahead: once it is right, reps are reminded as if it always had been.
pub(crate) fn three_days_ahead(folder: &Path) -> Result<(), String> {
    let sim = with_qualified(1, quiet(1), folder, |world| world.skew = 72 * HOUR);
    sim.run();
    sim.world.borrow_mut().skew = 0;
    for _ in 0..12 {
        sim.world.borrow_mut().pass(MINUTE);
        sim.run();
    }
    let reminded = sim.count("SELECT count(*) FROM step WHERE state = 'done'");
    heal(&sim);
    oracle::liveness(&sim);
    if let Some(violation) = finish(&sim).violation {
        return Err(format!("three days ahead: {violation}"));
    }
    if reminded > 0 {
        Ok(())
    } else {
        Err("three days ahead: nobody is reminded before those are over".to_owned())
    }
}

/// A contact becomes qualified, and the index hears of it only after windows that ended later have been walked: it is handed
/// off all the same, and long before the next sweep.
pub(crate) fn late_in_the_index(folder: &Path) -> Result<(), String> {
    let sim = with_qualified(1, quiet(1), folder, |world| {
        for (known_from, _) in &mut world.people[0].index {
            *known_from += 3 * MINUTE + MINUTE / 2;
        }
    });
    for _ in 0..8 {
        sim.run();
        sim.world.borrow_mut().pass(MINUTE);
    }
    let handed_off = sim.count("SELECT count(*) FROM handoff");
    finish(&sim);
    if handed_off == 1 { Ok(()) } else { Err(format!("late in the index: {handed_off} handoffs")) }
}
