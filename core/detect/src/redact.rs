//! Takes secrets out of records before they are kept or shown.
//!
//! Told by name: of a key, or of the name in a name-and-value pair; also in JSON
//! that stands inside a string, as both clouds write bodies and changed values.

use crate::json::Json;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Endings of names whose values are secrets in some cloud log, lower-cased and
/// without `_`, `-`, `.` and spaces.
const SECRET_ENDINGS: [&str; 22] = [
    "password",
    "passworddata",
    "sessiontoken",
    "securitytoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "webidentitytoken",
    "sastoken",
    "secretaccesskey",
    "privatekey",
    "accountkey",
    "primarykey",
    "secondarykey",
    "keymaterial",
    "connectionstring",
    "clientsecret",
    "secrettext",
    "secretstring",
    "secretbinary",
    "samlassertion",
    "authparameters",
];

/// Names that are secrets as a whole; as an ending they would say too much.
const SECRET_NAMES: [&str; 2] = ["plaintext", "secret"];

/// Parameters of addresses whose values are secrets: signatures of shared access,
/// keys of function apps, codes and tokens of sign-in flows, signed requests.
const SECRET_PARAMETERS: [&str; 14] = [
    "sig",
    "code",
    "key",
    "subscription-key",
    "api_key",
    "apikey",
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "client_secret",
    "password",
    "x-amz-signature",
    "x-amz-security-token",
];

/// Where a pair keeps its name, and where its values.
const PAIR_NAMES: [&str; 4] = ["name", "key", "displayname", "parameterkey"];
const PAIR_VALUES: [&str; 4] = ["value", "newvalue", "oldvalue", "parametervalue"];

/// JSON within JSON strings is looked into this many times; deeper text is
/// taken out whole.
const MAX_NESTED_TEXTS: u8 = 8;

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// The value with every secret replaced, at any depth.
pub fn redact(value: &Value) -> Value {
    within(value, MAX_NESTED_TEXTS)
}

/// A record's value as `serde_json` has it, with every secret replaced.
pub fn redacted(value: Json<'_>) -> Value {
    redact(&value.to_value())
}

fn within(value: &Value, texts: u8) -> Value {
    match value {
        Value::Object(map) => object(map, texts),
        Value::Array(items) => list(items, texts),
        Value::String(text) => self::text(text, texts),
        other => other.clone(),
    }
}

/// Security Lake wrote fields without a place as pairs of a path and a value.
fn list(items: &[Value], texts: u8) -> Value {
    match items {
        [Value::String(path), value]
            if path.contains('.') && is_secret(path) && !value.is_null() && !value.is_boolean() =>
        {
            Value::Array(vec![Value::from(path.as_str()), Value::from(REDACTED)])
        }
        _ => items.iter().map(|item| within(item, texts)).collect(),
    }
}

fn object(map: &Map<String, Value>, texts: u8) -> Value {
    // The keys of a storage account are listed as name and value.
    let of_pair = map.iter().any(|(key, v)| {
        let key = plain(key);
        key == "keyname" || (PAIR_NAMES.contains(&key.as_str()) && v.as_str().is_some_and(is_secret))
    });
    let bodies = kubernetes_bodies(map);
    map.iter()
        .map(|(key, v)| {
            let of_body = bodies.iter().any(|name| name.eq_ignore_ascii_case(key));
            let hidden = of_body || is_secret(key) || (of_pair && PAIR_VALUES.contains(&plain(key).as_str()));
            // `null` and flags such as `changePassword` say nothing.
            let hidden = hidden && !v.is_null() && !v.is_boolean();
            (key.clone(), if hidden { Value::from(REDACTED) } else { within(v, texts) })
        })
        .collect()
}

/// Members that hold secrets under names of the user's own: the content of a
/// Kubernetes secret, and bodies of calls about secrets and tokens.
fn kubernetes_bodies(map: &Map<String, Value>) -> &'static [&'static str] {
    let word = |value: Option<&Value>, name: &str| {
        value.and_then(|value| value.get(name)).and_then(Value::as_str).map(str::to_ascii_lowercase).unwrap_or_default()
    };
    let object = map.get("objectRef").or_else(|| map.get("ObjectRef"));
    let about = word(object, "resource");
    if about == "secrets" || about == "tokenreviews" || word(object, "subresource") == "token" {
        return &["requestObject", "responseObject"];
    }
    if map.get("kind").and_then(Value::as_str) == Some("Secret") { &["data", "stringData"] } else { &[] }
}

/// An address, or the query of one, without the values of secret parameters.
pub(crate) fn address(text: &str) -> Cow<'_, str> {
    if !text.contains('=') {
        return text.into();
    }
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    // A query that stands alone begins with a parameter.
    let mut begins = !text.contains(char::is_whitespace);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if begins && let Some((name, value)) = secret_parameter(rest) {
            let start = at.saturating_add(name.len()).saturating_add(1);
            let len =
                value.find(|c: char| c == '&' || c == '#' || c == '"' || c.is_whitespace()).unwrap_or(value.len());
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(REDACTED);
            done = start.saturating_add(len);
            at = done;
            begins = false;
            continue;
        }
        let Some(next) = rest.find(['?', '&']) else { break };
        at = at.saturating_add(next).saturating_add(1);
        begins = true;
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out.into()
}

/// The secret parameter that a text begins with: its name, and what follows `=`.
fn secret_parameter(text: &str) -> Option<(&str, &str)> {
    SECRET_PARAMETERS.iter().find_map(|secret| {
        let (name, rest) = text.split_at_checked(secret.len())?;
        name.eq_ignore_ascii_case(secret).then(|| Some((name, rest.strip_prefix('=')?)))?
    })
}

