//! Runs of the program in the simulated world: killed, overtaken and paused at every point where it lets go of the
//! processor to the outside, or is between two transactions.

use std::cell::{Cell, RefCell};
use std::panic::{panic_any, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use send_wrapper::SendWrapper;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use chrono::TimeDelta;
use handoff::pipeline::{World as Given, run_in};
use handoff::store::{Store, StorePath};
use handoff::uptime::{ClockReading, Uptime};
use rusqlite::{Connection, OptionalExtension as _};

use crate::definition::rules;
use crate::oracle;
use crate::services::{SimChat, SimCrm};
use crate::world::{Person, SECOND, World, time};

/// A run may be overtaken by another, and that by a third.
const DEPTH_MAX: u32 = 2;

/// A run ends by then, as the real one does.
const RUN_MAX: i64 = 45 * SECOND;

/// After so long it sends nothing more, as the real one does.
const DEADLINE: i64 = 50 * SECOND;

/// What a panic carries that a seed's faults have drawn.
struct Drawn;

thread_local! {
    /// Where another one showed: the program confines panics, and a real one must not go unseen.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !panic.payload().is::<Drawn>() {
                PANIC.set(Some(panic.to_string()));
                usual(panic);
            }
        }));
    });
}

/// One account with its database.
pub(crate) struct Sim {
    pub(crate) world: RefCell<World>,
    path: PathBuf,
    /// The name of the database in memory; `None`: it is a file, so that it can be copied.
    memory: Option<String>,
    /// What runs that were not killed leave open for the next ones: it saves preparing every statement anew.
    spare: RefCell<Vec<Store>>,
    /// Looks at the database from outside, as the last commit left it.
    eye: RefCell<Option<Connection>>,
    /// Yield points that the present top-level run has passed, and the one at which it is to be killed.
    pub(crate) passed: Cell<u64>,
    pub(crate) kill_at: Cell<Option<u64>>,
}

/// One run.
pub(crate) struct Run {
    pub(crate) sim: Rc<Sim>,
    /// By the world's clock.
    pub(crate) began: i64,
    depth: u32,
    is_killed: Cell<bool>,
    /// Contacts of whom the database knew, when it began, that their opt-out cannot be read.
    unread: Vec<String>,
}

