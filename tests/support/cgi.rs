//! `handoff receive` as a web server calls it: the request in variables and on standard input.

use std::io::Write as _;
use std::process::{Command, Stdio};

use ring::hmac;

use crate::support::{Place, Ran};

/// Hands a POST over; `variables` are its headers, the secrets and the time.
pub(crate) fn receive(place: &Place, from: &str, variables: &[(&str, &str)], body: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command.current_dir(place.path("")).args(["receive", from, "-v"]);
    command.envs(variables.iter().copied());
    command.env("REQUEST_METHOD", "POST").env("CONTENT_LENGTH", body.len().to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the built binary");
    // Whoever refuses a request does not read it.
    child.stdin.take().expect("a pipe").write_all(body.as_bytes()).ok();
    let output = child.wait_with_output().expect("its end");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// The HMAC-SHA256 of a text.
pub(crate) fn signed(secret: &str, text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text.as_bytes()).as_ref().to_vec()
}
