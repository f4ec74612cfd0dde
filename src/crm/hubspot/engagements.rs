//! What reps did.

use anyhow::{Result, bail};

use super::HubSpot;
use crate::crm::{Activities, Watched};

pub(super) fn activity(_: &mut HubSpot, open: &[Watched]) -> Result<Activities> {
    if open.is_empty() {
        return Ok(Activities::default());
    }
    bail!("what reps did cannot be read from [crm.hubspot] yet")
}
