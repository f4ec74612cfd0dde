//! Tokens: from the environment or a file named there, and nowhere else. They cannot be printed, and none is left in memory
//! that somebody else gets.

use std::fmt;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A token. It has no `Display`, its `Debug` says nothing, and it goes into a request only through [`Secret::expose`]. Its
/// memory is wiped when it is dropped, and so is that of every copy made here.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

/// Characters at a token's end that are as good as the token to whoever searches logs for it.
const END: usize = 12;

/// No token is longer; whatever is in a larger file is no token.
const CHARS_MAX: usize = 4_096;

/// No service has longer names of scopes.
const SCOPE_CHARS_MAX: usize = 80;

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The token itself, for the one header that carries it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Tells it from another; nobody learns it from that.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        format!("{:016x}", u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default()))
    }

    /// Reads the variable `name`, else the file that `name_FILE` names; `None` when neither is set. No error contains
    /// any of the token.
    pub(crate) fn from_env(name: &str) -> Result<Option<Self>> {
        if let Some(value) = env(name) {
            return Self::parse(&value).with_context(|| format!("the environment variable {name}")).map(Some);
        }
        let Some(path) = env(&format!("{name}_FILE")) else { return Ok(None) };
        let read = || -> Result<Self> {
            let metadata = std::fs::metadata(path.as_str())?;
            let mode = metadata.permissions().mode() & 0o777;
            // What root lets a group read is root's decision: systemd hands credentials over that way.
            let allowed = if metadata.uid() == 0 { 0o740 } else { 0o700 };
            if mode & !allowed != 0 {
                bail!("others can read or change it (mode {mode:04o}); run `chmod 600` on it");
            }
            let size = metadata.len();
            if size > CHARS_MAX as u64 {
                bail!("it is too large for a token");
            }
            Self::parse(&Zeroizing::new(std::fs::read_to_string(Path::new(path.as_str()))?))
        };
        read().with_context(|| format!("the file that {name}_FILE names")).map(Some)
    }

    /// Takes it out of what a service said: some repeat what they were sent, in errors that are told and kept.
    pub(crate) fn redact(&self, said: Vec<u8>) -> Vec<u8> {
        let Ok(mut text) = String::from_utf8(said) else { return Vec::new() };
        for form in self.forms() {
            text = strike(&text, &form);
        }
        text.into_bytes()
    }

    /// As it is, as it stands in headers, and the part of it that gives it away. Longest first.
    fn forms(&self) -> Vec<Zeroizing<String>> {
        let path = self.0.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
        let in_path = path.and_then(|path| path.rsplit('/').next());
        let end = self.0.len().checked_sub(END).and_then(|at| self.0.get(at..));
        let mut forms = vec![
            self.0.to_string(),
            data_encoding::BASE64.encode(self.0.as_bytes()),
            data_encoding::BASE64URL_NOPAD.encode(self.0.as_bytes()),
        ];
        forms.extend([path, in_path, end].into_iter().flatten().map(str::to_owned));
        // Anything shorter is a word like any other.
        forms.retain(|form| form.len() >= END);
        forms.into_iter().map(Zeroizing::new).collect()
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            bail!("it is empty");
        }
        if text.len() > CHARS_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            bail!("it is not a token: letters, digits and signs only, without spaces");
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

/// `text` with each `form` in it replaced, however its characters are spelled: as they are, or escaped as JSON, addresses and
/// HTML do it.
fn strike(text: &str, form: &str) -> String {
    let spelled: Vec<(char, usize)> = characters(text).collect();
    let length = form.chars().count();
    let (mut struck, mut kept_to, mut at) = (String::new(), 0, 0);
    while let Some(window) = spelled.get(at..at + length) {
        if !window.iter().map(|(c, _)| *c).eq(form.chars()) {
            at += 1;
            continue;
        }
        let begin = at.checked_sub(1).and_then(|before| spelled.get(before)).map_or(0, |(_, end)| *end);
        struck.push_str(text.get(kept_to..begin).unwrap_or_default());
        struck.push('…');
        kept_to = window.last().map_or(kept_to, |(_, end)| *end);
        at += length;
    }
    struck.push_str(text.get(kept_to..).unwrap_or_default());
    struck
}

/// The characters of a text, each with where it ends.
fn characters(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let plain = rest.chars().next()?;
        let (character, length) = escaped(rest).unwrap_or((plain, plain.len_utf8()));
        at += length;
        Some((character, at))
    })
}

