//! An HTTP/1.1 server inside the test: plain threads, keep-alive, and faults on demand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// What follows the `?`.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

impl Request {
    /// A header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What goes out.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    /// The connection ends without an answer.
    Close,
    /// The connection ends in the middle of the body.
    Half(Box<Reply>),
    Late(Duration, Box<Reply>),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json;charset=utf-8".to_owned())];
        Self::Answer { status, headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn html(status: u16) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/html;charset=utf-8".to_owned())];
        Self::Answer { status, headers, body: b"<html><body>no such thing</body></html>".to_vec() }
    }

    /// With one more header; faults keep what they are.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A request and when it was on its way.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) path: String,
    pub(crate) from: Instant,
    /// Just before the answer goes out.
    pub(crate) to: Instant,
}

/// How long each answer takes, and what was exchanged.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) delay: Duration,
    /// Each request tries to write to this database before it is looked at.
    database: Option<PathBuf>,
    /// Requests during which that was not possible.
    locked: Vec<String>,
    pub(crate) exchanges: Vec<Exchange>,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub(crate) struct HttpServer {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    traffic: Arc<Mutex<Traffic>>,
}

impl HttpServer {
    /// Answers each request with what `handle` says; it may be called from several threads at once.
    pub(crate) fn start(handle: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let traffic = Arc::new(Mutex::new(Traffic::default()));
        let (over, handle, seen) = (is_over.clone(), Arc::new(handle), traffic.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, handle) = (stream.expect("a connection"), handle.clone());
                let traffic = seen.clone();
                std::thread::spawn(move || serve(stream, handle.as_ref(), &traffic));
            }
        });
        Self { address, is_over, traffic }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on each request tries to write to this database: while a service is asked, nobody may hold it.
    pub(crate) fn watch(&self, database: &Path) {
        self.traffic().database = Some(database.to_owned());
    }

    /// Requests since the last call during which nobody else could write to the database.
    pub(crate) fn locked(&self) -> Vec<String> {
        std::mem::take(&mut self.traffic().locked)
    }

    pub(crate) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().expect("the traffic")
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

fn serve(mut stream: TcpStream, handle: &(impl Fn(&Request) -> Reply + ?Sized), traffic: &Mutex<Traffic>) {
    stream.set_nodelay(true).ok();
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    while let Some(request) = read(&mut reader) {
        let database = traffic.lock().expect("the traffic").database.clone();
        if database.is_some_and(|database| !can_write(&database)) {
            traffic.lock().expect("the traffic").locked.push(request.path.clone());
        }
        let reply = handle(&request);
        let delay = traffic.lock().expect("the traffic").delay;
        std::thread::sleep(delay);
        let exchange = Exchange { path: request.path.clone(), from: request.at, to: Instant::now() };
        traffic.lock().expect("the traffic").exchanges.push(exchange);
        if !write(&mut stream, reply) {
            return;
        }
    }
}

/// Whether nobody holds the write lock for longer than a commit takes.
fn can_write(database: &Path) -> bool {
    let database = rusqlite::Connection::open(database).expect("the database");
    database.busy_timeout(Duration::from_secs(1)).expect("a timeout");
    database.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok()
}

/// `None`: the client is gone.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let at = Instant::now();
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut request = Request { method, path, query, headers, body: Vec::new(), at };
    let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// Whether the connection stays open.
fn write(stream: &mut TcpStream, reply: Reply) -> bool {
    match reply {
        Reply::Close => false,
        Reply::Late(pause, reply) => {
            std::thread::sleep(pause);
            write(stream, *reply)
        }
        Reply::Half(reply) => {
            let mut bytes = bytes(*reply);
            bytes.truncate(bytes.len().saturating_sub(7));
            stream.write_all(&bytes).ok();
            false
        }
        reply @ Reply::Answer { .. } => stream.write_all(&bytes(reply)).is_ok(),
    }
}

fn bytes(reply: Reply) -> Vec<u8> {
    let Reply::Answer { status, headers, body } = reply else { return Vec::new() };
    let mut head = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([&name, ": ", &value, "\r\n"]);
    }
    [head.as_bytes(), b"\r\n", &body].concat()
}