impl Sim {
    pub(crate) fn new(world: World, folder: &Path) -> Rc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let path = folder.join("handoff.db");
        // Its own name: whatever an earlier one failed to let go of is not taken for its own.
        let name = format!("sim-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let sim = Self {
            memory: Some(name).filter(|_| !world.faults.restores),
            world: RefCell::new(world),
            path,
            spare: RefCell::default(),
            eye: RefCell::default(),
            passed: Cell::new(0),
            kill_at: Cell::new(None),
        };
        sim.remove();
        std::fs::remove_file(sim.copy()).ok();
        // In memory it lasts for as long as somebody looks.
        sim.count("SELECT count(*) FROM run");
        Rc::new(sim)
    }

    /// Starts the program as cron does, and judges what it leaves behind.
    pub(crate) fn run(self: &Rc<Self>) {
        watch_panics();
        self.passed.set(0);
        self.run_at(0);
        if let Some(panic) = PANIC.take() {
            self.world.borrow_mut().violate(|| format!("a panic that nobody drew: {panic}"));
        }
    }

    fn run_at(self: &Rc<Self>, depth: u32) {
        let (began, now, is_loose) = {
            let mut world = self.world.borrow_mut();
            world.counters.add(if depth == 0 { "runs" } else { "overlapping runs" });
            world.note(|| format!("run begins (depth {depth})"));
            (world.now, world.local(), world.is_loose)
        };
        let run = Rc::new(Run {
            sim: self.clone(),
            began,
            depth,
            is_killed: Cell::new(false),
            unread: self.unread(),
        });
        let outcome = self.start(&run, now, is_loose);
        self.world.borrow_mut().note(|| format!("run ends (depth {depth}): {}", said(&outcome)));
        oracle::safety(self, &run, now);
    }

    fn start(&self, run: &Rc<Run>, now: i64, is_loose: bool) -> Result<Vec<String>> {
        let spare = self.spare.borrow_mut().pop();
        let mut store = spare.map_or_else(|| self.open(), Ok)?;
        let gate = SendWrapper::new(run.clone());
        store.set_gate(Box::new(move || gate.pass_gate()));
        let is_full_resync = self.world.borrow_mut().reads_anew();
        let (problems, store) = run_in(Given {
            rules: rules(is_loose),
            store,
            crm: Box::new(SimCrm(SendWrapper::new(run.clone()))),
            chat: Some(Box::new(SimChat(SendWrapper::new(run.clone())))),
            now: time(now),
            deadline: Instant::now() + Duration::from_secs(3_600),
            uptime: run.uptime(),
            is_full_resync,
        })?;
        if !run.is_killed.get() {
            self.spare.borrow_mut().push(store);
        }
        Ok(problems)
    }

    fn open(&self) -> Result<Store> {
        self.memory.as_deref().map_or_else(|| StorePath::new(&self.path).open(), Store::in_shared_memory)
    }

    /// Looks at the database with a connection of its own.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
        let mut eye = self.eye.borrow_mut();
        let conn = eye.get_or_insert_with(|| {
            // It makes the tables, and stays until the eye is open.
            let _store = self.open().unwrap();
            match &self.memory {
                Some(name) => Connection::open(format!("file:/{name}?vfs=memdb")).unwrap(),
                None => Connection::open(&self.path).unwrap(),
            }
        });
        conn.set_prepared_statement_cache_capacity(64);
        look(conn).unwrap()
    }

    /// State, attempts and whether an attempt may have happened, of the effect with this key.
    pub(crate) fn planned(&self, key: &str) -> Option<(String, u32, bool)> {
        self.look(|conn| {
            conn.prepare_cached("SELECT state, attempt, unsure FROM effect WHERE key = ?1")?
                .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()
        })
    }

    /// Whether this is a message, and a task before it in its handoff is still to be settled.
    pub(crate) fn has_task_to_come(&self, key: &str) -> bool {
        self.look(|conn| {
            conn.prepare_cached(
                "SELECT 1 FROM effect m JOIN effect t USING(handoff_id) WHERE m.key = ?1 AND m.kind IN ('message','reply') \
                 AND t.kind = 'task' AND t.seq < m.seq AND t.state IN ('planned','in_flight','unknown')",
            )?
            .exists([key])
        })
    }

    /// Whether anything that follows in its handoff has been tried.
    pub(crate) fn has_begun_beyond(&self, key: &str) -> bool {
        self.look(|conn| {
            conn.prepare_cached(
                "SELECT 1 FROM effect e JOIN effect l ON l.handoff_id = e.handoff_id AND l.seq > e.seq \
                 WHERE e.key = ?1 AND l.state NOT IN ('planned', 'cancelled')",
            )?
            .exists([key])
        })
    }

    /// The one number that a query gives.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.look(|conn| conn.prepare_cached(sql)?.query_row([], |row| row.get(0)))
    }

    /// Whether the first walk is over.
    pub(crate) fn has_baseline(&self) -> bool {
        self.count("SELECT count(*) FROM meta WHERE key = 'baseline_ms'") > 0
    }

    /// The first columns that a query gives, as texts.
    pub(crate) fn list(&self, sql: &str) -> Vec<String> {
        self.look(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// Contacts whose opt-out cannot be read as they are stored.
    pub(crate) fn unread(&self) -> Vec<String> {
        self.list("SELECT crm_id FROM contact WHERE content LIKE '%perhaps%'")
    }

    /// What an operator does between runs: releases what is held, or sends again what was refused.
    pub(crate) fn operate(&self, retries: bool) {
        self.spare.borrow_mut().clear();
        let store = self.open().unwrap();
        let now = time(self.world.borrow().local());
        let released = store.write(|db| {
            if retries {
                db.retry_failed(now)?;
            }
            let held = db.handoffs_with(handoff::model::Status::Held)?;
            for handoff in &held {
                db.release(handoff.id, "operator", now)?;
            }
            Ok(held.len())
        });
        let released = released.unwrap();
        self.world.borrow_mut().note(|| format!("{released} released"));
    }

    pub(crate) fn keep_copy(&self) {
        StorePath::new(&self.path).back_up(&self.copy(), true).unwrap();
    }

    /// The database is as it was when it was last copied; `false`: there is no copy.
    pub(crate) fn restore_copy(&self) -> bool {
        let is_there = self.copy().exists();
        if is_there {
            self.remove();
            std::fs::copy(self.copy(), &self.path).unwrap();
            private(&self.path);
        }
        is_there
    }

    pub(crate) fn remove(&self) {
        self.eye.replace(None);
        self.spare.borrow_mut().clear();
        for end in ["", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(end);
            std::fs::remove_file(name).ok();
        }
    }

    fn copy(&self) -> PathBuf {
        self.path.with_extension("copy")
    }
}

fn said(outcome: &Result<Vec<String>>) -> String {
    outcome.as_ref().map_or_else(|error| format!("{error:#}"), |problems| problems.join("; "))
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

impl Run {
    fn uptime(self: &Rc<Self>) -> Box<Uptime> {
        let run = SendWrapper::new(self.clone());
        Box::new(move || {
            let world = run.sim.world.borrow();
            // Started anew, it is another clock.
            let clock = format!("up since {}", world.up_since);
            ClockReading { clock, at: TimeDelta::milliseconds(world.now - world.up_since) }
        })
    }

    /// A call to the outside: time passes, people act, and the run may be killed or overtaken.
    pub(crate) fn pass_by(&self, place: &str) -> Result<()> {
        self.stop_if_killed()?;
        {
            let world = &mut *self.sim.world.borrow_mut();
            if world.now - self.began < RUN_MAX {
                let took = if world.is_quiet { 0 } else { world.network.between(0, 1_500) };
                world.pass(took);
            }
        }
        crate::workload::meanwhile(&self.sim);
        self.yields(place)
    }

    /// Between two transactions.
    fn pass_gate(&self) -> Result<()> {
        self.stop_if_killed()?;
        self.yields("transaction")
    }

    fn yields(&self, place: &str) -> Result<()> {
        let (dies, overlaps) = {
            let world = &mut *self.sim.world.borrow_mut();
            let faults = world.faults.clone();
            let is_due = self.depth == 0 && self.sim.kill_at.get() == Some(self.sim.passed.get());
            let may = !world.is_quiet;
            let dies = is_due || may && faults.has("kill") && world.kills.per_mille(faults.kill_rate);
            let overlaps = may
                && self.depth < DEPTH_MAX
                && faults.has("overlap")
                && world.kills.per_mille(faults.overlap_rate);
            (dies, overlaps && !dies)
        };
        if self.depth == 0 {
            self.sim.passed.set(self.sim.passed.get() + 1);
        }
        if dies {
            self.is_killed.set(true);
            let world = &mut *self.sim.world.borrow_mut();
            world.counters.add("kills");
            if place == "transaction" {
                world.counters.add("kills between transactions");
            }
            world.note(|| format!("KILL at {place}"));
        }
        if overlaps {
            self.sim.run_at(self.depth + 1);
        }
        self.stop_if_killed()
    }

    fn stop_if_killed(&self) -> Result<()> {
        if self.is_killed.get() || self.sim.world.borrow().violation.is_some() {
            bail!("killed");
        }
        Ok(())
    }

    /// Woken after others: nothing is sent then, by any connector.
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.sim.world.borrow().now - self.began > DEADLINE
    }

    pub(crate) fn is_throttled(&self) -> bool {
        let world = self.sim.world.borrow();
        world.throttled_until > world.now
    }

    pub(crate) fn draws(&self, counter: &'static str, rate: u64) -> bool {
        let world = &mut *self.sim.world.borrow_mut();
        let happens = world.faults.has("net") && !world.is_quiet && world.network.per_mille(rate);
        if happens {
            world.note(|| counter.to_owned());
            world.counters.add(counter);
        }
        happens
    }

    /// The connector panics, as over something that nobody has thought of.
    pub(crate) fn may_panic(&self, counter: &'static str) {
        let happens = {
            let world = &mut *self.sim.world.borrow_mut();
            let rate = world.faults.bug_rate;
            let happens = world.faults.has("bugs") && !world.is_quiet && world.bugs.per_mille(rate);
            if happens {
                world.note(|| format!("BUG: {counter}"));
                world.counters.add(counter);
            }
            happens
        };
        if happens {
            panic_any(Drawn);
        }
    }

    /// It knew when it began that the contact's opt-out cannot be read, and that is so to this moment.
    pub(crate) fn knows_unread(&self, world: &World, contact: &str) -> bool {
        let is_so = |person: &Person| !person.is_poison && person.is_unread_since_before(self.began);
        self.unread.iter().any(|id| id == contact) && world.person(contact).is_some_and(is_so)
    }

    pub(crate) fn note(&self, event: impl FnOnce() -> String) {
        self.sim.world.borrow_mut().note(event);
    }
}