/// The character that an escape at the beginning of `text` stands for, and the length of the escape.
fn escaped(text: &str) -> Option<(char, usize)> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    if let Some(rest) = text.strip_prefix('%') {
        return Some((number(rest.get(..2)?, 16)?, 3));
    }
    if let Some(rest) = text.strip_prefix("&#") {
        let digits = rest.get(..rest.find(';')?)?;
        let hexadecimal = digits.strip_prefix(['x', 'X']);
        let character = hexadecimal.map_or_else(|| number(digits, 10), |digits| number(digits, 16))?;
        return Some((character, "&#".len() + digits.len() + ";".len()));
    }
    // JSON that stands in a text of JSON has its backslashes doubled.
    let rest = text.trim_start_matches('\\');
    let slashes = text.len() - rest.len();
    match rest.chars().next().filter(|_| slashes > 0)? {
        'u' => Some((number(rest.get(1..5)?, 16)?, slashes + 5)),
        '/' => Some(('/', slashes + 1)),
        _ => None,
    }
}

/// What a token may do and nothing here needs, as a sentence. Whatever does not look like a scope is not repeated.
pub(crate) fn surplus<'a>(granted: impl IntoIterator<Item = &'a str>, used: &[&str]) -> Option<String> {
    let is_scope = |scope: &&str| {
        (1..=SCOPE_CHARS_MAX).contains(&scope.len())
            && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
    };
    let mut more: Vec<&str> =
        granted.into_iter().filter(is_scope).filter(|scope| !used.contains(scope)).collect();
    more.sort_unstable();
    more.dedup();
    (!more.is_empty())
        .then(|| format!("the token may do more than handoff ever does: take away {}", more.join(", ")))
}

#[expect(clippy::disallowed_methods, reason = "the one place where tokens enter")]
fn env(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().map(Zeroizing::new).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_cannot_be_printed_by_accident() {
        // Said when this is compiled.
        static_assertions::assert_not_impl_any!(Secret: fmt::Display, serde::Serialize, AsRef<str>);
        let secret = Secret::parse(" pat-na1-abc \n").unwrap();
        assert_eq!(secret.expose(), "pat-na1-abc");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_token_is_wiped_from_memory_when_it_is_dropped() {
        use std::os::unix::fs::FileExt as _;

        let memory = std::fs::File::open("/proc/self/mem").unwrap();
        // Whoever frees memory writes into its beginning: the end of a long token is as it was left.
        let secret = Secret::parse(&"pat-na1-".repeat(400)).unwrap();
        let end = secret.expose().len() - 16;
        let at = u64::try_from(secret.expose()[end..].as_ptr().addr()).unwrap();
        let mut found = [0; 16];
        memory.read_exact_at(&mut found, at).unwrap();
        assert_eq!(&found, b"pat-na1-pat-na1-");
        drop(secret);
        memory.read_exact_at(&mut found, at).unwrap();
        assert_ne!(&found, b"pat-na1-pat-na1-");
    }

    #[test]
    fn a_token_is_struck_out_of_what_a_service_repeats() {
        let strike = |secret: &str, said: String| {
            let secret = Secret::parse(secret).unwrap();
            String::from_utf8(secret.redact(said.into_bytes())).unwrap()
        };
        let token = "pat-na1-0123456789abcdef";
        let coded = data_encoding::BASE64.encode(token.as_bytes());
        for said in [token, &coded, "456789abcdef"] {
            assert_eq!(strike(token, format!("no {said}!")), "no …!");
        }
        let url = "https://hooks.slack.example/services/T0/B0/abcdefghijkl";
        for said in [url, "services/T0/B0/abcdefghijkl", "abcdefghijkl"] {
            assert_eq!(strike(url, format!("no {said}!")), "no …!");
        }
        assert_eq!(strike(token, "an error about nothing".to_owned()), "an error about nothing");
        let spelled = |spell: fn(u32) -> String| token.chars().map(|c| spell(c.into())).collect::<String>();
        for said in [
            spelled(|c| format!("\\u{c:04x}")),
            spelled(|c| format!("\\\\u{c:04X}")),
            spelled(|c| format!("%{c:02x}")),
            spelled(|c| format!("&#{c};")),
            spelled(|c| format!("&#x{c:X};")),
            token.replace('-', "\\u002d"),
            token.replace('-', "%2D"),
        ] {
            assert_eq!(
                strike(token, format!("no {said}! \\u00e9 100 % &# {said}")),
                "no …! \\u00e9 100 % &# …"
            );
        }
        assert_eq!(strike(url, format!("no {}", url.replace('/', "\\/"))), "no …");
    }

    #[test]
    fn only_what_nothing_uses_is_surplus() {
        let used = ["chat:write", "users:read"];
        assert_eq!(surplus(["users:read", "chat:write"], &used), None);
        let said = surplus(["files:write", "chat:write", "admin", "\u{1b}[2J", "", "admin"], &used);
        assert_eq!(
            said.as_deref(),
            Some("the token may do more than handoff ever does: take away admin, files:write")
        );
    }

    #[test]
    fn what_is_no_token_is_refused_without_repeating_it() {
        for text in ["", "two words", "umläut"] {
            let error = Secret::parse(text).unwrap_err().to_string();
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }
}
