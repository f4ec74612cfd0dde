//! Plain data shared by every room: contacts and their values, verdicts, handoffs, effects, reps and policies.
//! Nothing here reads a clock, a file or a network, and nothing here knows a vendor.

mod account;
mod activity;
mod calendar_copy;
mod contact;
mod delivered;
mod effect;
mod field;
mod handoff;
mod mailbox;
mod policy;
mod reading;
mod record;
mod rep;
mod text;
mod turn;
mod untrusted;
mod value;
mod verdict;
mod words;
mod zone;

pub use account::{Account, RecordLinks};
pub use activity::{Activity, ActivityKind};
pub use calendar_copy::CalendarCopy;
pub use contact::{Contact, ContactId};
pub use delivered::Delivered;
pub use effect::{
    Brief, BriefLine, COMPANIONS, Delivery, EffectKind, LookUp, Mark, Mention, Message, Reply, Task, Update,
    Write, Written,
};
pub use field::{COMPANY, EMAIL_DOMAIN, Field, FieldId, STANDARD_FIELDS, StandardField, form_of};
pub use handoff::{Ordinal, Status, handoff_key};
pub use mailbox::{Mailboxes, address, one_address, one_domain};
pub use policy::{Clock, Sla, SlaStep, StepAction, StepAt, StepTarget};
pub use reading::{COUNTRY, Decimal, Form, Format, RangeEnd, Reading, ValueMap, country_names};
pub use record::{RawValues, Record};
pub use rep::{Absence, Rep, RepId, Shift, WorkingTime};
pub use text::{Text, composed, fold, harmless_json, one_line, percent_encode, steering, steers};
pub use turn::{LEAD, Turn};
pub use untrusted::{Escape, Untrusted, escape_html};
pub use value::{Kind, Timestamp, Value};
pub use verdict::{Verdict, VerdictKind};
pub use words::ChannelWords;
pub use zone::{earliest_moment, latest_moment, local_date, start_of_day};
