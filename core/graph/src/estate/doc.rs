//! One exported document while it is read: what its name tells, and the way into
//! its fields.

use super::attr::Attr;
use super::inventory::{Document, Facet, Relation};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind, Timestamp, guid};
use serde_json::Value;
use std::collections::BTreeMap;

/// A document that is being read.
pub(super) struct Reader<'a> {
    /// The document's name: a path.
    pub(super) source: &'a str,
    /// The AWS account that the name holds.
    pub(super) account: Option<&'a str>,
    /// The AWS region that the name holds.
    pub(super) region: Option<&'a str>,
    /// The tenant that the name holds, lower-cased.
    pub(super) tenant: Option<String>,
    /// What it said so far.
    pub(super) out: &'a mut Document,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str, out: &'a mut Document) -> Self {
        Self { source, account: account_in(source), region: region_in(source), tenant: tenant_in(source), out }
    }

    /// The last part of the name, without its ending.
    pub(super) fn stem(&self) -> &'a str {
        stem(self.source)
    }

    /// What is said of `id`: the fields `keep` of `item`, by their paths.
    pub(super) fn facet(&mut self, id: &EntityId, word: &str, item: &Value, keep: &[&str]) -> &mut Facet {
        self.out.words.insert(word.to_owned());
        let facet = self.out.facets.entry(id.clone()).or_default();
        if facet.word.is_empty() {
            word.clone_into(&mut facet.word);
        }
        for path in keep {
            if let Some(value) = kept(item, path) {
                facet.attributes.insert((*path).to_owned(), value);
            }
        }
        let tags = tags(item);
        if !tags.is_empty() {
            facet.attributes.insert("tags".into(), Attr::Map(tags));
        }
        facet
    }

    /// A relation that the document states.
    pub(super) fn relate(&mut self, from: &EntityId, kind: EdgeKind, to: &EntityId, why: &str) {
        if from != to && !from.key.is_empty() && !to.key.is_empty() {
            let relation = Relation { from: from.clone(), kind, to: to.clone(), why: why.to_owned() };
            self.out.relations.insert(relation);
        }
    }

    /// A principal of a directory by its object id and the word for its type.
    /// Users are known by tenant and object id; if the document does not tell the
    /// tenant, [`super::Inventory::view`] fills it in.
    pub(super) fn principal(&self, object_id: &str, kind: &str) -> EntityId {
        let id = object_id.to_ascii_lowercase();
        let kind = kind.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            "user" => self.user(&id),
            "group" => EntityId::new(EntityKind::EntraGroup, id),
            "serviceprincipal" | "msi" => EntityId::new(EntityKind::ServicePrincipal, id),
            "device" => EntityId::new(EntityKind::Device, id),
            "application" => EntityId::new(EntityKind::Application, id),
            _ => EntityId::new(EntityKind::Resource, id),
        }
    }

    /// An Entra user by object id.
    pub(super) fn user(&self, object_id: &str) -> EntityId {
        EntityId::entra_user(self.tenant.as_deref().unwrap_or_default(), object_id)
    }
}

fn kept(item: &Value, path: &str) -> Option<Attr> {
    let found = at(item, path);
    match found.as_slice() {
        [] => None,
        [one] => Attr::of(one),
        many => {
            let list: Vec<Attr> = many.iter().filter_map(|value| Attr::of(value)).collect();
            (!list.is_empty()).then_some(Attr::List(list))
        }
    }
}

/// The last part of a path, without its ending.
pub(super) fn stem(source: &str) -> &str {
    let name = source.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    name.strip_suffix(".json").unwrap_or(name)
}

/// The last run of exactly twelve digits in a path: an AWS account.
fn account_in(source: &str) -> Option<&str> {
    source.split(|c: char| !c.is_ascii_alphanumeric()).rfind(|run| is_account(run))
}

/// Whether text is an AWS account id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The last AWS region in a path, such as `eu-west-1` in
/// `describe-vpcs-eu-west-1.json`.
fn region_in(source: &str) -> Option<&str> {
    // The endings are few; the beginnings change as regions are opened.
    const WORDS: [&str; 10] =
        ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest", "gov"];
    let mut best = None;
    let mut from = 0_usize;
    for part in source.split('-') {
        let end = from.saturating_add(part.len());
        if WORDS.contains(&part) {
            let before = source.get(..from.saturating_sub(1)).unwrap_or_default();
            let head = before.rsplit(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
            let tail = source.get(end..).unwrap_or_default().strip_prefix('-').unwrap_or_default();
            let tail = tail.chars().take_while(char::is_ascii_digit).count();
            if head.len() == 2 && tail == 1 {
                let start = before.len().saturating_sub(2);
                best = source.get(start..end.saturating_add(2));
            }
        }
        from = end.saturating_add(1);
    }
    best
}

/// The last part of a path that is a GUID: a tenant, where a document of Entra
/// lies in a folder of that name.
fn tenant_in(source: &str) -> Option<String> {
    source.split(['/', '\\']).rev().skip(1).find_map(guid::parse)
}

/// Every value at a path of keys joined by dots. Where a value on the way is a
/// list, each of its members is followed.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for key in path.split('.') {
        found = found.into_iter().flat_map(each).filter_map(|value| value.get(key)).collect();
    }
    found
}

/// The members of a list, or the value itself.
pub(super) fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}

/// Every text at a path; lists of texts are followed.
pub(super) fn texts<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    at(value, path).into_iter().flat_map(each).filter_map(Value::as_str).filter(|text| !text.is_empty()).collect()
}

/// The first text at a path.
pub(super) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    texts(value, path).into_iter().next()
}

