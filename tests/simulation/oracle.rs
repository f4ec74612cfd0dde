//! What must hold, judged by what can be seen from outside: the remote objects, the world's own memory, and queries on the
//! database. Safety after every run; liveness when the faults have stopped and quiet runs have passed.

use std::rc::Rc;

use handoff::model::{ActivityKind, Write};

use crate::engine::{Run, Sim};
use crate::world::{World, time};

/// Each gives nothing, whatever happens.
const INVARIANTS: [(&str, &str); 9] = [
    (
        "two open handoffs of one contact",
        "SELECT contact_id FROM handoff WHERE status IN ('held','waiting','assigned','touched') GROUP BY 1 HAVING count(*) > 1",
    ),
    (
        "an effect that is done and was never tried",
        "SELECT key FROM effect WHERE state = 'done' AND attempt = 0",
    ),
    (
        "an assigned handoff without its update, task and message",
        "SELECT h.key FROM handoff h WHERE status = 'assigned' AND \
      (SELECT count(*) FROM effect e WHERE e.handoff_id = h.id AND e.key IN \
       (h.key || 'u' || h.round, h.key || 't' || h.round, h.key || 'm' || h.round)) <> 3",
    ),
    (
        "a step done though its rep was told nothing",
        "SELECT s.handoff_id FROM step s JOIN handoff h ON h.id = s.handoff_id WHERE s.state = 'done' AND NOT EXISTS \
         (SELECT 1 FROM effect e WHERE e.key IN (h.key || 't' || s.round, h.key || 'm' || s.round) \
          AND e.state IN ('done','failed'))",
    ),
    ("a step done before it was due", "SELECT handoff_id FROM step WHERE state = 'done' AND done_ms < at_ms"),
    (
        "a step still planned of a handoff that is over",
        "SELECT s.handoff_id FROM step s JOIN handoff h ON h.id = s.handoff_id WHERE s.state = 'planned' AND h.status NOT IN ('assigned')",
    ),
    (
        "handed off again before the cooldown was over",
        "SELECT b.key FROM handoff a JOIN handoff b ON b.contact_id = a.contact_id AND b.ordinal = a.ordinal + 1 \
      WHERE a.status = 'rejected' AND b.created_ms < a.closed_ms + 15 * 60000",
    ),
    (
        "an owner who is not the one of the last assignment",
        "SELECT h.key FROM handoff h JOIN assignment a ON a.handoff_id = h.id AND a.round = h.round \
      WHERE h.status IN ('assigned','touched') AND a.rep <> h.owner",
    ),
    ("turns that do not add up", "SELECT team FROM turn GROUP BY team HAVING sum(owed) <> 0"),
];

/// Judges what a run left behind. `now` is the time by which it decided.
pub(crate) fn safety(sim: &Rc<Sim>, run: &Run, now: i64) {
    if sim.world.borrow().violation.is_some() {
        return;
    }
    for (what, sql) in INVARIANTS {
        let found = sim.look(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            statement.exists([])
        });
        if found {
            sim.world.borrow_mut().violate(|| what.to_owned());
        }
    }
    let baseline = sim.has_baseline();
    sim.world.borrow_mut().has_baseline |= baseline;
    blame(sim, run, now);
    unread(sim, run, now);
    too_many(sim);
    remote(sim);
}

/// Nobody who had acted before the run began is escalated in it.
fn blame(sim: &Rc<Sim>, run: &Run, now: i64) {
    let steps: Vec<(String, i64, u32)> = sim.look(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT c.crm_id, a.at_ms, s.n FROM step s JOIN handoff h ON h.id = s.handoff_id \
             JOIN contact c ON c.id = h.contact_id \
             JOIN assignment a ON a.handoff_id = s.handoff_id AND a.round = s.round \
             WHERE s.state = 'done' AND s.done_ms = ?1",
        )?;
        let rows = statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    });
    let world = &mut *sim.world.borrow_mut();
    world.counters.many("escalations", steps.len() as u64);
    for (contact, assigned, n) in steps {
        let acted = world.acts.iter().find(|act| {
            act.contact == contact
                && act.at >= time(assigned)
                && act.at < time(run.began)
                && act.at <= time(now)
        });
        if let Some(act) = acted {
            let act = format!("{} by {} at {}", act.kind.name(), act.by, act.at);
            world.violate(|| format!("step {n} of contact {contact} was done after {act}"));
        }
    }
}

