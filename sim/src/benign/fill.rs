//! Placeholders in the tables: `{bucket}` and the like. Within one act a
//! placeholder keeps its value, so that its records speak of the same things.

use super::estate::{Estate, Person};
use crate::rng::Rng;
use serde_json::Value;
use std::collections::BTreeMap;

const SERVICES: [&str; 10] =
    ["orders", "billing", "search", "catalog", "notify", "reports", "gateway", "ledger", "media", "profile"];
const STAGES: [&str; 4] = ["dev", "test", "staging", "prod"];
const REGIONS: [&str; 3] = ["eu-west-1", "eu-central-1", "us-east-1"];

/// The values of one act.
#[derive(Debug, Clone)]
pub(super) struct Fill {
    values: BTreeMap<&'static str, String>,
}

impl Fill {
    pub(super) fn new(estate: &Estate, rng: &mut Rng) -> Self {
        let pick = |rng: &mut Rng, of: &[&str]| of[rng.between(0, of.len() as u64 - 1) as usize].to_owned();
        let account =
            |rng: &mut Rng| estate.accounts[rng.between(0, estate.accounts.len() as u64 - 1) as usize].clone();
        let (service, stage) = (pick(rng, &SERVICES), pick(rng, &STAGES));
        let person = estate.person(rng).clone();
        let app = estate.app(rng).clone();
        let mut values = BTreeMap::from([
            ("account", account(rng)),
            ("other", account(rng)),
            ("org", estate.organization.clone()),
            ("tenant", estate.tenant.clone()),
            ("office", estate.office.clone()),
            ("region", pick(rng, &REGIONS)),
            ("sub", estate.subscriptions[rng.between(0, estate.subscriptions.len() as u64 - 1) as usize].clone()),
            ("rg", format!("rg-{service}-{stage}")),
            ("n", rng.between(1, 99).to_string()),
            ("hex8", rng.hex(8)),
            ("hex17", rng.hex(17)),
            ("hex32", rng.hex(32)),
            ("guid", rng.guid()),
            ("guid2", rng.guid()),
            ("key", rng.aws_id("AKIA", 20)),
            ("name", format!("{service}-{stage}")),
            ("app", app.name),
            ("app_id", app.app_id),
            ("app_object", app.id),
            ("user", person.upn.split('@').next().unwrap_or_default().to_owned()),
            ("upn", person.upn),
            ("user_name", person.name),
            ("user_id", person.id),
            ("private_ip", format!("10.{}.{}.{}", rng.between(0, 40), rng.between(0, 255), rng.between(4, 250))),
        ]);
        let of_name = |values: &BTreeMap<&str, String>, key: &str| values.get(key).cloned().unwrap_or_default();
        let (own, name) = (of_name(&values, "account"), of_name(&values, "name"));
        let key = format!("{own}/{}/{name}", of_name(&values, "region"));
        values.insert("role_id", super::trail::role_id(&own, &format!("{name}-role")));
        values.insert("kms_key", Rng::labelled(0, &key).guid());
        values.insert("stage", stage);
        values.insert("service", service);
        Self { values }
    }

    /// The value of a placeholder.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Adds who acts, as `{me}` and the like.
    pub(super) fn actor(&mut self, person: &Person) {
        self.values.insert("me", person.upn.split('@').next().unwrap_or_default().to_owned());
        self.values.insert("me_upn", person.upn.clone());
        self.values.insert("me_id", person.id.clone());
    }

    /// `template` with the values in.
    pub(super) fn text(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let found = after.split_once('}').and_then(|(name, rest)| self.values.get(name).map(|value| (value, rest)));
            match found {
                Some((value, tail)) => {
                    out.push_str(value);
                    rest = tail;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// `template` as JSON with the values in; nothing for an empty one. An object
    /// whose only key is `~` stands for its text, as policies are written.
    ///
    /// # Panics
    /// If a table holds something that is no JSON: a slip of ours, which the
    /// tests find.
    pub(super) fn json(&self, template: &str) -> Value {
        if template.is_empty() {
            return Value::Null;
        }
        let value = serde_json::from_str(template).unwrap_or_else(|error| panic!("{error} in the table's {template}"));
        self.filled(value)
    }

    fn filled(&self, value: Value) -> Value {
        match value {
            Value::String(text) if text.contains('{') => Value::String(self.text(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.filled(item)).collect(),
            Value::Object(mut map) => match map.remove("~") {
                Some(inner) => Value::String(self.filled(inner).to_string()),
                None => Value::Object(map.into_iter().map(|(key, value)| (key, self.filled(value))).collect()),
            },
            other => other,
        }
    }
}
