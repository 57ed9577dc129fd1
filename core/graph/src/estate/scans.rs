//! What scanners found in stores: Macie, Defender for Cloud, the classification of
//! Azure SQL, Purview.
//!
//! Each says it in words of its own; which data class a word means is in the tables
//! here. Sources: Amazon Macie API Reference (`GetFindings`, `DescribeBuckets`) and
//! User Guide ("Sensitivity scoring for S3 buckets": 51 to 100 is sensitive); ARM
//! reference of `Microsoft.Sql/…/sensitivityLabels`; Defender for Storage, "Use the
//! sensitivity context in the security alerts"; Purview Data Map API, "Query".

use super::doc::{self, Reader};
use super::grade::{self, DataClass, Graded};
use super::inventory::{Document, View};
use crate::flows::host::{Hosts, bucket_of, host_of};
use selvedge_model::{EntityId, EntityKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a scanner says of one store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// Of which store.
    pub of: Subject,
    /// The product.
    pub product: String,
    /// What it means; [`DataClass::Unknown`] if nothing sensitive was found.
    pub class: DataClass,
    /// The product's own words.
    pub why: String,
}

/// How a scanner names a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// By its id.
    Id(EntityId),
    /// By a host name and, of a server, the database on it (empty if none is named).
    Host(String, String),
}

/// Kinds of sensitive data of Macie that are personal, financial or secret. All others
/// are the user's own.
const MACIE: [&str; 3] = ["PERSONAL_INFORMATION", "FINANCIAL_INFORMATION", "CREDENTIALS"];

/// Beginnings of Purview's own classifications that are personal, financial or secret.
const PURVIEW: [&str; 4] =
    ["MICROSOFT.PERSONAL.", "MICROSOFT.FINANCIAL.", "MICROSOFT.SECURITY.", "MICROSOFT.GOVERNMENT."];

/// From this score on Macie calls a bucket sensitive; 50 is not yet known.
const SENSITIVE: i64 = 51;

/// Words of one claim that are kept.
const MAX_WORDS: usize = 5;

/// Reads a document of a scanner; whether it is one that is known.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    macie_findings(reader, value) | macie_buckets(reader, value) | security_hub(reader, value) | purview(reader, value)
}

fn say(reader: &mut Reader<'_>, of: Subject, product: &str, class: DataClass, words: &[String]) {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let hidden = words.len().saturating_sub(MAX_WORDS);
    words.truncate(MAX_WORDS);
    let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
    let why = format!("{}{more}", words.join(", "));
    reader.out.claims.insert(Claim { of, product: product.to_owned(), class, why });
}

fn bucket(name: &str) -> Subject {
    let name = name.strip_prefix("arn:aws:s3:::").unwrap_or(name);
    Subject::Id(EntityId::new(EntityKind::Bucket, name.split('/').next().unwrap_or_default()))
}

fn macie_class(categories: &[String]) -> DataClass {
    match categories {
        [] => DataClass::Unknown,
        all if all.iter().any(|one| MACIE.contains(&one.as_str())) => DataClass::Restricted,
        _ => DataClass::Confidential,
    }
}

fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// `macie2 get-findings`.
fn macie_findings(reader: &mut Reader<'_>, value: &Value) -> bool {
    let is_macie = |one: &Value| one.get("resourcesAffected").is_some() && one.get("category").is_some();
    let Some(list) = doc::list(value, "findings").filter(|list| list.iter().any(is_macie)) else { return false };
    reader.out.words.insert("macie:finding".to_owned());
    for one in list.iter().filter(|one| doc::text(one, "category") == Some("CLASSIFICATION")) {
        let put_away = ["archived", "sample"].iter().any(|key| one.get(key) == Some(&Value::Bool(true)));
        let Some(name) = doc::text(one, "resourcesAffected.s3Bucket.name").filter(|_| !put_away) else { continue };
        let found = owned(doc::texts(one, "classificationDetails.result.sensitiveData.category"));
        let own = doc::texts(one, "classificationDetails.result.customDataIdentifiers.detections.name");
        let class = macie_class(&found).max(if own.is_empty() { DataClass::Unknown } else { DataClass::Confidential });
        let words: Vec<String> = found.into_iter().chain(owned(own)).collect();
        say(reader, bucket(name), "Macie", class, &words);
    }
    true
}

