//! Webhooks: HubSpot says which contacts changed, sooner than its search shows them.

use anyhow::{Result, bail};
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::Value;

use super::config::Config;
use crate::connector::signed_request::{Received, Refusal, Request, is_signed, moment_ms};
use crate::model::ContactId;
use crate::rules::{Findings, Table};
use crate::secret::Secret;

const CLIENT_SECRET: &str = "HANDOFF_HUBSPOT_CLIENT_SECRET";

const SIGNATURE: &str = "HTTP_X_HUBSPOT_SIGNATURE_V3";
const TIMESTAMP: &str = "HTTP_X_HUBSPOT_REQUEST_TIMESTAMP";

/// The only escapes that HubSpot takes back before it signs an address.
///
/// <https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests>
const DECODED: [(&str, &str); 12] = [
    ("%3A", ":"),
    ("%2F", "/"),
    ("%3F", "?"),
    ("%40", "@"),
    ("%21", "!"),
    ("%24", "$"),
    ("%27", "'"),
    ("%28", "("),
    ("%29", ")"),
    ("%2A", "*"),
    ("%2C", ","),
    ("%3B", ";"),
];

/// The number that HubSpot gives the kind "contact".
const CONTACT_TYPE: &str = "0-1";

/// Events in one request.
const EVENTS_MAX: usize = 100;

/// What is read of an event. Neither is its `eventId` unique, nor do events come in order: they only name contacts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    subscription_type: String,
    #[serde(default)]
    object_type_id: String,
    #[serde(default)]
    object_id: Value,
    /// Of a merge: the contact that is left.
    #[serde(default)]
    new_object_id: Value,
}

/// Takes a request of the app's webhooks.
pub(super) fn receive(table: &Table, request: &Request) -> Result<Received> {
    let Some(url) = Config::read(table, &mut Findings::default()).receive_url else {
        bail!(
            "[crm.hubspot] has no `receive_url`: the address that the app's webhooks are sent to, for which HubSpot signs them"
        );
    };
    let Some(secret) = Secret::from_env(CLIENT_SECRET)? else {
        bail!(
            "requests of HubSpot are signed with the app's client secret: put it into {CLIENT_SECRET}, or the path of a file \
             with it into {CLIENT_SECRET}_FILE"
        );
    };
    Ok(heard(request, &secret, &url).map_or_else(Received::Refused, Received::Heard))
}

/// The contacts that a request names.
fn heard(request: &Request, secret: &Secret, url: &str) -> Result<Vec<ContactId>, Refusal> {
    let timestamp = request.header(TIMESTAMP).ok_or(Refusal::NotSigned)?;
    let signature = request.header(SIGNATURE).and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let url = decoded(url);
    let parts = [request.method.as_bytes(), url.as_bytes(), &request.body, timestamp.as_bytes()];
    if !signature.is_some_and(|signature| is_signed(secret, &parts, &signature)) {
        return Err(Refusal::NotSigned);
    }
    if !request.is_fresh(moment_ms(timestamp)) {
        return Err(Refusal::NotNow);
    }
    let events: Vec<Event> = serde_json::from_slice(&request.body).map_err(|_| Refusal::Unreadable)?;
    if events.len() > EVENTS_MAX {
        return Err(Refusal::TooLarge);
    }
    Ok(events.iter().filter_map(Event::contact).collect())
}

impl Event {
    fn contact(&self) -> Option<ContactId> {
        if !self.subscription_type.starts_with("contact.") && self.object_type_id != CONTACT_TYPE {
            return None;
        }
        let id = id(&self.new_object_id).or_else(|| id(&self.object_id))?;
        ContactId::parse(&id).ok()
    }
}

