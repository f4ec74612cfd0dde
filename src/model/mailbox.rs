//! Which e-mail addresses are one mailbox, and so one lead; which texts are one domain.

use std::borrow::Cow;

use super::fold;

/// What is looked through, besides case and surrounding space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mailboxes {
    /// `ana+news@acme.example` is `ana@acme.example`.
    pub plus_tags: bool,
    /// Google delivers `a.na@gmail.com` and `ana@googlemail.com` to `ana@gmail.com`.
    pub gmail_dots: bool,
}

const MAILTO: &str = "mailto:";
const GMAIL: &str = "gmail.com";
const GOOGLEMAIL: &str = "googlemail.com";

impl Mailboxes {
    /// One text for every address of the same mailbox; `None` for what is no address.
    pub fn normalised(self, email: &str) -> Option<String> {
        let folded = fold(address(email));
        let (local, domain) = folded.rsplit_once('@')?;
        let domain = one_domain(domain);
        if local.is_empty() || domain.is_empty() {
            return None;
        }
        let untagged = local.split_once('+').map(|(before, _)| before).filter(|before| !before.is_empty());
        let local = untagged.filter(|_| self.plus_tags).unwrap_or(local);
        if self.gmail_dots && [GMAIL, GOOGLEMAIL].contains(&&*domain) {
            let without = local.replace('.', "");
            // A mailbox of nothing but dots is none at Google; it stays what it is.
            let local = if without.is_empty() { local } else { &without };
            return Some(format!("{local}@{GMAIL}"));
        }
        Some(format!("{local}@{domain}"))
    }
}

/// The address in `Ana <ana@acme.example>` and `mailto:ana@acme.example`.
pub fn address(email: &str) -> &str {
    let email = email.trim();
    let bracketed = email.strip_suffix('>').and_then(|email| email.rsplit_once('<'));
    let bare = bracketed.map_or(email, |(_, address)| address);
    let has_scheme = bare.get(..MAILTO.len()).is_some_and(|start| start.eq_ignore_ascii_case(MAILTO));
    bare.get(MAILTO.len()..).filter(|_| has_scheme).unwrap_or(bare).trim()
}

/// One text for every spelling of an address: that of its domain, and no letter case.
pub fn one_address(email: &str) -> Cow<'_, str> {
    let folded = fold(address(email));
    match folded.rsplit_once('@') {
        Some((local, domain)) => {
            let one = one_domain(domain);
            if *one == *domain { folded } else { Cow::Owned(format!("{local}@{one}")) }
        }
        None => folded,
    }
}

