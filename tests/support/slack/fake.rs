//! A Slack with memory: users, channels, messages, threads, reactions. Faults are scripted per method.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::checks;
use crate::support::http_server::{HttpServer, Reply, Request};

pub(crate) const TOKEN: &str = "xoxb-canary-4711-token";
pub(crate) const BOT: &str = "U0BOT";

/// A channel takes a message a second; the rest is what a busy machine may lose.
const TOO_FAST: Duration = Duration::from_millis(850);

/// What becomes of a call.
pub(crate) enum Script {
    /// Nothing is done.
    Instead(Reply),
    /// Done, and answered otherwise.
    After(Reply),
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) ts: String,
    pub(crate) user: String,
    pub(crate) body: Value,
    pub(crate) reactions: Vec<(String, String)>,
}

impl Message {
    pub(crate) fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }

    pub(crate) fn thread(&self) -> Option<&str> {
        self.body["thread_ts"].as_str()
    }

    /// With so many users of each reaction.
    fn to_json(&self, most: usize) -> Value {
        let mut reactions: Vec<(String, Vec<&str>)> = Vec::new();
        for (name, user) in &self.reactions {
            match reactions.iter_mut().find(|(known, _)| known == name) {
                Some((_, users)) => users.push(user),
                None => reactions.push((name.clone(), vec![user])),
            }
        }
        let reactions: Vec<Value> = reactions
            .into_iter()
            .map(|(name, users)| json!({ "name": name, "count": users.len(), "users": &users[..most.min(users.len())] }))
            .collect();
        json!({
            "type": "message", "ts": self.ts, "user": self.user, "text": self.body["text"],
            "thread_ts": self.body["thread_ts"], "metadata": self.body["metadata"], "reactions": reactions,
            "a_key_nobody_knows": { "nested": [1, 2, 3] },
        })
    }
}

#[derive(Default)]
pub(crate) struct State {
    /// Id, e-mail, deleted.
    users: Vec<(String, String, bool)>,
    pub(crate) messages: Vec<Message>,
    pub(crate) calls: Vec<(String, Value)>,
    scripts: Vec<(String, Script)>,
    wrong: Vec<String>,
    now: i64,
    last_post: HashMap<String, Instant>,
    pub(crate) is_member: bool,
    /// The scopes for private channels are not granted.
    pub(crate) is_public_only: bool,
}

pub(crate) struct FakeSlack {
    pub(crate) server: HttpServer,
    state: Arc<Mutex<State>>,
}

