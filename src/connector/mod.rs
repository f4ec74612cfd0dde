//! What the connectors of several vendors share.

pub(crate) mod append_log;
pub(crate) mod base_url;
pub mod cursor;
pub(crate) mod http;
pub(crate) mod lines;
pub(crate) mod signed_request;