/// `macie2 describe-buckets` and `search-resources`.
fn macie_buckets(reader: &mut Reader<'_>, value: &Value) -> bool {
    let described = doc::list(value, "buckets").unwrap_or_default().iter();
    let matching = doc::list(value, "matchingResources").unwrap_or_default().iter();
    let all = described.chain(matching.filter_map(|one| one.get("matchingBucket")));
    let mut used = false;
    for one in all {
        let (Some(name), Some(score)) =
            (doc::text(one, "bucketName"), one.get("sensitivityScore").and_then(Value::as_i64))
        else {
            continue;
        };
        used = true;
        let class = if score >= SENSITIVE { DataClass::Confidential } else { DataClass::Unknown };
        say(reader, bucket(name), "Macie", class, &[format!("sensitivity score {score}")]);
    }
    if used {
        reader.out.words.insert("macie:bucket".to_owned());
    }
    used
}

/// Findings of Macie as `securityhub get-findings` answers them.
fn security_hub(reader: &mut Reader<'_>, value: &Value) -> bool {
    let is_asff = |one: &Value| one.get("ProductArn").is_some() && one.get("AwsAccountId").is_some();
    let Some(list) = doc::list(value, "Findings").filter(|list| list.iter().any(is_asff)) else { return false };
    reader.out.words.insert("securityhub:finding".to_owned());
    let of_macie = |one: &&Value| {
        doc::text(one, "ProductArn").is_some_and(|arn| arn.ends_with("/macie"))
            && doc::text(one, "RecordState") != Some("ARCHIVED")
            && doc::texts(one, "Types").iter().any(|kind| kind.starts_with("Sensitive Data Identifications"))
    };
    for one in list.iter().filter(of_macie) {
        let found = owned(doc::texts(one, "Resources.DataClassification.Result.SensitiveData.Category"));
        let words = if found.is_empty() { owned(doc::texts(one, "Types")) } else { found.clone() };
        let class = macie_class(&found).max(DataClass::Confidential);
        for id in doc::texts(one, "Resources.Id").into_iter().filter(|id| id.starts_with("arn:aws:s3:::")) {
            say(reader, bucket(id), "Macie", class, &words);
        }
    }
    true
}

/// Assets of Purview, as its search answers them, or as a list of them.
fn purview(reader: &mut Reader<'_>, value: &Value) -> bool {
    let list = value.as_array().map(Vec::as_slice).or_else(|| doc::list(value, "value")).unwrap_or_default();
    let is_asset = |one: &&Value| {
        one.get("qualifiedName").is_some_and(Value::is_string)
            && (one.get("classification").is_some() || one.get("label").is_some())
    };
    let mut used = false;
    for one in list.iter().filter(is_asset) {
        used = true;
        let Some(of) = doc::text(one, "qualifiedName").and_then(subject_of) else { continue };
        let (found, labels) = (owned(doc::texts(one, "classification")), owned(doc::texts(one, "label")));
        let known = |word: &String| PURVIEW.iter().any(|start| word.starts_with(start));
        let class = match found.as_slice() {
            [] => DataClass::Unknown,
            all if all.iter().any(known) => DataClass::Restricted,
            _ => DataClass::Confidential,
        };
        let class = labels.iter().map(|label| label_class(label)).fold(class, DataClass::max);
        let words: Vec<String> = found.into_iter().chain(labels).collect();
        if !words.is_empty() {
            say(reader, of, "Purview", class, &words);
        }
    }
    if used {
        reader.out.words.insert("purview:asset".to_owned());
    }
    used
}

/// The store in Purview's name of an asset: an ARM id, `s3://BUCKET/…`,
/// `mssql://SERVER/DATABASE/…`, or an address of the web.
fn subject_of(name: &str) -> Option<Subject> {
    if name.starts_with('/') {
        return Some(Subject::Id(store_in(name)));
    }
    if let Some(rest) = name.strip_prefix("s3://") {
        return Some(bucket(rest));
    }
    let host = host_of(name)?;
    if let Some(name) = bucket_of(&host) {
        return Some(bucket(name));
    }
    let inner = name.split_once("://").and_then(|(_, rest)| rest.split('/').nth(1)).unwrap_or_default();
    let database = if name.starts_with("mssql://") { inner.to_ascii_lowercase() } else { String::new() };
    Some(Subject::Host(host, database))
}

/// The store that an ARM id lies in.
fn store_in(id: &str) -> EntityId {
    let lower = id.to_ascii_lowercase();
    let parts = ["/schemas/", "/blobservices/", "/fileservices/", "/queueservices/", "/tableservices/"];
    let end = parts.iter().filter_map(|part| lower.find(part)).min();
    EntityId::arm(end.and_then(|end| lower.get(..end)).unwrap_or(&lower))
}

/// A label by the words of tags, whole or its beginning (`Confidential - GDPR`): one
/// that says nothing known is confidential, as somebody labelled it.
fn label_class(label: &str) -> DataClass {
    let first = label.split([' ', '-', '\\', '/', ':']).find(|part| !part.is_empty()).unwrap_or_default();
    grade::class_word(label).or_else(|| grade::class_word(first)).unwrap_or(DataClass::Confidential)
}

