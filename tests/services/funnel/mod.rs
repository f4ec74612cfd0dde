//! A lead's whole way, from HubSpot's search to Slack's message and back: the binary between two services that remember and
//! check every request. What it may cost is counted, never timed.

mod people;
mod scene;
mod secrets;
mod trips;
