//! Which e-mail addresses are one mailbox, and so one lead.

use super::fold;

/// What is looked through, besides case and surrounding space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mailboxes {
    /// `ana+news@acme.example` is `ana@acme.example`.
    pub plus_tags: bool,
    /// Google delivers `a.na@gmail.com` and `ana@googlemail.com` to `ana@gmail.com`.
    pub gmail_dots: bool,
}

const GMAIL: &str = "gmail.com";
const GOOGLEMAIL: &str = "googlemail.com";

impl Mailboxes {
    /// One text for every address of the same mailbox; `None` for what is no address.
    pub fn normalised(self, email: &str) -> Option<String> {
        let folded = fold(email);
        let (local, domain) = folded.rsplit_once('@')?;
        if local.is_empty() || domain.is_empty() {
            return None;
        }
        let untagged = local.split_once('+').map(|(before, _)| before).filter(|before| !before.is_empty());
        let local = untagged.filter(|_| self.plus_tags).unwrap_or(local);
        if self.gmail_dots && [GMAIL, GOOGLEMAIL].contains(&domain) {
            let without = local.replace('.', "");
            // A mailbox of nothing but dots is none at Google; it stays what it is.
            let local = if without.is_empty() { local } else { &without };
            return Some(format!("{local}@{GMAIL}"));
        }
        Some(format!("{local}@{domain}"))
    }
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
        ] {
            assert_eq!(plain.normalised(email).as_deref(), Some(case_only));
            assert_eq!(ALL.normalised(email).as_deref(), Some(all));
        }
        for nobody in ["", "ana", "@acme.example", "ana@", "  @ "] {
            assert_eq!(ALL.normalised(nobody), None, "{nobody}");
        }
    }

    prop_compose! {
        fn mailboxes()(plus_tags: bool, gmail_dots: bool) -> Mailboxes { Mailboxes { plus_tags, gmail_dots } }
    }

    proptest! {
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
