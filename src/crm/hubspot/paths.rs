//! Every path of the API, in one place: a new version is one line of `rules.toml`.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/legacy/migration-guide>. The shapes of requests and answers
//! are the same in both styles; only where the version stands differs.

/// Version of the paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `2026-09`.
    Dated(String),
    /// The paths before dated versions, supported until September 2027.
    V3,
}

impl Default for Version {
    fn default() -> Self {
        Self::Dated("2026-09".to_owned())
    }
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "v3" {
            return Some(Self::V3);
        }
        let (year, month) = text.split_once('-')?;
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        // Versions for production ship in March and in September: <https://developers.hubspot.com/docs/api-reference/versioning>.
        (digits(year, 4) && ["03", "09"].contains(&month)).then(|| Self::Dated(text.to_owned()))
    }
}

/// The version of the account's own data; it is dated apart from the objects.
const ACCOUNT_INFO: &str = "2026-03";

/// Builds paths. Ids and names that go into one are percent-encoded here.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    version: Version,
}

impl Paths {
    pub(super) fn new(version: Version) -> Self {
        Self { version }
    }

    /// `objects/contacts` and the like.
    fn crm(&self, room: &str) -> String {
        match &self.version {
            Version::Dated(version) => format!("/crm/{room}/{version}"),
            Version::V3 => format!("/crm/v3/{room}"),
        }
    }

    /// Objects of a kind: to be created, or with an id behind it.
    pub(super) fn objects(&self, kind: &str) -> String {
        format!("{}/{kind}", self.crm("objects"))
    }

    pub(super) fn search(&self, kind: &str) -> String {
        format!("{}/search", self.objects(kind))
    }

    /// `doing` is `read`, `create`, `update` or `upsert`.
    pub(super) fn batch(&self, kind: &str, doing: &str) -> String {
        format!("{}/batch/{doing}", self.objects(kind))
    }

    pub(super) fn object(&self, kind: &str, id: &str) -> String {
        format!("{}/{}", self.objects(kind), crate::model::percent_encode(id))
    }

    /// What many objects of one kind are associated with; in the old style only v4 has it in this form.
    pub(super) fn associations(&self, from: &str, to: &str) -> String {
        match &self.version {
            Version::Dated(version) => format!("/crm/associations/{version}/{from}/{to}/batch/read"),
            Version::V3 => format!("/crm/v4/associations/{from}/{to}/batch/read"),
        }
    }

    pub(super) fn properties(&self, kind: &str) -> String {
        format!("{}/{kind}", self.crm("properties"))
    }

    pub(super) fn owners(&self) -> String {
        self.crm("owners")
    }

    pub(super) fn account(&self) -> String {
        match &self.version {
            Version::Dated(_) => format!("/account-info/{ACCOUNT_INFO}/details"),
            Version::V3 => "/account-info/v3/details".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_every_path_and_comes_from_one_setting() {
        let dated = Paths::new(Version::default());
        assert_eq!(dated.search("contacts"), "/crm/objects/2026-09/contacts/search");
        assert_eq!(dated.batch("tasks", "create"), "/crm/objects/2026-09/tasks/batch/create");
        assert_eq!(dated.object("contacts", "../7"), "/crm/objects/2026-09/contacts/..%2F7");
        assert_eq!(
            dated.associations("contacts", "companies"),
            "/crm/associations/2026-09/contacts/companies/batch/read"
        );
        assert_eq!(dated.properties("contacts"), "/crm/properties/2026-09/contacts");
        assert_eq!(dated.owners(), "/crm/owners/2026-09");
        let old = Paths::new(Version::V3);
        assert_eq!(old.search("contacts"), "/crm/v3/objects/contacts/search");
        assert_eq!(
            old.associations("contacts", "companies"),
            "/crm/v4/associations/contacts/companies/batch/read"
        );
        assert_eq!(old.owners(), "/crm/v3/owners");
        assert_eq!(old.properties("companies"), "/crm/v3/properties/companies");
    }

    #[test]
    fn a_version_is_dated_or_v3() {
        assert!(Version::parse("2027-03").is_some());
        for text in ["v2", "2026", "2026-9", "2026-08", "2026-09-beta", "../2026-09", ""] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
