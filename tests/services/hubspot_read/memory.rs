//! How much memory the binary takes, seen from beside it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Looks at every process that this one started, until it is dropped.
pub(crate) struct Watch {
    peak_kib: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        let (peak_kib, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (peak, over) = (peak_kib.clone(), is_over.clone());
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                for kib in children().iter().filter_map(|pid| high_water(pid)) {
                    peak.fetch_max(kib, Ordering::SeqCst);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Self { peak_kib, is_over, thread: Some(thread) }
    }

    /// The most that any of them had so far; 0 where the system does not tell.
    pub(crate) fn peak_kib(&self) -> u64 {
        self.peak_kib.load(Ordering::SeqCst)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.take().map(JoinHandle::join);
    }
}

fn children() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    of_thread.flat_map(|pids| pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A process that is about to become the binary still has this one's memory, and its name.
fn high_water(pid: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| Some(status.lines().find_map(|line| line.strip_prefix(name))?.trim());
    if field("Name:")? != "handoff" {
        return None;
    }
    field("VmHWM:")?.trim_end_matches("kB").trim().parse().ok()
}