/// Rows of Resource Graph and ARM that classify: labels of columns in SQL, alerts of
/// Defender for Cloud. Whether it is one; such rows are no resources of their own.
pub(super) fn azure_row(reader: &mut Reader<'_>, row: &Value, kind: &str) -> bool {
    if kind.ends_with("/sensitivitylabels") {
        sql_label(reader, row);
        return true;
    }
    if kind.starts_with("microsoft.security/") && kind.ends_with("/alerts") {
        alert(reader, row);
        return true;
    }
    false
}

fn sql_label(reader: &mut Reader<'_>, row: &Value) {
    reader.out.words.insert("sql:sensitivity-label".to_owned());
    let part = |key: &str| doc::text(row, &format!("properties.{key}")).or_else(|| doc::text(row, key));
    let Some(id) = doc::text(row, "id").filter(|id| id.to_ascii_lowercase().contains("/schemas/")) else { return };
    let ranked = match part("rank").unwrap_or_default().to_ascii_lowercase().as_str() {
        "low" => DataClass::Internal,
        "medium" => DataClass::Confidential,
        "high" | "critical" => DataClass::Restricted,
        _ => DataClass::Unknown,
    };
    let class = part("labelName").map(label_class).map_or(ranked, |class| class.max(ranked));
    let words: Vec<String> =
        ["labelName", "informationType"].iter().filter_map(|key| part(key)).map(str::to_owned).collect();
    if !words.is_empty() {
        say(reader, Subject::Id(store_in(id)), "Azure SQL classification", class, &words);
    }
}

fn alert(reader: &mut Reader<'_>, row: &Value) {
    reader.out.words.insert("defender:alert".to_owned());
    let said = row.get("properties").and_then(|properties| properties.get("extendedProperties"));
    let said = said.and_then(Value::as_object).into_iter().flatten();
    let plain = |key: &str| key.to_ascii_lowercase().replace([' ', '_'], "");
    let (mut class, mut words) = (DataClass::Unknown, Vec::new());
    for (key, value) in said {
        let Some(text) = value.as_str().filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case("none")) else {
            continue;
        };
        match plain(key).as_str() {
            "topsensitivitylabel" => class = class.max(label_class(text)),
            "sensitiveinformationtypes" => class = class.max(DataClass::Restricted),
            _ => continue,
        }
        words.push(text.to_owned());
    }
    let ids = owned(doc::texts(row, "properties.resourceIdentifiers.azureResourceId"));
    for id in ids.iter().filter(|_| !words.is_empty()) {
        say(reader, Subject::Id(store_in(id)), "Defender for Cloud", class, &words);
    }
}

/// Puts what scanners say to the grades that people gave: the higher holds, and a
/// contradiction is told.
pub(super) fn apply<'a>(view: &mut View, documents: impl Iterator<Item = (&'a str, &'a Document)>) {
    let all: Vec<(&str, &Claim)> =
        documents.flat_map(|(source, document)| document.claims.iter().map(move |claim| (source, claim))).collect();
    if all.is_empty() {
        return;
    }
    let hosts = Hosts::of(view);
    let mut unplaced = 0_usize;
    let mut found: BTreeMap<EntityId, Graded<DataClass>> = BTreeMap::new();
    for (source, claim) in all {
        let id = place(&hosts, &claim.of).filter(|id| view.items.get(id).is_some_and(|item| item.data_class.is_some()));
        let Some(id) = id else {
            unplaced = unplaced.saturating_add(1);
            continue;
        };
        let graded = found.entry(id).or_default();
        graded.value = graded.value.max(claim.class);
        graded.evidence.insert(format!("{source}: {} found {}", claim.product, claim.why));
    }
    for (id, scanned) in found {
        let Some(own) = view.items.get_mut(&id).and_then(|item| item.data_class.as_mut()) else { continue };
        let unknown = DataClass::Unknown;
        if own.value != unknown && scanned.value != unknown && own.value != scanned.value {
            let (said, found) = (grade::class_name(own.value), grade::class_name(scanned.value));
            own.contradiction = Some(format!("people say {said}, scanners found {found}; the higher holds"));
        }
        own.value = own.value.max(scanned.value);
        own.evidence.extend(scanned.evidence);
    }
    if unplaced > 0 {
        view.lacks.push(format!(
            "{unplaced} classifications of scanners are of stores that no document describes; export the stores"
        ));
    }
}

fn place(hosts: &Hosts, of: &Subject) -> Option<EntityId> {
    match of {
        Subject::Id(id) => Some(id.clone()),
        Subject::Host(host, database) => {
            let server = hosts.find(host)?;
            Some(if database.is_empty() {
                server
            } else {
                EntityId::arm(&format!("{}/databases/{database}", server.key))
            })
        }
    }
}
