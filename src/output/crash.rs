//! What a crash leaves behind: where it was, and neither the memory, in which tokens are, nor the text of the panic, in
//! which a contact may be.

use std::io::Write as _;
use std::panic::{PanicHookInfo, set_hook};

use rustix::process::{Resource, Rlimit, setrlimit};

/// From here on a crash of this process tells nothing but its place.
pub fn contain() {
    // Where the system does not let us, it has its own idea of core dumps, and runs go on.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
    set_hook(Box::new(|panic| {
        writeln!(std::io::stderr().lock(), "error: {}", told(panic)).ok();
    }));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    format!("a bug in handoff showed at {place}; the next run goes on. Please report this place")
}
