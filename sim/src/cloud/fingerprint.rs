//! The end state as text, for comparing runs.

use super::SimCloud;
use serde_json::{Value, json};

impl SimCloud {
    /// All IAM policies as stored, byte for byte, and the state of all users, as
    /// canonical JSON. Times in it are exact: two runs that took different time
    /// to do the same differ.
    pub fn fingerprint(&self) -> String {
        self.snapshot(false)
    }

    /// The same without moments: when a user's sessions were revoked is only
    /// whether they were, and a date in a policy's condition is `<date>`. Equal
    /// for two runs that did the same at different times.
    pub fn fingerprint_without_times(&self) -> String {
        self.snapshot(true)
    }

    fn snapshot(&self, timeless: bool) -> String {
        let state = self.lock();
        let roles: Vec<Value> = state
            .accounts
            .iter()
            .flat_map(|(account, held)| held.roles.values().map(move |role| (account, role)))
            .map(|(account, role)| {
                let policies = role.policies.stored();
                let document = |text: &String| if timeless { without_dates(text) } else { json!(text) };
                let of = |map: &std::collections::BTreeMap<String, String>| -> Value {
                    map.iter().map(|(name, text)| (name.clone(), document(text))).collect()
                };
                json!({
                    "role": role.arn(account), "id": role.id, "trust": role.trust, "tags": role.tags,
                    "inline": of(&policies.inline), "attached": of(&policies.attached),
                })
            })
            .collect();
        let users: Vec<Value> = state
            .tenants
            .iter()
            .flat_map(|(tenant, held)| held.users.values().map(move |user| (tenant, user)))
            .map(|(tenant, user)| {
                let stored = user.state.stored();
                let valid_from = match stored.revoked_at {
                    None => json!(null),
                    Some(_) if timeless => json!("<date>"),
                    Some(at) => json!(at),
                };
                json!({ "tenant": tenant, "user": user.id, "enabled": stored.enabled, "revoked_at": valid_from })
            })
            .collect();
        json!({ "roles": roles, "users": users, "things": state.things.fingerprint() }).to_string()
    }
}

/// The document with every value of a date operator replaced. Text that is no
/// JSON stays as it is.
fn without_dates(document: &str) -> Value {
    fn walk(value: &mut Value, dated: bool) {
        match value {
            Value::String(text) if dated => *text = "<date>".into(),
            Value::Array(list) => list.iter_mut().for_each(|one| walk(one, dated)),
            Value::Object(map) => {
                map.iter_mut().for_each(|(key, one)| walk(one, dated || key.starts_with("Date")));
            }
            _ => {}
        }
    }
    match serde_json::from_str::<Value>(document) {
        Ok(mut value) => {
            walk(&mut value, false);
            value
        }
        Err(_) => json!(document),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_dates_are_blanked() {
        let text = r#"{"Statement":[{"Sid":"2026","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"},"StringEquals":{"a":"2026"}}}]}"#;
        let blanked = super::without_dates(text).to_string();
        assert!(blanked.contains(r#""aws:TokenIssueTime":"<date>""#), "{blanked}");
        assert!(blanked.contains(r#""a":"2026""#) && blanked.contains(r#""Sid":"2026""#), "{blanked}");
    }
}