/// An id, which comes as a number or as a text.
fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let is_id = (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

fn decoded(url: &str) -> String {
    DECODED.iter().fold(url.to_owned(), |url, (escape, sign)| {
        url.replace(escape, sign).replace(&escape.to_ascii_lowercase(), sign)
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::connector::signed_request::fixture::post;
    use crate::model::Timestamp;

    /// HubSpot's own example.
    ///
    /// <https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests>
    const SECRET: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
    const URL: &str = "https://www.example.com/webhook_uri";
    const BODY: &str = "{'example_field':'example_value'}";
    const SIGNED: &str = "1693657560000";
    const SIGNATURE_OF_IT: &str = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=";

    fn redact_for_log(url: &str, body: &str, signature: &str, signed: &str, at: Timestamp) -> Refusal {
        let request = post(body, &[(SIGNATURE, signature), (TIMESTAMP, signed)], at);
        heard(&request, &Secret::parse(SECRET).unwrap(), url).unwrap_err()
    }

    #[test]
    fn case_27_the_signature_is_the_one_of_hubspot_s_example_for_this_address_alone_and_for_five_minutes() {
        let signed = moment_ms(SIGNED).unwrap();
        let minutes = TimeDelta::minutes;
        // The example is no JSON: whoever gets as far as reading it has believed the signature.
        let believed = Refusal::Unreadable;
        assert_eq!(redact_for_log(URL, BODY, SIGNATURE_OF_IT, SIGNED, signed), believed);
        assert_eq!(redact_for_log(URL, BODY, SIGNATURE_OF_IT, SIGNED, signed + minutes(5)), believed);
        let late = signed + TimeDelta::milliseconds(300_001);
        assert_eq!(redact_for_log(URL, BODY, SIGNATURE_OF_IT, SIGNED, late), Refusal::NotNow);
        assert_eq!(redact_for_log(URL, BODY, SIGNATURE_OF_IT, SIGNED, signed - minutes(6)), Refusal::NotNow);
        for (url, body, signature, timestamp) in [
            ("https://www.example.com/webhook_uri/", BODY, SIGNATURE_OF_IT, SIGNED),
            ("https://evil.example/webhook_uri", BODY, SIGNATURE_OF_IT, SIGNED),
            (URL, "{'example_field':'another_value'}", SIGNATURE_OF_IT, SIGNED),
            (URL, BODY, "J36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=", SIGNED),
            (URL, BODY, "K36dawei", SIGNED),
            (URL, BODY, "no base64", SIGNED),
            (URL, BODY, "", SIGNED),
            // A timestamp is part of what is signed: nobody makes an old request new.
            (URL, BODY, SIGNATURE_OF_IT, "1693657560001"),
            (URL, BODY, SIGNATURE_OF_IT, ""),
            (URL, BODY, SIGNATURE_OF_IT, "soon"),
        ] {
            let told = redact_for_log(url, body, signature, timestamp, signed);
            assert_eq!(told, Refusal::NotSigned, "{url} {body} {signature} {timestamp}");
        }
    }

    #[test]
    fn case_27_an_address_is_signed_with_twelve_escapes_taken_back_and_no_others() {
        assert_eq!(
            decoded("https://h.example/a?to=b%40c.example%3Fx%2f&name=%C3%A9%20%26"),
            "https://h.example/a?to=b@c.example?x/&name=%C3%A9%20%26"
        );
    }

    #[test]
    fn case_27_events_name_contacts_and_nothing_else() {
        let events = r#"[
            {"subscriptionType": "contact.propertyChange", "objectId": 51, "eventId": 1, "propertyValue": "9"},
            {"subscriptionType": "object.creation", "objectTypeId": "0-1", "objectId": "52", "eventId": 1},
            {"subscriptionType": "contact.merge", "objectId": 53, "newObjectId": 54},
            {"subscriptionType": "company.propertyChange", "objectId": 55},
            {"subscriptionType": "object.creation", "objectTypeId": "0-2", "objectId": 56},
            {"subscriptionType": "contact.creation", "objectId": "57 OR 1=1"},
            {"subscriptionType": "contact.creation", "objectId": -58},
            {"subscriptionType": "contact.creation"}
        ]"#;
        let events: Vec<Event> = serde_json::from_str(events).unwrap();
        let named: Vec<String> = events.iter().filter_map(Event::contact).map(|id| id.to_string()).collect();
        assert_eq!(named, ["51", "52", "54"]);
    }
}
