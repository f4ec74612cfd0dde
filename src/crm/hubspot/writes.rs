//! Updates and tasks.

use super::HubSpot;
use crate::crm::Keyed;
use crate::model::{Delivery, LookUp};

pub(super) fn send(_: &mut HubSpot, writes: &[Keyed<'_>]) -> Vec<Delivery> {
    let refused = |_: &Keyed<'_>| Delivery::Refused { why: "[crm.hubspot] is only read so far".to_owned() };
    writes.iter().map(refused).collect()
}

pub(super) fn look_up(_: &mut HubSpot, writes: &[Keyed<'_>]) -> Vec<LookUp> {
    writes.iter().map(|_| LookUp::Impossible).collect()
}
