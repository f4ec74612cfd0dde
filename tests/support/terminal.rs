//! The binary on a terminal of its own.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Everything that a terminal was given on stdout and stderr, and the exit code.
pub(crate) fn on_terminal(command: &mut Command) -> (i32, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("a terminal of ours");
    unlockpt(&ours).expect("an open terminal");
    let name = ptsname(&ours, Vec::new()).expect("its name").into_string().expect("UTF-8");
    let theirs = OpenOptions::new().read(true).write(true).open(name).expect("its other end");
    let both: [Stdio; 2] = [theirs.try_clone().expect("a second handle").into(), theirs.into()];
    let [out, error] = both;
    let mut child = command.stdin(Stdio::null()).stdout(out).stderr(error).spawn().expect("the built binary");
    // The command holds on to the other end, and the text ends when nobody does.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut shown = Vec::new();
    let mut ours = File::from(ours);
    let mut part = [0; 4_096];
    // Linux ends with an error, others with nothing.
    while let Ok(length) = ours.read(&mut part)
        && length > 0
    {
        shown.extend_from_slice(&part[..length]);
    }
    let status = child.wait().expect("its end").code().unwrap_or(-1);
    (status, String::from_utf8(shown).expect("UTF-8"))
}