/// Of whom nobody could tell whether it opted out, nothing was begun, ended or passed on in the run.
fn unread(sim: &Rc<Sim>, run: &Run, now: i64) {
    let done: Vec<(String, String)> = sim.look(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT c.crm_id, e.what FROM event e JOIN handoff h ON h.id = e.handoff_id JOIN contact c ON c.id = h.contact_id \
             WHERE e.at_ms = ?1 AND e.what IN ('started', 'assigned', 'cancelled', 'remind', 'notify', 'reassign', 'return')",
        )?;
        let rows = statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    });
    let world = &mut *sim.world.borrow_mut();
    for (contact, what) in done {
        if run.knows_unread(world, &contact) {
            world.violate(|| {
                format!("{what}: contact {contact}, of whom nobody can tell whether it opted out")
            });
        }
    }
}

/// A contact is handed off once for each time it became qualified, and not for each change.
fn too_many(sim: &Rc<Sim>) {
    let counts: Vec<(String, u64, u64)> = sim.look(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT c.crm_id, count(*), sum(h.status = 'cancelled') FROM handoff h JOIN contact c ON c.id = h.contact_id \
             GROUP BY 1",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    });
    let world = &mut *sim.world.borrow_mut();
    for (contact, handoffs, cancelled) in counts {
        let Some(person) = world.people.iter().find(|person| person.id == contact) else { continue };
        let most = u64::from(!person.is_baseline) + person.dips + cancelled;
        if handoffs > most && !person.is_vague {
            world.violate(|| {
                format!("contact {contact} was handed off {handoffs} times, {most} are explained")
            });
        }
    }
}

/// Whatever is there remotely was meant.
fn remote(sim: &Rc<Sim>) {
    let keys: Vec<String> = {
        let world = sim.world.borrow();
        if world.forgot || world.is_restored {
            return;
        }
        world.objects.keys().cloned().collect()
    };
    let tried = sim.count("SELECT count(*) FROM effect WHERE attempt > 0");
    if i64::try_from(keys.len()).unwrap_or(i64::MAX) > tried {
        let unknown = keys.iter().find(|key| sim.planned(key).is_none_or(|(_, attempt, _)| attempt == 0));
        sim.world.borrow_mut().violate(|| format!("{unknown:?} is there and was never meant"));
    }
}

/// Judges the end: nothing is lost, nothing hangs, and another run would do nothing.
pub(crate) fn liveness(sim: &Rc<Sim>) {
    if sim.world.borrow().violation.is_some() {
        return;
    }
    // Of whom was deleted, or could not be read again, before it was mended, nothing is known but that it may have opted out.
    let unread = sim.unread();
    let is_gone = |id: &str| {
        unread.iter().any(|unread| unread == id)
            && sim.world.borrow().person(id).is_none_or(|person| person.is_poison)
    };
    let hanging = sim.list("SELECT c.crm_id || ' ' || e.key || ' ' || e.state || ': ' || coalesce(e.error, '') FROM effect e JOIN handoff h ON h.id = e.handoff_id JOIN contact c ON c.id = h.contact_id WHERE e.state IN ('planned','in_flight','unknown')");
    let complain = |what: String| sim.world.borrow_mut().violate(|| what);
    if let Some(first) = hanging.iter().find(|line| !is_gone(line.split(' ').next().unwrap_or_default())) {
        complain(format!("still open in the end: {first}"));
    }
    let waiting =
        sim.list("SELECT key FROM handoff WHERE status = 'held' OR (status = 'waiting' AND note IS NULL)");
    if let Some(first) = waiting.first() {
        complain(format!("{first} waits and says not for what"));
    }
    nobody_lost(sim);
    delivered(sim);
    let overdue = sim.list("SELECT c.crm_id FROM step s JOIN handoff h ON h.id = s.handoff_id JOIN contact c ON c.id = h.contact_id WHERE s.state = 'planned'");
    if let Some(first) = overdue.iter().find(|id| !is_gone(id)) {
        complain(format!("an SLA step of contact {first} was never done"));
    }
    let sent = sim.world.borrow().sends;
    let handoffs = sim.count("SELECT count(*) FROM handoff");
    // Somebody may wait for a rep to have less to do.
    let waits = sim.count("SELECT count(*) FROM handoff WHERE status = 'waiting'") > 0;
    sim.run();
    let did_something =
        sim.world.borrow().sends != sent || sim.count("SELECT count(*) FROM handoff") != handoffs;
    if did_something && !waits {
        complain("a run with nothing new did something".to_owned());
    }
    let world = &mut *sim.world.borrow_mut();
    world.counters.many("handoffs", u64::try_from(handoffs).unwrap_or_default());
    let held = sim.count("SELECT count(*) FROM event WHERE what = 'released'");
    world.counters.many("handoffs held", u64::try_from(held).unwrap_or_default());
    let taken = sim.count("SELECT count(*) FROM handoff WHERE status = 'cancelled'");
    world.counters.many("taken back before the first write", u64::try_from(taken).unwrap_or_default());
}

/// Who became qualified for certain was handed off; who was set aside is known.
fn nobody_lost(sim: &Rc<Sim>) {
    let handed = sim.list(
        "SELECT c.crm_id FROM handoff h JOIN contact c ON c.id = h.contact_id WHERE h.status <> 'cancelled'",
    );
    let aside = sim.list("SELECT place FROM quarantine");
    let world = &mut *sim.world.borrow_mut();
    let living: Vec<_> = world.people.iter().filter(|person| person.gone.is_none()).cloned().collect();
    for person in living {
        if person.is_poison && !aside.contains(&person.id) {
            world.violate(|| format!("contact {} cannot be read and is not set aside", person.id));
        }
        let must = person.is_due && person.is_high() && !person.is_vague && !person.is_poison;
        if must && !handed.contains(&person.id) {
            world.violate(|| format!("contact {} is lost", person.id));
        }
    }
}

/// Every handoff of a contact that is still there has its task, its message and its owner, remotely and once.
fn delivered(sim: &Rc<Sim>) {
    let handoffs: Vec<(String, String, String, u32, String, i64)> = sim.look(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT c.crm_id, h.key, h.status, h.round, coalesce(h.owner, ''), coalesce(h.assigned_ms, 0) FROM handoff h \
             JOIN contact c ON c.id = h.contact_id WHERE h.status IN ('assigned','touched','accepted','rejected')",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        rows.collect()
    });
    let left = sim
        .list("SELECT h.key FROM event e JOIN handoff h ON h.id = e.handoff_id WHERE e.what = 'not written'");
    let followed =
        sim.list("SELECT h.key FROM handoff h JOIN handoff l ON l.contact_id = h.contact_id AND l.id > h.id");
    let world = &mut *sim.world.borrow_mut();
    for (contact, key, status, round, owner, assigned) in &handoffs {
        let (round, assigned) = (*round, *assigned);
        let Some(person) = world.person(contact).cloned() else { continue };
        // What was refused is not sent again once somebody else decided, or a later handoff did.
        let is_decided = person.owned.is_some() || person.opted_out.is_some() || followed.contains(key);
        let is_left = left.contains(key) && is_decided;
        for effect in ["u", "t", "m"] {
            let key = format!("{key}{effect}{round}");
            if is_left && effect != "m" {
                world.counters.add("refused, then decided by somebody else");
            } else if !world.objects.contains_key(&key) {
                world.violate(|| format!("{key} of contact {contact} was never delivered"));
            }
        }
        let is_open = status == "assigned" || status == "touched";
        let has = person.values.get("owner").cloned().unwrap_or_default();
        let by_hand = person.owned.as_ref().is_some_and(|(_, by)| *by == has);
        if is_open
            && has != *owner
            && !by_hand
            && !world.forgot
            && !world.is_restored
            && is_last(world, contact, assigned)
        {
            world.violate(|| format!("contact {contact} has the owner '{has}' and was handed to {owner}"));
        }
    }
    for object in world.objects.values() {
        debug_assert!(!object.key.is_empty(), "an object has a key");
    }
}

/// Whether no rep has acted since: an outcome may have written something else.
fn is_last(world: &World, contact: &str, assigned: i64) -> bool {
    !world
        .acts
        .iter()
        .any(|act| act.contact == contact && act.at >= time(assigned) && act.kind == ActivityKind::Rejected)
        && world
            .objects
            .values()
            .any(|object| matches!(&object.write, Write::Update(update) if update.contact == contact))
}
