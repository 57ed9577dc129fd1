//! Policy documents, and whom they trust or let in.

use crate::estate::attr::Attr;
use crate::estate::doc::{self, Reader, is_account};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind, guid};
use serde_json::Value;
use std::borrow::Cow;

/// A policy document, which may come as an object, as JSON in a text, or as that
/// percent-encoded (RFC 3986), as IAM's API answers it.
pub(in crate::estate) fn document(value: Option<&Value>) -> Option<Cow<'_, Value>> {
    match value? {
        Value::String(text) => {
            let parsed = serde_json::from_str(text).or_else(|_| serde_json::from_str(&decoded(text)));
            parsed.ok().map(Cow::Owned)
        }
        Value::Null => None,
        other => Some(Cow::Borrowed(other)),
    }
}

/// A policy document as an attribute.
pub(super) fn attribute(value: Option<&Value>) -> Option<Attr> {
    Some(Attr::whole(document(value)?.as_ref()))
}

fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = [ahead.next(), ahead.next()].map(|b| b.and_then(|b| char::from(b).to_digit(16)));
        match (byte, pair) {
            (b'%', [Some(high), Some(low)]) => {
                // Two hexadecimal digits are a byte.
                out.push(u8::try_from(high.saturating_mul(16).saturating_add(low)).unwrap_or_default());
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Everyone: what `"Principal": "*"` names.
pub(in crate::estate) fn anyone() -> EntityId {
    EntityId::new(EntityKind::Resource, "*")
}

/// One principal of an `Allow` statement: who, and which statement, with the
/// names of its conditions.
struct Named {
    who: EntityId,
    why: String,
}

/// Relates `owner` to everyone whom a policy's `Allow` statements name.
pub(super) fn relate(reader: &mut Reader<'_>, owner: &EntityId, kind: EdgeKind, part: &str, policy: &Value) {
    for named in principals(part, policy) {
        reader.relate(owner, kind, &named.who, &named.why);
    }
    for named in subjects(part, policy) {
        reader.relate(owner, kind, &named.who, &named.why);
    }
}

/// Service principals that a trust in Entra's tokens is pinned to: the condition on
/// `sub` holds their object id. Federation facts, P3.
fn subjects(part: &str, policy: &Value) -> Vec<Named> {
    let mut out = Vec::new();
    let statements = policy.get("Statement").map(doc::each).unwrap_or_default();
    for (n, statement) in statements.into_iter().enumerate() {
        let is_entra = doc::texts(statement, "Principal.Federated")
            .iter()
            .any(|arn| entra_tenant(arn.split_once(":oidc-provider/").map_or("", |(_, url)| url)).is_some());
        if !is_entra || doc::text(statement, "Effect") != Some("Allow") {
            continue;
        }
        let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
        let pinned = operators.filter(|(operator, _)| operator.starts_with("StringEquals"));
        for (key, values) in pinned.filter_map(|(_, keys)| keys.as_object()).flatten() {
            if key.ends_with(":sub") {
                for subject in doc::each(values).into_iter().filter_map(Value::as_str).filter_map(guid::parse) {
                    let who = EntityId::new(EntityKind::ServicePrincipal, subject);
                    out.push(Named { who, why: format!("{part} statement {} pins {key}", n.saturating_add(1)) });
                }
            }
        }
    }
    out
}

/// The tenant whose tokens an OIDC provider's URL stands for, if it is Entra's.
/// Federation facts, P3: `sts.windows.net/TENANT/` and
/// `login.microsoftonline.com/TENANT/v2.0`.
pub(in crate::estate) fn entra_tenant(url: &str) -> Option<String> {
    let rest = url.strip_prefix("sts.windows.net/").or_else(|| url.strip_prefix("login.microsoftonline.com/"))?;
    guid::parse(rest.split('/').next()?)
}

fn principals(part: &str, policy: &Value) -> Vec<Named> {
    let mut out = Vec::new();
    let statements = policy.get("Statement").map(doc::each).unwrap_or_default();
    for (n, statement) in statements.into_iter().enumerate() {
        if doc::text(statement, "Effect") != Some("Allow") {
            continue;
        }
        let mut why = format!("{part} statement {}", n.saturating_add(1));
        if let Some(sid) = doc::text(statement, "Sid") {
            why.push_str(&format!(" ({sid})"));
        }
        let keys: Vec<&str> = statement
            .get("Condition")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|operators| operators.values())
            .filter_map(Value::as_object)
            .flat_map(|keys| keys.keys().map(String::as_str))
            .collect();
        if !keys.is_empty() {
            why.push_str(&format!(" if {}", keys.join(", ")));
        }
        let mut add = |who: EntityId| out.push(Named { who, why: why.clone() });
        match statement.get("Principal") {
            Some(Value::String(text)) if text == "*" => add(anyone()),
            Some(Value::Object(kinds)) => {
                for (kind, names) in kinds {
                    for name in doc::each(names).into_iter().filter_map(Value::as_str) {
                        add(principal(kind, name));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// A principal by its kind and name. Source: IAM user guide, "AWS JSON policy
/// elements: Principal".
fn principal(kind: &str, name: &str) -> EntityId {
    match kind {
        "Service" => EntityId::new(EntityKind::Service, name),
        "Federated" => EntityId::new(EntityKind::IdentityProvider, name),
        "AWS" if name == "*" => anyone(),
        "AWS" if is_account(name) => EntityId::aws_account(name),
        _ => EntityId::aws(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_read_in_all_three_forms() {
        let plain = json!({"Statement": [{"Effect": "Allow"}]});
        let text = plain.to_string();
        let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
        for form in [plain.clone(), json!(text), json!(encoded)] {
            assert_eq!(document(Some(&form)).as_deref(), Some(&plain), "{form}");
        }
        assert_eq!(document(Some(&json!("no policy"))), None);
        assert_eq!(document(None), None);
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn only_allow_statements_name_principals() {
        let policy = json!({"Statement": [
            {"Sid": "A", "Effect": "Allow", "Principal": {"AWS": ["111122223333", "arn:aws:iam::1:role/R", "*"]}},
            {"Effect": "Deny", "Principal": "*"},
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
             "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
        ]});
        let got: Vec<(String, String)> =
            principals("p", &policy).into_iter().map(|named| (named.who.key, named.why)).collect();
        let want = [
            ("111122223333", "p statement 1 (A)"),
            ("arn:aws:iam::1:role/R", "p statement 1 (A)"),
            ("*", "p statement 1 (A)"),
            ("ec2.amazonaws.com", "p statement 3 if aws:SourceAccount"),
        ];
        assert_eq!(got, want.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