impl FakeSlack {
    pub(crate) fn start() -> Self {
        let state = State { is_member: true, ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let server = HttpServer::start(move |request| shared.lock().unwrap().answer(request));
        let slack = Self { server, state };
        for (id, email) in [("U0ANA", "ana"), ("U0BO", "bo"), ("U0LEE", "lee"), ("U0EVE", "eve")] {
            slack.state().users.push((id.to_owned(), format!("{email}@acme.example"), false));
        }
        slack
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn set_time(&self, at: &str) {
        let mut state = self.state();
        state.now = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp();
        // Between runs there are minutes, which nobody wants to wait for.
        state.last_post.clear();
    }

    /// The next call of a method goes like this.
    pub(crate) fn script(&self, method: &str, script: Script) {
        self.state().scripts.push((method.to_owned(), script));
    }

    pub(crate) fn refuse(&self, method: &str, error: &str) {
        self.script(method, Script::Instead(Reply::json(200, &json!({ "ok": false, "error": error }))));
    }

    pub(crate) fn forget_user(&self, email: &str) {
        self.state().users.retain(|(_, known, _)| known != email);
    }

    pub(crate) fn deactivate(&self, email: &str) {
        for user in &mut self.state().users {
            user.2 |= user.1 == email;
        }
    }

    pub(crate) fn react(&self, message: usize, name: &str, user: &str) {
        self.state().messages[message].reactions.push((name.to_owned(), user.to_owned()));
    }

    /// Somebody writes in a channel.
    pub(crate) fn chat(&self, channel: &str, user: &str, text: &str) {
        self.state().add(channel, user, json!({ "text": text }));
    }

    /// Nobody listens any more.
    pub(crate) fn stop(&mut self) {
        self.server = HttpServer::start(|_| Reply::Close);
    }

    /// Somebody writes in a message's thread.
    pub(crate) fn say(&self, message: usize, user: &str, text: &str) {
        let mut state = self.state();
        let parent = state.messages[message].clone();
        let body = json!({ "text": text, "thread_ts": parent.ts });
        state.add(&parent.channel, user, body);
    }

    /// Everything that was posted, oldest first.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.state().messages.clone()
    }

    pub(crate) fn calls(&self, method: &str) -> Vec<Value> {
        let state = self.state();
        state.calls.iter().filter(|(known, _)| known == method).map(|(_, params)| params.clone()).collect()
    }

    pub(crate) fn call_count(&self) -> usize {
        self.state().calls.len()
    }

    /// Every request was one that Slack takes.
    pub(crate) fn assert_content(&self) {
        let state = self.state();
        assert!(state.wrong.is_empty(), "{:#?}", state.wrong);
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        let Some(method) = request.path.strip_prefix("/api/").map(str::to_owned) else {
            self.wrong.push(format!("path {}", request.path));
            return Reply::html(404);
        };
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            self.wrong.push(format!("{method} without the token"));
        }
        let params = self.params(request);
        self.calls.push((method.clone(), params.clone()));
        let script = self.scripts.iter().position(|(known, _)| *known == method);
        match script.map(|at| self.scripts.remove(at).1) {
            Some(Script::Instead(reply)) => reply,
            Some(Script::After(reply)) => {
                self.do_call(&method, &params);
                reply
            }
            None => {
                let body = self.do_call(&method, &params);
                let scopes =
                    "chat:write,users:read,users:read.email,reactions:read,channels:history,channels:read";
                Reply::json(200, &body).with("X-OAuth-Scopes", scopes)
            }
        }
    }

    fn params(&mut self, request: &Request) -> Value {
        if request.method == "GET" {
            let query = reqwest::Url::parse(&format!("http://x/?{}", request.query)).unwrap();
            let pairs =
                query.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
            return Value::Object(pairs.collect());
        }
        if request.header("content-type") != Some("application/json; charset=utf-8") {
            self.wrong.push(format!("{} is not sent as JSON", request.path));
        }
        serde_json::from_slice(&request.body).unwrap()
    }

    fn do_call(&mut self, method: &str, params: &Value) -> Value {
        let text = |key: &str| params[key].as_str().unwrap_or_default().to_owned();
        match method {
            "auth.test" => json!({ "ok": true, "user_id": BOT, "team_id": "T0" }),
            "users.lookupByEmail" => {
                self.user(|(_, email, _)| email.eq_ignore_ascii_case(&text("email")), "users_not_found")
            }
            "users.info" => self.user(|(id, _, _)| *id == text("user"), "user_not_found"),
            "conversations.open" => {
                json!({ "ok": true, "channel": { "id": format!("D{}", text("users")) }, "no_op": true })
            }
            "conversations.list" if self.is_public_only && text("types").contains("private") => {
                json!({ "ok": false, "error": "missing_scope", "needed": "groups:read", "provided": "channels:read" })
            }
            "conversations.list" => json!({ "ok": true, "channels": [
                { "id": "C0OTHER00", "name": "other" }, { "id": "C0INBOUND", "name": "inbound" },
            ], "response_metadata": { "next_cursor": "" } }),
            "conversations.info" => json!({ "ok": true, "channel": {
                "id": text("channel"), "is_member": self.is_member, "is_archived": false, "is_private": false,
            } }),
            "conversations.history" => self.history(params, |message| message.thread().is_none()),
            "conversations.replies" => {
                let ts = text("ts");
                self.history(params, move |message| message.thread() == Some(&ts) || message.ts == ts)
            }
            "reactions.get" => {
                let is = |message: &&Message| {
                    params["channel"] == message.channel
                        && params["timestamp"] == message.ts
                        && params["full"] == "true"
                };
                let message = self.messages.iter().find(is).map(|message| message.to_json(usize::MAX));
                message.map_or_else(
                    || json!({ "ok": false, "error": "message_not_found" }),
                    |message| json!({ "ok": true, "type": "message", "message": message }),
                )
            }
            "chat.postMessage" => self.post(params),
            "chat.update" => self.update(params),
            other => {
                self.wrong.push(format!("unknown method {other}"));
                json!({ "ok": false, "error": "unknown_method" })
            }
        }
    }