/// Text that is JSON is looked into; it stays as it was written unless it held
/// a secret. JSON that was cut off is taken out whole if it names one.
fn text(text: &str, texts: u8) -> Value {
    if !text.trim_start().starts_with(['{', '[', '"']) {
        return address(text).into();
    }
    let Some(texts) = texts.checked_sub(1) else {
        return REDACTED.into();
    };
    match serde_json::from_str::<Value>(text) {
        Ok(inner) => {
            let clean = within(&inner, texts);
            if clean == inner { text.into() } else { clean.to_string().into() }
        }
        Err(_) if names_a_secret(text) => REDACTED.into(),
        Err(_) => text.into(),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_secret(name: &str) -> bool {
    let name = plain(name);
    SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending)) || SECRET_NAMES.contains(&name.as_str())
}

fn names_a_secret(text: &str) -> bool {
    let text = plain(text);
    SECRET_ENDINGS.iter().chain(&SECRET_NAMES).any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(before: &Value, after: &Value) {
        assert_eq!(&redact(before), after, "{before}");
        assert_eq!(&redact(after), after, "what is clean stays so: {after}");
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let gone = REDACTED;
        for (before, after) in [
            (
                json!({"credentials":{"sessionToken":"IQo","accessKeyId":"ASIA"},"list":[{"Password":"x"}]}),
                json!({"credentials":{"sessionToken":gone,"accessKeyId":"ASIA"},"list":[{"Password":gone}]}),
            ),
            (json!({"password":null,"changePassword":true}), json!({"password":null,"changePassword":true})),
            (
                json!({"client_secret":"x","X-Amz-Security-Token":"x"}),
                json!({"client_secret":gone,"X-Amz-Security-Token":gone}),
            ),
            (
                json!({"masterUserPassword":"x","AdminPassword":[1]}),
                json!({"masterUserPassword":gone,"AdminPassword":gone}),
            ),
            (json!({"secretId":"prod/db","plaintextLength":4}), json!({"secretId":"prod/db","plaintextLength":4})),
            // Name and value.
            (json!([{"keyName":"key1","value":"x"}]), json!([{"keyName":"key1","value":gone}])),
            (
                json!({"displayName":"ClientSecret","oldValue":"[]","newValue":"[\"x\"]"}),
                json!({"displayName":"ClientSecret","oldValue":gone,"newValue":gone}),
            ),
            (
                json!([["responseElements.credentials.sessionToken", "x"], ["password", "email"]]),
                json!([["responseElements.credentials.sessionToken", gone], ["password", "email"]]),
            ),
            (json!({"name":"Environment","value":"test"}), json!({"name":"Environment","value":"test"})),
            // What Kubernetes keeps secret.
            (
                json!({"kind":"Secret","data":{"a":"x"},"type":"Opaque"}),
                json!({"kind":"Secret","data":gone,"type":"Opaque"}),
            ),
            (
                json!({"objectRef":{"resource":"secrets"},"verb":"create","requestObject":{"a":"x"}}),
                json!({"objectRef":{"resource":"secrets"},"verb":"create","requestObject":gone}),
            ),
            (json!({"kind":"ConfigMap","data":{"a":"x"}}), json!({"kind":"ConfigMap","data":{"a":"x"}})),
            // JSON in text: once, twice, untouched, cut off.
            (json!({"body":"{\"password\":\"x\", \"a\":1}"}), json!({"body":"{\"password\":\"[redacted]\",\"a\":1}"})),
            (
                json!({"body":"{\"inner\":\"{\\\"password\\\":\\\"x\\\"}\"}"}),
                json!({"body":"{\"inner\":\"{\\\"password\\\":\\\"[redacted]\\\"}\"}"}),
            ),
            (json!({"body":"{\"a\" : 1}"}), json!({"body":"{\"a\" : 1}"})),
            (json!({"body":"{\"a\":1,\"Client_Secret\":\"x"}), json!({"body":gone})),
            (json!({"body":"{not json"}), json!({"body":"{not json"})),
        ] {
            check(&before, &after);
        }
    }

    #[test]
    fn signatures_go_from_addresses() {
        let blob = "https://stprod.blob.core.windows.net/c/a.csv";
        for (before, after) in [
            (format!("{blob}?sv=1&sig=a%2Bb&se=2"), format!("{blob}?sv=1&sig={REDACTED}&se=2")),
            (format!("{blob}?SIG=abc"), format!("{blob}?SIG={REDACTED}")),
            (format!("see {blob}?sig=abc and rest"), format!("see {blob}?sig={REDACTED} and rest")),
            ("code=abc&x=1&sig=d".into(), format!("code={REDACTED}&x=1&sig={REDACTED}")),
            (format!("{blob}?sig=&x=1"), format!("{blob}?sig={REDACTED}&x=1")),
            (format!("{blob}?signature_version=1&design=2"), format!("{blob}?signature_version=1&design=2")),
            ("the code=5 of an error".into(), "the code=5 of an error".into()),
            ("?&=&?=é&sig".into(), "?&=&?=é&sig".into()),
        ] {
            check(&json!({"uri": before}), &json!({"uri": after}));
        }
    }

    #[test]
    fn text_in_text_in_text_ends() {
        let mut value = json!({"password":"hunter2"});
        for _ in 0..12 {
            value = json!({"body": value.to_string()});
        }
        let clean = redact(&value).to_string();
        assert!(clean.contains(REDACTED) && !clean.contains("hunter2"), "{clean}");
    }
}