/// One text for every spelling of a domain: `https://www.acme.example/about`, `ACME.example.` and `acme.example` are one,
/// and so are `müller.example` and `xn--mller-kva.example`.
pub fn one_domain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    if text.bytes().all(is_plain)
        && !text.starts_with("www.")
        && !text.ends_with('.')
        && !text.contains("xn--")
    {
        return Cow::Borrowed(text);
    }
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host).trim().trim_end_matches('.');
    let ascii = idna::domain_to_ascii(host).unwrap_or_else(|_| fold(host).into_owned());
    let bare = ascii.strip_prefix("www.").filter(|rest| rest.contains('.'));
    Cow::Owned(bare.map_or_else(|| ascii.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Mailboxes = Mailboxes { plus_tags: true, gmail_dots: true };

    #[test]
    fn what_is_one_mailbox_depends_on_the_setting() {
        let plain = Mailboxes::default();
        for (email, case_only, all) in [
            (" Ana@Acme.Example ", "ana@acme.example", "ana@acme.example"),
            ("ana+news@acme.example", "ana+news@acme.example", "ana@acme.example"),
            ("a.na@gmail.com", "a.na@gmail.com", "ana@gmail.com"),
            ("A.n.a+x.y@GoogleMail.com", "a.n.a+x.y@googlemail.com", "ana@gmail.com"),
            ("a.na@acme.example", "a.na@acme.example", "a.na@acme.example"),
            ("+x@acme.example", "+x@acme.example", "+x@acme.example"),
            ("a@b@acme.example", "a@b@acme.example", "a@b@acme.example"),
            ("A <a.b@gmail.com>", "a.b@gmail.com", "ab@gmail.com"),
            ("MAILTO:b@gmail.com.", "b@gmail.com", "b@gmail.com"),
            ("jo@müller.example", "jo@xn--mller-kva.example", "jo@xn--mller-kva.example"),
        ] {
            assert_eq!(plain.normalised(email).as_deref(), Some(case_only));
            assert_eq!(ALL.normalised(email).as_deref(), Some(all));
        }
        for nobody in ["", "ana", "@acme.example", "ana@", "  @ "] {
            assert_eq!(ALL.normalised(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn every_spelling_of_a_domain_is_one() {
        for (text, expected) in [
            ("https://www.contoso.example/", "contoso.example"),
            ("HTTP://Contoso.example:8080/about?x=a@b#c", "contoso.example"),
            ("www.contoso.example", "contoso.example"),
            ("contoso.example.", "contoso.example"),
            (" Contoso.EXAMPLE ", "contoso.example"),
            ("shop.contoso.example", "shop.contoso.example"),
            ("müller.example", "xn--mller-kva.example"),
            ("XN--MLLER-KVA.example", "xn--mller-kva.example"),
            ("www.example", "www.example"),
            ("", ""),
            ("no domain", "no domain"),
        ] {
            assert_eq!(one_domain(text), expected, "{text}");
        }
        assert_eq!(one_address("A <A@Gmail.com.>"), "a@gmail.com");
        assert_eq!(one_address("nobody"), "nobody");
    }

    prop_compose! {
        fn mailboxes()(plus_tags: bool, gmail_dots: bool) -> Mailboxes { Mailboxes { plus_tags, gmail_dots } }
    }

    proptest! {
        #[test]
        fn what_is_one_stays_one(text in "(https?://)?(www\\.)?[a-vA-VäßÖ]{1,8}\\.[a-z]{2,8}(\\.|/|:80|/.{0,8})?", any in "\\PC{0,24}") {
            let domain = one_domain(&text).into_owned();
            prop_assert_eq!(one_domain(&domain), domain.clone(), "{}", text);
            drop((one_domain(&any), one_address(&any)));
        }

        #[test]
        fn normalising_twice_changes_nothing(boxes in mailboxes(), email in "[ -~äÖ]{0,20}@?[a-zA-Z.+@]{0,12}") {
            if let Some(once) = boxes.normalised(&email) {
                prop_assert_eq!(boxes.normalised(&once), Some(once.clone()));
            }
        }

        #[test]
        fn what_the_setting_looks_through_makes_no_other_mailbox(
            local in "[a-z][a-z0-9]{0,8}", tag in "[a-z0-9.+]{0,5}", dot in 0..8_usize, host in "[a-z]{1,8}",
        ) {
            let other = format!("{local}@{host}.example");
            prop_assert_eq!(ALL.normalised(&format!(" {}+{tag}@{host}.EXAMPLE", local.to_uppercase())), Some(other.clone()));
            let mut dotted = local.clone();
            dotted.insert(dot.min(local.len()), '.');
            let gmail = Some(format!("{local}@gmail.com"));
            prop_assert_eq!(ALL.normalised(&format!("{dotted}+{tag}@googlemail.com")), gmail);
            prop_assert_ne!(ALL.normalised(&format!("{dotted}@{host}.example")), Some(other));
        }

        #[test]
        fn different_people_stay_different(a in "[a-z]{1,6}", b in "[a-z]{1,6}", domain in "(gmail.com|acme.example)") {
            let (one, two) = (ALL.normalised(&format!("{a}@{domain}")), ALL.normalised(&format!("{b}@{domain}")));
            prop_assert_eq!(one == two, a == b);
        }
    }
}