/// The list under a key.
pub(super) fn list<'v>(value: &'v Value, key: &str) -> Option<&'v [Value]> {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice)
}

/// A time of an export: with a zone, as all of them write it.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Tags, in any of the forms that exports have: `[{Key, Value}]`,
/// `[{TagKey, TagValue}]`, `{key: value}`.
pub(super) fn tags(item: &Value) -> BTreeMap<String, Attr> {
    let mut out = BTreeMap::new();
    for key in ["Tags", "TagSet", "TagList", "tags"] {
        match item.get(key) {
            Some(Value::Array(list)) => {
                for tag in list {
                    let part = |names: [&str; 2]| names.iter().find_map(|name| tag.get(name)).and_then(Value::as_str);
                    if let (Some(name), Some(value)) = (part(["Key", "TagKey"]), part(["Value", "TagValue"])) {
                        out.insert(name.to_owned(), Attr::text(value));
                    }
                }
            }
            Some(Value::Object(map)) => {
                out.extend(map.iter().filter_map(|(k, v)| Some((k.clone(), Attr::text(v.as_str()?)))));
            }
            _ => {}
        }
    }
    out
}

/// Whether a document says that there is more than it holds.
pub(super) fn has_more(value: &Value) -> bool {
    const TOKENS: [&str; 11] = [
        "NextToken",
        "nextToken",
        "NextMarker",
        "PaginationToken",
        "NextContinuationToken",
        "ContinuationToken",
        "@odata.nextLink",
        "nextLink",
        "$skipToken",
        "skip_token",
        "skipToken",
    ];
    let said = |value: &Value| {
        let is = |key: &str| match value.get(key) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        };
        let truncated = ["IsTruncated", "Truncated", "resultTruncated"];
        // RDS and others give a marker without a word that there is more.
        let marked = !truncated.iter().any(|key| value.get(key).is_some())
            && value.get("Marker").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        let token = |key: &&str| value.get(*key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        truncated.iter().any(|key| is(key)) || marked || TOKENS.iter().any(token)
    };
    said(value) || value.get("DistributionList").is_some_and(said)
}

/// The name of the document that follows a numbered page, such as `users-2.json`
/// for `users-1.json`. `None` if the name does not end in a number of its own: the
/// digit of a region is none.
pub(super) fn next_page(source: &str) -> Option<String> {
    let stem = stem(source);
    let digits = stem.chars().rev().take_while(char::is_ascii_digit).count();
    let split = stem.len().checked_sub(digits)?;
    let (head, number) = (stem.get(..split)?, stem.get(split..)?);
    if digits == 0 || digits > 6 || region_in(stem).is_some_and(|region| stem.ends_with(region)) {
        return None;
    }
    let next = number.parse::<u32>().ok()?.checked_add(1)?;
    let at = source.rfind(stem)?;
    let (folder, ending) = (source.get(..at)?, source.get(at.checked_add(stem.len())?..)?);
    Some(format!("{folder}{head}{next:0digits$}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_tells_account_region_and_tenant() {
        for (source, account, region) in [
            ("inv/aws/111122223333/describe-vpcs-eu-west-1.json", Some("111122223333"), Some("eu-west-1")),
            ("111122223333/us-gov-west-1/x.json", Some("111122223333"), Some("gov-west-1")),
            ("a/b/describe-instances.json", None, None),
            ("a/1111222233334/ap-southeast-2.json", None, Some("ap-southeast-2")),
            ("list-buckets_111122223333.json", Some("111122223333"), None),
        ] {
            assert_eq!(account_in(source), account, "{source}");
            // GovCloud's regions have three words.
            let got = region_in(source);
            assert!(got == region || source.contains("gov") && got.is_none(), "{source}: {got:?}");
        }
        let tenant = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
        assert_eq!(tenant_in(&format!("e/{tenant}/users.json")).as_deref(), Some(tenant));
        assert_eq!(tenant_in("e/users.json"), None);
    }

    #[test]
    fn pages_follow_each_other_by_number() {
        for (source, next) in [
            ("entra/users-1.json", Some("entra/users-2.json")),
            ("entra/users-9.json.gz", Some("entra/users-10.json.gz")),
            ("entra/users-09.json", Some("entra/users-10.json")),
            ("describe-vpcs-eu-west-1.json", None),
            ("users.json", None),
        ] {
            assert_eq!(next_page(source).as_deref(), next, "{source}");
        }
    }

    #[test]
    fn what_is_not_all_says_so() {
        for (value, more) in [
            (json!({"Vpcs": [], "NextToken": "x"}), true),
            (json!({"Vpcs": [], "NextToken": null}), false),
            (json!({"Vpcs": [], "NextToken": ""}), false),
            (json!({"IsTruncated": true}), true),
            (json!({"IsTruncated": false, "Marker": "old"}), false),
            (json!({"DBInstances": [], "Marker": "m"}), true),
            (json!({"DistributionList": {"IsTruncated": true}}), true),
            (json!({"value": [], "@odata.nextLink": "https://x"}), true),
            (json!({"value": [], "nextLink": "https://x"}), true),
            (json!({"data": [], "$skipToken": "t"}), true),
            (json!({"data": [], "resultTruncated": "true"}), true),
            (json!({"data": [], "resultTruncated": "false", "skip_token": null}), false),
        ] {
            assert_eq!(has_more(&value), more, "{value}");
        }
    }

    #[test]
    fn paths_go_through_lists() {
        let value = json!({"a": [{"b": ["x", "y"]}, {"b": "z"}, {"c": 1}]});
        assert_eq!(texts(&value, "a.b"), ["x", "y", "z"]);
        assert_eq!(text(&value, "a.d"), None);
    }
}
