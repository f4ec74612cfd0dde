//! `[chat.slack]` against a Slack of the test's own, which checks every request it gets. The numbers in the names are those
//! of the list of cases that a client of Slack has to survive.

mod checks;
mod delivery;
mod desk;
mod garbled;
mod messages;
mod modes;
mod people;
mod receive;
mod threads;
mod together;
