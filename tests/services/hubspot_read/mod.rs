//! Reading from HubSpot, through the built binary, against a service inside the test. Tests named `case_…` are the cases of
//! the list of what a client must prove.

mod account;
mod desk;
mod errors;
mod limits;
mod memory;
mod online;
mod receive;
mod records;
mod spoilt;
mod walk;
