//! SIGKILL at any moment of a run, a lost database, a restored one: every task, message and update is delivered exactly once.

mod scene;

#[cfg(target_os = "linux")]
mod memory;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::Place;
use crate::support::process::RUN;
use scene::{PHASES, is_whole, keys_undisturbed, place, run_until_quiet, start_phase};

/// Kills that hit a run, as the definition of done asks for.
const KILLS: u32 = 200;

/// Kills in each phase of the scene, before its runs are left in peace: few, so that they find something to do.
const KILLS_A_PHASE: u32 = 3;

/// The system calls by which a run changes a file, and every how manieth of them it is killed at: every append and its
/// sync, a sample of SQLite's own.
const CALLS: [(&str, usize); 5] =
    [("write", 1), ("fdatasync", 1), ("flock", 3), ("fsync", 7), ("pwrite64", 199)];

/// The phases that hand off and reassign: every kind of write is in them.
const BUSY_PHASES: [usize; 2] = [0, 3];

/// A generator of our own (xorshift): the same kills in every run of the test, as far as the machine's speed allows.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below.max(1)
    }
}

/// Starts a run and kills it after `delay`. False when it was over before.
fn kill_after(place: &Place, now: &str, delay: Duration) -> bool {
    let mut run = place.command(now, RUN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    run.kill().unwrap();
    run.wait().unwrap().code().is_none()
}

#[test]
fn a_run_killed_at_any_moment_loses_nothing_and_doubles_nothing() {
    let expected = keys_undisturbed();
    let mut dice = Dice(0x4844_4f46_2026_1123);
    let (mut killed, mut looked_up, mut rounds) = (0, 0, 0);
    // How long the first run of each phase takes here.
    let mut lasts = [Duration::from_millis(300); PHASES.len()];
    while killed < KILLS {
        let place = place();
        for (phase, now) in PHASES.iter().enumerate() {
            start_phase(&place, phase);
            for _ in 0..KILLS_A_PHASE {
                let most = u64::try_from(lasts[phase].as_micros()).unwrap();
                killed += u32::from(kill_after(&place, now, Duration::from_micros(dice.roll(most))));
            }
            let begun = Instant::now();
            run_until_quiet(&place, now);
            if rounds == 0 {
                lasts[phase] = begun.elapsed() / 2;
            }
        }
        looked_up += is_whole(&place, &expected);
        rounds += 1;
    }
    println!("{killed} kills in {rounds} rounds; {looked_up} effects were in flight when the run died");
}

#[test]
fn a_run_killed_at_each_kind_of_system_call_loses_nothing_and_doubles_nothing() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    let expected = keys_undisturbed();
    let (mut killed, mut looked_up) = (0, 0);
    for (call, step) in CALLS {
        for at in (1..).step_by(step) {
            let place = place();
            let mut hit = false;
            for (phase, now) in PHASES.iter().enumerate() {
                start_phase(&place, phase);
                hit |= BUSY_PHASES.contains(&phase) && kill_at(&place, now, call, at);
                run_until_quiet(&place, now);
            }
            looked_up += is_whole(&place, &expected);
            if !hit {
                break;
            }
            killed += 1;
        }
    }
    println!("{killed} places; {looked_up} effects were in flight when the run died");
    assert!(looked_up > 0, "no run was killed between a delivery and its record");
}

/// Runs under strace, which kills the run as it enters a system call for the `at`th time. False when it never does.
fn kill_at(place: &Place, now: &str, call: &str, at: usize) -> bool {
    let command = place.command(now, RUN);
    let trace = format!("trace={call}");
    let inject = format!("inject={call}:signal=KILL:when={at}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
    strace.arg(command.get_program()).args(command.get_args());
    strace.current_dir(place.path("")).env("HANDOFF_NOW", now);
    let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    !status.success()
}

#[test]
fn a_lost_database_does_not_bring_a_second_task() {
    let place = place();
    start_phase(&place, 0);
    run_until_quiet(&place, PHASES[0]);
    let keys = place.keys();
    for file in ["handoff.db", "handoff.db.lock"] {
        place.remove(file);
    }
    run_until_quiet(&place, PHASES[0]);
    assert_eq!(place.keys(), keys);
}

#[test]
fn a_database_restored_from_before_the_run_does_not_bring_a_second_task() {
    let expected = keys_undisturbed();
    let place = place();
    start_phase(&place, 0);
    place.handoff_at(PHASES[0], &["sync"]);
    let mut backup = place.bytes("handoff.db");
    for (phase, now) in PHASES.iter().enumerate() {
        start_phase(&place, phase);
        run_until_quiet(&place, now);
        let after = place.bytes("handoff.db");
        place.write_bytes("handoff.db", &backup);
        run_until_quiet(&place, now);
        backup = after;
        place.write_bytes("handoff.db", &backup);
        run_until_quiet(&place, now);
    }
    is_whole(&place, &expected);
}

const BURST: &str = r#"
version = 1
[crm.file]
contacts = "contacts.csv"
[chat.file]
path = "out/messages.jsonl"
[bursts]
group_by = "company"
[[mql]]
name = "engaged"
when = { score.at_least = 50 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "Everyone"
to = { rep = "ana@acme.example" }
"#;

#[test]
fn a_burst_killed_at_any_moment_is_one_task_and_one_message_for_eight_people() {
    let mut dice = Dice(0x4844_4f46_2026_1124);
    let mut killed = 0;
    for _ in 0..8 {
        let place = Place::with(BURST, "id,email,score\n");
        place.done(RUN);
        let rows: Vec<String> = (1..=8).map(|n| format!("c{n},c{n}@client.example,60\n")).collect();
        place.write("contacts.csv", &format!("id,email,score\n{}", rows.concat()));
        for now in ["2026-11-23T10:01:00Z", "2026-11-23T10:03:00Z"] {
            for _ in 0..KILLS_A_PHASE {
                killed += u32::from(kill_after(&place, now, Duration::from_micros(dice.roll(60_000))));
            }
            run_until_quiet(&place, now);
        }
        assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
        assert_eq!(place.lines("out/messages.jsonl").len(), 1);
        assert_eq!(place.lines("out/contacts.jsonl").len(), 8);
        assert_eq!(place.keys().len(), 10);
    }
    assert!(killed > 0, "every run was over before it could be killed");
}
