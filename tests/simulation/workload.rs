//! What happens in the world: leads come and change, reps act, people tidy up, clocks jump, cron pauses.

use std::rc::Rc;

use crate::engine::Sim;
use crate::world::{HOUR, MINUTE, SECOND, UNREAD, World};

/// Scores that no definition, only the loose one, or both call qualified.
const SCORES: [i64; 7] = [10, 30, 40, 55, 70, 80, 90];

/// Whom a human makes an owner: a rep who always takes one more.
const TAKES_ALL: &str = "dee@acme.example";

/// An account as it is when the program is installed.
pub(crate) fn begin(world: &mut World) {
    for _ in 0..4 {
        let score = world.workload.of(&SCORES);
        world.add_person(score);
    }
}

/// What happened since the last run.
pub(crate) fn tick(sim: &Rc<Sim>) {
    let world = &mut *sim.world.borrow_mut();
    if world.workload.per_mille(600) {
        create(world, 1);
    }
    if world.workload.per_mille(60) {
        let many = usize::try_from(world.workload.between(4, 14)).unwrap_or_default();
        world.counters.add("bulk imports");
        create(world, many);
    }
    for _ in 0..3 {
        if world.workload.per_mille(400) {
            change(world);
        }
    }
    if world.workload.per_mille(300) {
        world.act();
    }
    if world.faults.has("humans") {
        humans(world);
    }
    cells(world, 250);
}

/// While a run is under way, others act too.
pub(crate) fn meanwhile(sim: &Rc<Sim>) {
    let world = &mut *sim.world.borrow_mut();
    if world.is_quiet {
        return;
    }
    match world.workload.below(250) {
        0 => world.act(),
        1 => change(world),
        2 if world.faults.has("humans") => humans(world),
        _ => {}
    }
    cells(world, 8);
}

/// Somebody types into an opt-out what nobody can read, or mends it.
fn cells(world: &mut World, rate: u64) {
    if !world.faults.has("cells") || !world.cells.per_mille(rate) {
        return;
    }
    let is_mended = world.cells.per_mille(400);
    let living = world.people.iter().enumerate().filter(|(_, person)| person.gone.is_none());
    let some: Vec<usize> =
        living.filter(|(_, person)| person.unread.is_some() == is_mended).map(|(at, _)| at).collect();
    if some.is_empty() {
        return;
    }
    let at = world.cells.of(&some);
    if is_mended {
        mend(world, at);
    } else {
        world.counters.add("opt-outs that cannot be read");
        world.edit(at, "opted_out", UNREAD);
    }
}

/// To yes, to no, or to nothing.
fn mend(world: &mut World, at: usize) {
    let (what, says) =
        world.cells.of(&[("mended to yes", "true"), ("mended to no", "false"), ("mended to nothing", "")]);
    world.counters.add(what);
    world.edit(at, "opted_out", says);
}

/// In the end somebody mends all that are still there.
pub(crate) fn mend_all(world: &mut World) {
    for at in 0..world.people.len() {
        if world.people[at].unread.is_some() && world.people[at].gone.is_none() {
            mend(world, at);
        }
    }
}

fn create(world: &mut World, many: usize) {
    for _ in 0..many.min(world.faults.contacts.saturating_sub(world.people.len())) {
        let score = world.workload.of(&SCORES);
        world.add_person(score);
    }
}

/// A contact that is still there.
fn any(world: &mut World) -> Option<usize> {
    let living: Vec<usize> = world
        .people
        .iter()
        .enumerate()
        .filter(|(_, person)| person.gone.is_none())
        .map(|(at, _)| at)
        .collect();
    let at = world.workload.below(living.len() as u64);
    living.get(usize::try_from(at).unwrap_or_default()).copied()
}

