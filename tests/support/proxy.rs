//! Stands between the binary and a fake service: what the binary asks arrives, what it hears may be spoilt.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::support::http_server::{HttpServer, Reply, Request};
use crate::support::mutate::{Random, spoil_json};

/// Statuses that come instead of the service's own, now and then.
const STATUSES: [u16; 10] = [200, 201, 204, 207, 302, 400, 404, 409, 500, 502];

pub(crate) struct Proxy {
    server: HttpServer,
    state: Arc<Mutex<State>>,
}

struct State {
    random: Random,
    /// Of so many answers one is spoilt; 0: none.
    one_in: usize,
    /// How often the answer to each kind of request was spoilt.
    kinds: BTreeMap<String, usize>,
}

impl Proxy {
    pub(crate) fn start(to: String, seed: u64, one_in: usize) -> Self {
        let state = Arc::new(Mutex::new(State { random: Random(seed), one_in, kinds: BTreeMap::new() }));
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none());
        let (shared, client) = (state.clone(), client.build().expect("a client"));
        let server = HttpServer::start(move |request| {
            let reply = forward(&client, &to, request);
            shared.lock().unwrap().pass_on(kind(request), reply)
        });
        Self { server, state }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// From now on every answer arrives as it was given. Says of which kinds of request how many answers did not.
    pub(crate) fn be_honest(&self) -> BTreeMap<String, usize> {
        let mut state = self.state.lock().unwrap();
        state.one_in = 0;
        state.kinds.clone()
    }
}

impl State {
    fn pass_on(&mut self, kind: String, reply: Reply) -> Reply {
        let Reply::Answer { mut status, mut headers, mut body } = reply else { return reply };
        if self.one_in == 0 {
            return Reply::Answer { status, headers, body };
        }
        // The first of each kind always: what is asked once in a run has its turn as well.
        let spoilt = self.kinds.entry(kind).or_default();
        if *spoilt > 0 && !self.random.one_in(self.one_in) {
            return Reply::Answer { status, headers, body };
        }
        *spoilt += 1;
        match self.random.below(12) {
            0 => return Reply::Close,
            1 => return Reply::Half(Box::new(Reply::Answer { status, headers, body })),
            2 => status = *self.random.pick(&STATUSES),
            3 => headers.push(("Date".to_owned(), "Thu, 32 Foo 99999 99:99:99 GMT".to_owned())),
            4 => body = Vec::new(),
            _ => body = spoil_json(&body, &mut self.random),
        }
        Reply::Answer { status, headers, body }
    }
}

/// `GET /crm/objects/2026-09/tasks/#`: a request without what differs from one record to the next.
fn kind(request: &Request) -> String {
    let differs = |part: &&str| {
        (part.len() >= 26 && !part.contains('.')) || part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let path: Vec<&str> = request
        .path
        .split('/')
        .map(|part| if !part.is_empty() && differs(&part) { "#" } else { part })
        .collect();
    format!("{} {}", request.method, path.join("/"))
}

fn forward(client: &reqwest::blocking::Client, to: &str, request: &Request) -> Reply {
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let method = request.method.parse().expect("a method");
    let mut onward = client.request(method, format!("{to}{}{query}", request.path));
    for (name, value) in &request.headers {
        if !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
            onward = onward.header(name, value);
        }
    }
    let Ok(answer) = onward.body(request.body.clone()).send() else { return Reply::Close };
    let status = answer.status().as_u16();
    let own = ["content-length", "transfer-encoding", "connection"];
    let headers = answer
        .headers()
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    Reply::Answer { status, headers, body: answer.bytes().map(|body| body.to_vec()).unwrap_or_default() }
}
