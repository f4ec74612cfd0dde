//! Which file of `src/` uses which, and the circles among them. A file that only passes a name on (`pub use`) does not use it,
//! and a path through it leads to the file that has the item. What a file takes from the module around it does not count: a
//! folder's `mod.rs` may hold what its files share and call them too.

use std::collections::{BTreeMap, BTreeSet};

/// A module's place: `["crm", "hubspot"]` of `crm/hubspot/mod.rs`; empty for the crate.
type Module = Vec<String>;

/// So many names are followed from one `use` to the next; a name that leads to itself ends there.
const DEPTH_MAX: usize = 8;

#[derive(Default)]
struct File {
    path: String,
    module: Module,
    /// By their names: what `use` brings in, and whether it is passed on.
    imports: BTreeMap<String, (Vec<String>, bool)>,
    /// Modules whose every name is brought in.
    globs: Vec<(Vec<String>, bool)>,
    /// Paths and single names elsewhere in the file.
    mentions: BTreeSet<Vec<String>>,
    defines: BTreeSet<String>,
}

pub(crate) struct Files(BTreeMap<Module, File>);

impl Files {
    /// Of the paths below `src/`, each with its code.
    pub(crate) fn read<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(sources.map(|(path, code)| (module(path), file(path, code))).collect())
    }

    /// Each file with those that it uses.
    pub(crate) fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let used = self.0.iter().map(|(module, file)| (file.path.as_str(), self.used_by(module, file)));
        used.collect()
    }

    fn used_by(&self, module: &Module, file: &File) -> BTreeSet<&str> {
        let mentioned = file.mentions.iter().filter_map(|path| self.file_of(module, path, 0));
        // A trait is brought in for its methods, under whatever name.
        let imported = file.imports.iter().filter(|(_, (_, is_passed_on))| !is_passed_on);
        let imported = imported.filter_map(|(_, (path, _))| self.file_of(module, path, 0));
        let globs = file.globs.iter().filter(|(_, is_passed_on)| !is_passed_on);
        let globs =
            globs.filter_map(|(path, _)| self.module_of(module, path, 0)).map(|module| &self.0[&module]);
        let used = mentioned.chain(imported).chain(globs);
        let is_around = |used: &&File| module.starts_with(&used.module);
        used.filter(|used| !is_around(used)).map(|used| used.path.as_str()).collect()
    }

    /// The file that has the item at the path; none when it is a module, or nothing of this crate.
    fn file_of(&self, from: &Module, path: &[String], depth: usize) -> Option<&File> {
        if let Some((module, rest)) = self.walk(from, path, depth) {
            let name = rest.first()?;
            return self.item(&module, name, depth);
        }
        // A name that `use` brought in.
        let (target, _) = self.0[from].imports.get(path.first()?)?;
        if depth < DEPTH_MAX { self.file_of(from, target, depth + 1) } else { None }
    }

    fn item(&self, module: &Module, name: &str, depth: usize) -> Option<&File> {
        let file = &self.0[module];
        if file.defines.contains(name) || depth >= DEPTH_MAX {
            return Some(file);
        }
        if let Some((path, _)) = file.imports.get(name) {
            return self.file_of(module, path, depth + 1);
        }
        let globs = file.globs.iter().filter_map(|(path, _)| self.module_of(module, path, depth + 1));
        let defining =
            globs.filter(|glob| self.0[glob].defines.contains(name)).map(|glob| &self.0[&glob]).next();
        Some(defining.unwrap_or(file))
    }

    fn module_of(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (module, rest) = self.walk(from, path, depth)?;
        rest.is_empty().then_some(module)
    }

    /// As far as the path names modules: the last of them, and the rest of the path.
    fn walk<'p>(&self, from: &Module, path: &'p [String], depth: usize) -> Option<(Module, &'p [String])> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Module::new(),
            "self" => from.clone(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            name => {
                let child = [from.as_slice(), &[name.to_owned()]].concat();
                let (target, _) = match self.0[from].imports.get(name) {
                    _ if self.0.contains_key(&child) => return Some(self.descend(child, rest)),
                    Some(import) if depth < DEPTH_MAX && import.0.first() != Some(first) => import,
                    _ => return None,
                };
                let module = self.module_of(from, target, depth + 1)?;
                return Some(self.descend(module, rest));
            }
        };
        while let Some(("super", after)) = rest.split_first().map(|(name, after)| (name.as_str(), after)) {
            at.pop()?;
            rest = after;
        }
        Some(self.descend(at, rest))
    }

    fn descend<'p>(&self, mut at: Module, mut rest: &'p [String]) -> (Module, &'p [String]) {
        while let Some((name, after)) = rest.split_first() {
            at.push(name.clone());
            if !self.0.contains_key(&at) {
                at.pop();
                break;
            }
            rest = after;
        }
        (at, rest)
    }
}

/// Files that reach each other, in groups.
pub(crate) fn circles<'a>(uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<BTreeSet<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        uses.keys().map(|file| (*file, reach(file, uses))).collect();
    let circle = |file: &&'a str| {
        let back = reached[*file].iter().filter(|other| reached[**other].contains(file));
        back.copied().collect::<BTreeSet<&str>>()
    };
    uses.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