    fn user(&self, is: impl Fn(&(String, String, bool)) -> bool, error: &str) -> Value {
        match self.users.iter().find(|user| is(user)) {
            Some((id, email, deleted)) => json!({ "ok": true, "user": {
                "id": id, "deleted": deleted, "is_bot": false, "profile": { "email": email }, "unheard_of": null,
            } }),
            None => json!({ "ok": false, "error": error }),
        }
    }

    fn post(&mut self, params: &Value) -> Value {
        let channel = match params["channel"].as_str().unwrap_or_default() {
            "#inbound" => "C0INBOUND".to_owned(),
            "#leads" => "C0LEADS00".to_owned(),
            other => other.to_owned(),
        };
        if self.last_post.get(&channel).is_some_and(|last| last.elapsed() < TOO_FAST) {
            self.wrong.push(format!("a second message to {channel} within a second"));
        }
        self.last_post.insert(channel.clone(), Instant::now());
        self.check(params);
        for (key, value) in
            [("unfurl_links", json!(false)), ("unfurl_media", json!(false)), ("parse", json!("none"))]
        {
            if params[key] != value {
                self.wrong.push(format!("{key} is {}", params[key]));
            }
        }
        let ts = self.add(&channel, BOT, params.clone());
        json!({ "ok": true, "channel": channel, "ts": ts, "message": { "text": params["text"] }, "warning": "x" })
    }

    fn update(&mut self, params: &Value) -> Value {
        self.check(params);
        let is = |message: &&mut Message| params["channel"] == message.channel && params["ts"] == message.ts;
        match self.messages.iter_mut().find(is) {
            Some(message) => {
                message.body = params.clone();
                json!({ "ok": true, "channel": message.channel, "ts": message.ts, "text": params["text"] })
            }
            None => json!({ "ok": false, "error": "message_not_found" }),
        }
    }

    fn check(&mut self, params: &Value) {
        let mut users: Vec<String> = self.users.iter().map(|(id, _, _)| id.clone()).collect();
        users.push("W012A3CDE".to_owned());
        self.wrong.extend(checks::of_message(params, &users));
    }

    fn add(&mut self, channel: &str, user: &str, body: Value) -> String {
        let ts = format!("{}.{:06}", self.now, self.messages.len() + 1);
        let message = Message {
            channel: channel.to_owned(),
            ts: ts.clone(),
            user: user.to_owned(),
            body,
            reactions: Vec::new(),
        };
        self.messages.push(message);
        ts
    }

    /// Newest first, two a page. Without `include_all_metadata` only the type of metadata is shown.
    fn history(&self, params: &Value, is: impl Fn(&Message) -> bool) -> Value {
        let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
        let oldest = number(params["oldest"].as_str().unwrap_or_default());
        let latest = params["latest"].as_str().map_or(f64::INFINITY, number);
        let in_range = |message: &&Message| {
            let is_in_time = (oldest..=latest).contains(&number(&message.ts));
            params["channel"] == message.channel && is(message) && is_in_time
        };
        // What history shows of a reaction's users may be a part.
        let shown = self.messages.iter().rev().filter(in_range).map(|message| message.to_json(1));
        let all: Vec<Value> = shown.collect();
        let Ok(from) = params["cursor"].as_str().unwrap_or("0").parse::<usize>() else {
            return json!({ "ok": false, "error": "invalid_cursor" });
        };
        let mut page: Vec<Value> = all.iter().skip(from).take(2).cloned().collect();
        if params["include_all_metadata"] != "true" {
            for message in &mut page {
                message["metadata"]["event_payload"] = json!({});
            }
        }
        let next = if from + 2 < all.len() { (from + 2).to_string() } else { String::new() };
        json!({ "ok": true, "messages": page, "response_metadata": { "next_cursor": next } })
    }
}