fn change(world: &mut World) {
    let Some(at) = any(world) else { return };
    world.counters.add("edits");
    match world.workload.below(100) {
        0..60 => {
            let score = world.workload.of(&SCORES).to_string();
            world.edit(at, "score", &score);
        }
        60..80 => {
            let name = format!("Lead {}", world.workload.below(1_000));
            world.edit(at, "last_name", &name);
        }
        80..90 => {
            let now = crate::world::time(world.now).to_rfc3339();
            world.people[at].is_vague = true;
            world.edit(at, "demo_at", &now);
        }
        90..96 => {
            world.counters.add("opt-outs");
            let says = if world.people[at].opted_out.is_some() { "false" } else { "true" };
            world.edit(at, "opted_out", says);
            world.people[at].dips += 1;
        }
        _ => {
            world.counters.add("poison");
            world.edit(at, "last_name", "Poison");
            world.people[at].is_poison = true;
            world.people[at].is_baseline = false;
        }
    }
}

fn humans(world: &mut World) {
    match world.workload.below(100) {
        0..12 => {
            let Some(at) = any(world) else { return };
            world.counters.add("owners set by hand");
            world.people[at].owned = Some((world.now, TAKES_ALL.to_owned()));
            world.edit(at, "owner", TAKES_ALL);
        }
        12..15 => {
            let Some(at) = any(world) else { return };
            world.counters.add("deletions");
            world.people[at].gone = Some(world.now);
            let id = world.people[at].id.clone();
            world.note(|| format!("contact {id} is deleted"));
        }
        15..18 => merge(world),
        18..22 => {
            world.counters.add("rule edits");
            world.is_loose = !world.is_loose;
            world.note(|| "rules edited".to_owned());
        }
        _ => {}
    }
}

/// Two contacts become one: the loser's record is gone, the winner has changed.
fn merge(world: &mut World) {
    let (Some(loser), Some(winner)) = (any(world), any(world)) else { return };
    if loser != winner {
        world.counters.add("merges");
        world.people[loser].gone = Some(world.now);
        let (loser, id) = (world.people[loser].id.clone(), world.people[winner].id.clone());
        world.note(|| format!("contact {loser} is merged into {id}"));
        world.edit(winner, "last_name", "Merged");
    }
}

/// The time until cron starts the next run: mostly a minute, sometimes an hour and more, sometimes somebody is impatient.
pub(crate) fn pause(sim: &Rc<Sim>) {
    let world = &mut *sim.world.borrow_mut();
    let mut pause = MINUTE;
    if world.faults.has("outage") {
        match world.clock.below(100) {
            0..5 => {
                world.counters.add("outages beyond the overlap");
                pause = world.clock.between(6 * MINUTE, 90 * MINUTE);
            }
            5..15 => pause = world.clock.between(SECOND, 20 * SECOND),
            _ => {}
        }
    }
    if world.faults.has("clock") {
        if world.skew == 0 && world.clock.per_mille(30) {
            world.counters.add("clock jumps");
            world.skew = world.clock.between(-3 * HOUR, 3 * HOUR);
        } else if world.skew != 0 && world.clock.per_mille(400) {
            world.skew = 0;
        }
        let skew = world.skew / MINUTE;
        world.note(|| format!("the clock is off by {skew} min"));
    }
    world.pass(pause);
    if world.faults.has("clock") && world.machine.per_mille(30) {
        world.counters.add("machine restarts");
        world.note(|| "the machine restarts".to_owned());
        world.up_since = world.now;
    }
}

/// The database is copied, lost, or replaced by the copy.
pub(crate) fn disasters(sim: &Rc<Sim>) {
    let draw = {
        let world = &mut *sim.world.borrow_mut();
        if !(world.faults.restores && world.faults.has("restore")) {
            return;
        }
        world.clock.below(100)
    };
    match draw {
        0..15 => sim.keep_copy(),
        15..22 if sim.restore_copy() => {
            let has_baseline = sim.has_baseline();
            let world = &mut *sim.world.borrow_mut();
            world.counters.add("databases restored");
            world.is_restored = true;
            world.note(|| "the database is restored".to_owned());
            if !has_baseline {
                world.starts_over();
            }
        }
        22..25 => {
            sim.remove();
            let world = &mut *sim.world.borrow_mut();
            world.counters.add("databases lost");
            world.note(|| "the database is lost".to_owned());
            world.forgot = true;
            world.starts_over();
        }
        _ => {}
    }
}
