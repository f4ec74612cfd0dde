//! Runs of a connector against a service played from a corpus: once when all is well, once for each other answer, and then
//! as often as is wanted with one answer spoilt.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::mutate::{Random, spoil_json};
use super::panics;
use super::played::{Corpus, Instead, Played, Stored, set_header};
use crate::connector::http::{Answer, Failure};

/// The longest text that a connector may tell people.
const TOLD_CHARS_MAX: usize = 1_000;

const STATUSES: [u16; 20] =
    [200, 201, 202, 204, 207, 302, 400, 401, 403, 404, 408, 409, 413, 423, 429, 477, 500, 502, 503, 524];

const HEADERS: [(&str, &str); 10] = [
    ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("date", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ("date", "yesterday"),
    ("retry-after", "18446744073709551615"),
    ("retry-after", "-1"),
    ("retry-after", "1e9"),
    ("x-hubspot-ratelimit-max", "0"),
    ("x-hubspot-ratelimit-remaining", "18446744073709551616"),
    ("x-hubspot-ratelimit-interval-milliseconds", "18446744073709551615"),
    ("x-oauth-scopes", "chat:write,,\u{9}admin"),
];

/// What a round saw.
pub(crate) struct Seen<'a> {
    token: &'a str,
    /// What was not as it is when all is well.
    pub(crate) amiss: Vec<String>,
}

impl Seen<'_> {
    /// A text for people: short, on one line, without the token.
    pub(crate) fn text(&self, text: &str) {
        assert!(!text.is_empty(), "nothing is told");
        let chars = text.chars().count();
        assert!(
            chars <= TOLD_CHARS_MAX,
            "{chars} characters are told: {}…",
            text.escape_debug().take(300).collect::<String>()
        );
        assert!(!text.contains(char::is_control), "{text:?} is not one clean line");
        let (_, end) = self.token.split_at(self.token.len() - 12);
        assert!(!text.contains(end), "{text:?} holds the token");
    }

    /// Notes an error; it is told too.
    pub(crate) fn amiss(&mut self, what: &str, why: &str) {
        self.text(why);
        self.amiss.push(format!("{what}: {why}"));
    }

    /// A result, noted when it is none.
    pub(crate) fn ok<T>(&mut self, what: &str, result: anyhow::Result<T>) -> Option<T> {
        result.map_err(|error| self.amiss(what, &format!("{error:#}"))).ok()
    }
}

/// One run of a connector. It is given the round's service, what to note what it sees in, and what earlier runs kept.
pub(crate) type Visit<K> = fn(&Arc<Played>, &mut Seen<'_>, &mut K);

/// What is played, and by whom.
pub(crate) struct Play<'a, K> {
    /// Of `tests/fuzz/corpus`.
    pub(crate) folder: &'a str,
    pub(crate) token: &'a str,
    pub(crate) rounds: usize,
    /// Runs that follow each other.
    pub(crate) visits: &'a [Visit<K>],
    /// Spoils what a run kept for the next: somebody, or a bug, has been at the database.
    pub(crate) spoil: fn(&mut K, &mut Random),
}

/// A run with what the ones before it kept, and how often it asks for each usual answer.
type Stage<K> = (Visit<K>, K, BTreeMap<String, usize>);