fn reach<'a>(file: &str, uses: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = uses[file].iter().copied().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(uses.get(next).into_iter().flatten());
        }
    }
    reached
}

fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Module::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn file(path: &str, code: &str) -> File {
    let tokens = tokens(code);
    let mut file = File { path: path.to_owned(), module: module(path), ..File::default() };
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at].as_str();
        let is_first = at == 0 || tokens[at - 1] != "::";
        if token == "use" {
            let end = at + tokens[at..].iter().position(|token| token == ";").unwrap_or(tokens.len() - at);
            // `pub use`, `pub(crate) use`.
            let is_passed_on = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
            import(&tokens[at + 1..end], &[], is_passed_on, &mut file);
            at = end;
        } else if is_name(token) && is_first {
            let mut path = vec![token.to_owned()];
            while tokens.get(at + 1).is_some_and(|token| token == "::")
                && tokens.get(at + 2).is_some_and(|token| is_name(token))
            {
                path.push(tokens[at + 2].clone());
                at += 2;
            }
            let defines = ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules"];
            if path.len() == 1
                && let Some(name) = tokens.get(at + 1).filter(|_| defines.contains(&token))
            {
                file.defines.insert(name.clone());
            }
            file.mentions.insert(path);
        }
        at += 1;
    }
    // A name of the file's own is nobody else's.
    let File { mentions, defines, .. } = &mut file;
    mentions.retain(|path| !defines.contains(&path[0]));
    file
}

/// One tree of a `use`, without its semicolon.
fn import(tree: &[String], before: &[String], is_passed_on: bool, file: &mut File) {
    let end = tree.iter().position(|token| ["{", "*", "as"].contains(&token.as_str())).unwrap_or(tree.len());
    let names = tree[..end].iter().filter(|token| is_name(token)).cloned();
    let mut path: Vec<String> = before.iter().cloned().chain(names).collect();
    match tree.get(end).map(String::as_str) {
        Some("{") => {
            let mut depth = 0;
            let inner = &tree[end + 1..tree.len() - 1];
            let parts = inner.split(|token| {
                depth += match token.as_str() {
                    "{" => 1,
                    "}" => -1,
                    _ => 0,
                };
                token == "," && depth == 0
            });
            parts.filter(|part| !part.is_empty()).for_each(|part| import(part, &path, is_passed_on, file));
        }
        Some("*") => file.globs.push((path, is_passed_on)),
        renamed => {
            if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
                path.pop();
            }
            let name = if renamed.is_some() { tree.last() } else { path.last() };
            let Some(name) = name.cloned() else { return };
            // `as _`: there may be several.
            let name = if name == "_" { path.join("::") } else { name };
            file.imports.insert(name, (path, is_passed_on));
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single characters; no comments, texts, lifetimes and numbers.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            quoted(rest)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if let Some(raw) = rest.strip_prefix("r\"") {
            raw.find('"').map_or(rest.len(), |end| end + 3)
        } else if c == '\'' {
            character(rest)
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// A character, or the quote of a lifetime.
fn character(text: &str) -> usize {
    let inner = text[1..].strip_prefix('\\').map_or(1, |_| 2);
    let close = text.char_indices().skip(1 + inner).find(|(_, c)| *c == '\'');
    match close {
        Some((at, _)) if at <= 12 && (inner == 2 || text[1..at].chars().count() == 1) => at + 1,
        _ => 1,
    }
}

#[test]
fn a_circle_is_found_through_names_that_are_passed_on_and_none_where_there_is_none() {
    let sources = [
        (
            "model/mod.rs",
            "pub(crate) use contact::Contact; pub use self::time::{Span as Age, Timestamp}; mod contact; mod time;",
        ),
        ("model/contact.rs", "use super::Age; struct Contact { age: Age }"),
        (
            "model/time.rs",
            "pub struct Span; pub struct Timestamp; // Contact\nconst NAME: &str = \"model::Contact\";",
        ),
        ("a/mod.rs", "use crate::b; mod deep; fn start() { b::go(); deep::dig(); }"),
        ("a/deep.rs", "use super::start; fn dig() { start() }"),
        ("b.rs", "use crate::{a::{self, deep::dig}, model}; fn go(_: model::Contact) { dig() }"),
        ("c.rs", "fn alone<'a>(_: &'a str) -> char { 'b' }"),
    ];
    let files = Files::read(sources.into_iter());
    let uses = files.uses();
    let of = |path: &str| uses[path].iter().copied().collect::<Vec<_>>();
    assert_eq!(of("model/mod.rs"), Vec::<&str>::new());
    assert_eq!(of("model/contact.rs"), ["model/time.rs"]);
    assert_eq!(of("a/mod.rs"), ["a/deep.rs", "b.rs"]);
    assert_eq!(of("a/deep.rs"), Vec::<&str>::new());
    assert_eq!(of("b.rs"), ["a/deep.rs", "model/contact.rs"]);
    assert_eq!(circles(&uses), BTreeSet::new());

    let with = [("a/deep.rs", "use crate::b::go; fn dig() { go() }")];
    let files = Files::read(sources.into_iter().filter(|(path, _)| *path != "a/deep.rs").chain(with));
    assert_eq!(circles(&files.uses()), BTreeSet::from([BTreeSet::from(["a/deep.rs", "b.rs"])]));
}
