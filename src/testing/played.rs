//! A service played from a folder of stored answers. Each file says what request it answers; `STEM.WHAT.json` is another
//! answer in place of `STEM.json`, and `any.WHAT.json` one that may come in place of every other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::blocking::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use crate::connector::http::{Answer, Failure, Script};

/// The folder of `tests/fuzz/corpus`, by the names of the files.
#[derive(Debug)]
pub(crate) struct Corpus {
    pub(crate) usual: Vec<Stored>,
    pub(crate) others: Vec<Stored>,
}

/// One stored answer.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) name: String,
    /// Method and path.
    to: String,
    /// What stands in the request's query or body.
    asking: String,
    pub(crate) answer: Answer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    to: String,
    #[serde(default)]
    asking: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    text: Option<String>,
}

impl Stored {
    fn read(path: &Path, token: &str) -> Self {
        let text = fs::read_to_string(path).unwrap().replace("TOKEN", token);
        let written: Written =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let body = written.body.map(|body| body.to_string()).or(written.text);
        let mut answer = Answer {
            status: written.status,
            headers: HeaderMap::new(),
            body: body.unwrap_or_else(|| panic!("{path:?} has no body and no text")).into_bytes(),
        };
        for (name, value) in &written.headers {
            set_header(&mut answer, name, value);
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { name, to: written.to, asking: written.asking, answer }
    }

    /// What it stands in place of; `any`: of all.
    pub(crate) fn stem(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    fn answers(&self, to: &str, asked: &str) -> bool {
        self.to == to && asked.contains(&self.asking)
    }
}

pub(crate) fn set_header(answer: &mut Answer, name: &str, value: &str) {
    let name: HeaderName = name.parse().unwrap();
    answer.headers.insert(name, HeaderValue::from_str(value).unwrap());
}

impl Corpus {
    /// `TOKEN` in a file stands for the token itself.
    pub(crate) fn read(folder: &str, token: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(folder);
        let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let stored = paths.iter().map(|path| Stored::read(path, token));
        let (others, mut usual): (Vec<_>, Vec<_>) = stored.partition(|stored| stored.name.contains('.'));
        // Whoever asks for something particular gets that.
        usual.sort_by_key(|stored| std::cmp::Reverse(stored.asking.len()));
        for other in &others {
            let is_known = other.stem() == "any" || usual.iter().any(|stored| stored.name == other.stem());
            assert!(is_known, "{} stands in place of nothing", other.name);
        }
        Self { usual, others }
    }

    /// The service as it is for one round: with `instead` in place of one usual answer.
    pub(crate) fn played(self: &Arc<Self>, instead: Option<Instead>) -> Arc<Played> {
        Arc::new(Played { corpus: Arc::clone(self), instead, told: Mutex::default() })
    }
}

/// What one usual answer is in this round.
#[derive(Clone, Debug)]
pub(crate) struct Instead {
    /// Of the usual answer that is meant.
    pub(crate) of: String,
    pub(crate) answer: Result<Answer, Failure>,
    /// How often the usual one comes first.
    pub(crate) after: usize,
}

/// One round's service.
#[derive(Debug)]
pub(crate) struct Played {
    corpus: Arc<Corpus>,
    pub(crate) instead: Option<Instead>,
    told: Mutex<Told>,
}

/// What was asked of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// How often each usual answer was due.
    pub(crate) due: BTreeMap<String, usize>,
    /// Whether another one came in place of one.
    pub(crate) instead: bool,
    /// Requests that no file answers.
    pub(crate) unknown: Vec<String>,
}

impl Played {
    pub(crate) fn script(self: &Arc<Self>) -> Script {
        let played = Arc::clone(self);
        Script::new(move |request| played.answer(request))
    }

    pub(crate) fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, request: &Request) -> Result<Answer, Failure> {
        let to = format!("{} {}", request.method(), request.url().path());
        let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
        let asked =
            format!("{}\n{}", request.url().query().unwrap_or_default(), String::from_utf8_lossy(body));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(usual) = self.corpus.usual.iter().find(|stored| stored.answers(&to, &asked)) else {
            told.unknown.push(format!("{to} {asked}"));
            return Ok(Answer { status: 404, headers: HeaderMap::new(), body: Vec::new() });
        };
        let due = told.due.entry(usual.name.clone()).or_default();
        *due += 1;
        let is_late = self.instead.as_ref().is_some_and(|instead| *due > instead.after);
        match self.instead.as_ref().filter(|instead| instead.of == usual.name && is_late) {
            Some(instead) => {
                told.instead = true;
                instead.answer.clone()
            }
            None => Ok(usual.answer.clone()),
        }
    }
}
