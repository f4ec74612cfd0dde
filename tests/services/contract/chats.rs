//! Each chat, as small as it can be.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use handoff::connector::{Capabilities, Certainty};
use serde_json::json;

use super::Fault;
use super::message::Chat;
use super::scene::Side;
use crate::support::http_server::{HttpServer, Reply};
use crate::support::slack::fake::{FakeSlack, Script, TOKEN};
use crate::support::{Place, Ran};

/// Messages in a file.
pub(crate) struct FileChat(PathBuf);

impl FileChat {
    pub(crate) fn open(place: &Place) -> Self {
        Self(place.path("out/messages.jsonl"))
    }

    pub(crate) fn messages(&self) -> usize {
        std::fs::read_to_string(&self.0).unwrap_or_default().lines().count()
    }
}

/// Both write on this machine: nothing can happen to a write that they do not see.
macro_rules! local {
    ($chat:ty, $table:expr, $($hear:item)?) => {
        impl Side for $chat {
            fn table(&self) -> String {
                $table.to_owned()
            }

            fn variables(&self) -> Vec<(&'static str, String)> {
                Vec::new()
            }

            fn at(&mut self, _: DateTime<Utc>) {}

            fn watch(&self, _: &Path) {}

            fn locked(&self) -> Vec<String> {
                Vec::new()
            }

            fn next(&mut self, _: Fault) -> bool {
                false
            }

            $($hear)?
        }
    };
}

local!(FileChat, "[chat.file]\npath = \"out/messages.jsonl\"\n",);

impl Chat for FileChat {
    const CAN: Capabilities = Capabilities {
        applies_late: false,
        certainty: Certainty::Keyed,
        shows_state: false,
        tells_endings: false,
    };

    fn open(place: &Place) -> Self {
        Self::open(place)
    }

    fn messages(&self) -> usize {
        self.messages()
    }

    fn states(&self) -> usize {
        0
    }
}

/// Messages on standard output.
pub(crate) struct Console(usize);

local!(
    Console,
    "[chat.console]\n",
    fn hear(&mut self, ran: &Ran) {
        self.0 += ran.stdout.matches("→ Ana Silva").count();
    }
);

impl Chat for Console {
    const CAN: Capabilities = Capabilities {
        applies_late: false,
        certainty: Certainty::Blind,
        shows_state: false,
        tells_endings: false,
    };

    fn open(_: &Place) -> Self {
        Self(0)
    }

    fn messages(&self) -> usize {
        self.0
    }

    fn states(&self) -> usize {
        0
    }
}

/// A workspace.
pub(crate) struct Slack(FakeSlack);

impl Side for Slack {
    fn table(&self) -> String {
        format!("[chat.slack]\nbase_url = \"{}\"\nchannel = \"C0INBOUND\"\n", self.0.url())
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        vec![("HANDOFF_SLACK_TOKEN", TOKEN.to_owned())]
    }

    fn at(&mut self, now: DateTime<Utc>) {
        self.0.set_time(&now.to_rfc3339());
    }

    fn watch(&self, database: &Path) {
        self.0.server.watch(database);
    }

    fn locked(&self) -> Vec<String> {
        self.0.assert_content();
        self.0.server.locked()
    }

    fn next(&mut self, fault: Fault) -> bool {
        let script = match fault {
            Fault::AnswerLost => Script::After(Reply::Close),
            Fault::AnswerLate => {
                let late = Reply::json(200, &json!({"ok": true}));
                Script::After(Reply::Late(Duration::from_secs(6), Box::new(late)))
            }
            Fault::Throttled => {
                let body = json!({"ok": false, "error": "ratelimited"});
                Script::Instead(Reply::json(429, &body).with("Retry-After", "60"))
            }
            Fault::Refused => {
                Script::Instead(Reply::json(200, &json!({"ok": false, "error": "restricted_action"})))
            }
        };
        self.0.script("chat.postMessage", script);
        true
    }
}

impl Chat for Slack {
    const CAN: Capabilities = Capabilities {
        applies_late: true,
        certainty: Certainty::Findable,
        shows_state: true,
        tells_endings: false,
    };

    fn open(_: &Place) -> Self {
        Self(FakeSlack::start())
    }

    fn messages(&self) -> usize {
        self.0.messages().iter().filter(|message| message.thread().is_none()).count()
    }

    fn states(&self) -> usize {
        self.0.calls("chat.update").len()
    }
}

/// A channel behind an incoming webhook.
pub(crate) struct Webhook {
    server: HttpServer,
    taken: Arc<Mutex<usize>>,
    faults: Arc<Mutex<VecDeque<(bool, Reply)>>>,
}

impl Side for Webhook {
    fn table(&self) -> String {
        format!("[chat.slack]\nbase_url = \"{}\"\nchannel = \"C0INBOUND\"\n", self.server.url())
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        vec![("HANDOFF_SLACK_WEBHOOK", format!("{}/services/hook", self.server.url()))]
    }

    fn at(&mut self, _: DateTime<Utc>) {}

    fn watch(&self, database: &Path) {
        self.server.watch(database);
    }

    fn locked(&self) -> Vec<String> {
        self.server.locked()
    }

    fn next(&mut self, fault: Fault) -> bool {
        let text = |status, text: &str| Reply::Answer { status, headers: Vec::new(), body: text.into() };
        let fault = match fault {
            Fault::AnswerLost => (true, Reply::Close),
            Fault::AnswerLate => (true, Reply::Late(Duration::from_secs(21), Box::new(text(200, "ok")))),
            Fault::Throttled => (false, text(429, "").with("Retry-After", "60")),
            Fault::Refused => (false, text(400, "invalid_payload")),
        };
        self.faults.lock().unwrap().push_back(fault);
        true
    }
}

impl Chat for Webhook {
    const CAN: Capabilities = Capabilities {
        applies_late: true,
        certainty: Certainty::Blind,
        shows_state: false,
        tells_endings: false,
    };

    fn open(_: &Place) -> Self {
        let taken = Arc::new(Mutex::new(0));
        let faults = Arc::new(Mutex::new(VecDeque::new()));
        let (count, next) = (taken.clone(), faults.clone());
        let server = HttpServer::start(move |_| {
            let fault = next.lock().unwrap().pop_front();
            let ok = Reply::Answer { status: 200, headers: Vec::new(), body: b"ok".to_vec() };
            let (is_taken, reply) = fault.unwrap_or((true, ok));
            *count.lock().unwrap() += usize::from(is_taken);
            reply
        });
        Self { server, taken, faults }
    }

    fn messages(&self) -> usize {
        *self.taken.lock().unwrap()
    }

    fn states(&self) -> usize {
        0
    }
}
