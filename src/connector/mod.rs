//! What the connectors of several vendors share: structs and closures, no framework. It knows no vendor and no database; a
//! vendor's folder knows it and says only what differs.
//!
//! Two walks that are not written yet, and how they fit:
//!
//! - **Odoo.** `search_read` by `write_date` and id gives whole records: `keyset::Row::carried` holds the record, and the
//!   reading of a page only unpacks it. Its times have no zone and whole seconds: the cursor's overlap covers the ties. Errors
//!   stand inside a 200: the vendor's `Outcome` comes from the body, and `outcome::StatusClass` only says how to begin. A
//!   record that spoils a `load` for the others is found by `halving::halved`; the external id `handoff.KEY` makes it
//!   [`Certainty::Keyed`].
//! - **Salesforce.** Leads and contacts are two objects: the search lists the one, then the other, and the id prefix `00Q` or
//!   `003` orders them in one cursor (shown by a test of `walk`). The token is fetched: the vendor's `Search` asks for it once
//!   more after a 401 and repeats the page; an error of a search leaves what was found before it. A lead whose id changes when
//!   it is converted is missing under the old one: the second look tells that it is gone, and the vendor's look-up follows
//!   `ConvertedContactId`.

pub(crate) mod activity_cache;
pub(crate) mod append_log;
pub(crate) mod base_url;
pub(crate) mod changes;
pub(crate) mod client;
pub(crate) mod contact_cache;
pub mod cursor;
pub(crate) mod feed;
pub(crate) mod halving;
pub(crate) mod http;
pub(crate) mod keyset;
pub(crate) mod lines;
mod options;
pub(crate) mod outcome;
pub(crate) mod owners;
pub(crate) mod pacer;
pub(crate) mod property;
pub(crate) mod registry;
pub(crate) mod resend;
pub(crate) mod signed_request;
mod sink;
mod source;
pub(crate) mod walk;

pub use options::{ConnectOptions, TestClock};
pub use sink::{Capabilities, Certainty, Keyed, Sink, When};
pub use source::{
    Activities, Checked, Identity, Needs, Page, Reread, Sync, SyncOutcome, Unreadable, Watched,
};
