//! Takes secrets out of records before they are kept or shown.

use serde_json::Value;

/// Names whose values are secrets in some cloud log, lower-cased.
const SECRET_KEYS: [&str; 16] = [
    "sessiontoken",
    "secretaccesskey",
    "password",
    "masteruserpassword",
    "newpassword",
    "oldpassword",
    "clientsecret",
    "secrettext",
    "secretstring",
    "secretbinary",
    "privatekey",
    "authparameters",
    "plaintext",
    "accesstoken",
    "refreshtoken",
    "passworddata",
];

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// The value with every secret replaced, at any depth.
pub fn redact(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, v)| {
                let kept = if is_secret(key) && !v.is_null() { Value::from(REDACTED) } else { redact(v) };
                (key.clone(), kept)
            })
            .collect(),
        Value::Array(items) => items.iter().map(redact).collect(),
        other => other.clone(),
    }
}

fn is_secret(key: &str) -> bool {
    SECRET_KEYS.iter().any(|secret| key.eq_ignore_ascii_case(secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let before = json!({"credentials":{"sessionToken":"IQo","accessKeyId":"ASIA"},"list":[{"Password":"x"}],"password":null});
        let after = json!({"credentials":{"sessionToken":"[redacted]","accessKeyId":"ASIA"},"list":[{"Password":"[redacted]"}],"password":null});
        assert_eq!(redact(&before), after);
    }
}