impl<K: Clone + Debug + Default> Play<'_, K> {
    pub(crate) fn play(&self) {
        panics::watch();
        let corpus = Arc::new(Corpus::read(self.folder, self.token));
        let stages = self.all_well(&corpus);
        self.each_other(&corpus, &stages);
        for number in 0..rounds_wanted(self.rounds) {
            let mut random = Random(number as u64);
            let usual = random.pick(&corpus.usual);
            let asking: Vec<_> = stages.iter().filter(|(_, _, due)| due.contains_key(&usual.name)).collect();
            let (visit, kept, due) = random.pick(&asking);
            let instead = spoilt(&corpus, usual, due[&usual.name], &mut random);
            let mut kept = kept.clone();
            if random.one_in(8) {
                (self.spoil)(&mut kept, &mut random);
            }
            self.go(*visit, &corpus.played(Some(instead)), &mut kept);
        }
    }

    fn go(&self, visit: Visit<K>, played: &Arc<Played>, kept: &mut K) -> Vec<String> {
        let before = kept.clone();
        let mut seen = Seen { token: self.token, amiss: Vec::new() };
        let went = catch_unwind(AssertUnwindSafe(|| visit(played, &mut seen, kept)));
        let panics = panics::take();
        assert!(went.is_ok() && panics.is_empty(), "{panics:#?}\n{}\n{before:?}", described(played));
        seen.amiss
    }

    /// Every run goes through wholly, and they ask for every file.
    fn all_well(&self, corpus: &Arc<Corpus>) -> Vec<Stage<K>> {
        let mut kept = K::default();
        let mut stages = Vec::new();
        for visit in self.visits {
            let played = corpus.played(None);
            let before = kept.clone();
            let amiss = self.go(*visit, &played, &mut kept);
            let told = played.told();
            assert!(amiss.is_empty() && told.unknown.is_empty(), "{amiss:#?} {:#?}", told.unknown);
            stages.push((*visit, before, told.due));
        }
        let is_due = |name: &String| stages.iter().any(|(_, _, due)| due.contains_key(name));
        let unreached: Vec<_> =
            corpus.usual.iter().map(|stored| &stored.name).filter(|name| !is_due(name)).collect();
        assert!(unreached.is_empty(), "nothing asks for {unreached:?}");
        stages
    }

    /// Each other answer as it is, in place of what it stands for.
    fn each_other(&self, corpus: &Arc<Corpus>, stages: &[Stage<K>]) {
        for (at, other) in corpus.others.iter().enumerate() {
            let of = match other.stem() {
                "any" => corpus.usual[at * 7 % corpus.usual.len()].name.as_str(),
                stem => stem,
            };
            let mut is_met = false;
            for (visit, kept, _) in stages.iter().filter(|(_, _, due)| due.contains_key(of)) {
                let answer = Ok(other.answer.clone());
                let played = corpus.played(Some(Instead { of: of.to_owned(), answer, after: 0 }));
                self.go(*visit, &played, &mut kept.clone());
                is_met |= played.told().instead;
            }
            assert!(is_met, "nothing asks for {}", other.name);
        }
    }
}

fn spoilt(corpus: &Corpus, usual: &Stored, due: usize, random: &mut Random) -> Instead {
    let fits = |other: &&Stored| other.stem() == "any" || other.stem() == usual.name;
    let others: Vec<&Stored> = corpus.others.iter().filter(fits).collect();
    let stored = if random.one_in(3) { *random.pick(&others) } else { usual };
    let after = random.below(due);
    let answer = match random.below(24) {
        0 => Err(Failure::NotSent("connection refused".to_owned())),
        1 => Err(Failure::Unknown("the answer broke off".to_owned())),
        _ => Ok(spoilt_answer(&stored.answer, random)),
    };
    Instead { of: usual.name.clone(), answer, after }
}

fn spoilt_answer(answer: &Answer, random: &mut Random) -> Answer {
    let mut answer = answer.clone();
    if !random.one_in(16) {
        answer.body = spoil_json(&answer.body, random);
    }
    if random.one_in(8) {
        answer.status = *random.pick(&STATUSES);
    }
    if random.one_in(8) {
        let (name, value) = random.pick(&HEADERS);
        set_header(&mut answer, name, value);
    }
    answer
}

fn described(played: &Played) -> String {
    let mut text = String::new();
    match &played.instead {
        Some(Instead { of, answer: Ok(answer), after }) => {
            let (status, body) = (answer.status, answer.body.escape_ascii());
            write!(text, "in place of {of} after {after}: {status} {:?}\n{body}", answer.headers).unwrap();
        }
        Some(Instead { of, answer: Err(failure), .. }) => {
            write!(text, "in place of {of}: {failure:?}").unwrap();
        }
        None => text.push_str("all is well"),
    }
    text
}

#[expect(clippy::disallowed_methods, reason = "who looks further says so in the environment")]
fn rounds_wanted(rounds: usize) -> usize {
    let wanted = std::env::var("FUZZ_ROUNDS").ok();
    wanted.map_or(rounds, |wanted| wanted.parse().expect("FUZZ_ROUNDS is a number"))
}
