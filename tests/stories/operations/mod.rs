//! What whoever looks after an installation lives by: erasure, backups, health, exit codes, the heartbeat, signals.

mod backup;
mod belongs;
mod clock;
mod exit_codes;
mod forget;
mod heartbeat;
mod outage;
mod proxies;
mod redirects;
mod secrets;
mod status;
mod tls;
mod upgrades;
