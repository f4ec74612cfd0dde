//! What a definition means, told to people and editors by running `handoff`: its changes, and its page.

mod diff;
mod docs;
