//! Stores and services that settings name: variables of functions, application
//! settings and connection strings of sites.
//!
//! A setting's value often is a secret or holds one. Nothing of it is kept but the
//! name of a host or a store, and that only where the value has a form in which no
//! secret stands at that place.

use super::attr::Attr;
use super::doc::{self, Reader};
use super::inventory::{Ground, View};
use crate::flows::host::Hosts;
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use serde_json::Value;
use std::collections::BTreeSet;

/// Ends of the names of providers' hosts: a bare name with one of them is one. Other
/// text with dots in it may be a token.
const PROVIDERS: [&str; 7] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".windows.net",
    ".azure.com",
    ".azure.net",
    ".azurewebsites.net",
    ".azmk8s.io",
];

/// Keys of a connection string that name a server. Sources: ADO.NET, Azure Cosmos DB
/// and Service Bus documentation on connection strings.
const SERVERS: [&str; 7] = ["server", "data source", "address", "addr", "host", "accountendpoint", "endpoint"];

/// Relates what has settings to what they name; `setting` is the name of one.
pub(super) fn relate(reader: &mut Reader<'_>, of: &EntityId, setting: &str, value: &str) {
    for target in named(setting, value) {
        reader.relate(of, EdgeKind::FlowsTo, &target, &format!("setting {setting}"));
    }
}

/// Relates what has settings to the identities of the other cloud whose credentials they hold:
/// by the id of an access key, which is no secret, and by the application whose id stands beside
/// a secret.
pub(super) fn credentials<'v>(reader: &mut Reader<'_>, of: &EntityId, settings: &[(&'v str, &'v str)]) {
    let has_secret = settings.iter().any(|(name, _)| name.to_ascii_uppercase().ends_with("CLIENT_SECRET"));
    for (name, value) in settings {
        let value = value.trim();
        let is_key = value.len() == 20
            && (value.starts_with("AKIA") || value.starts_with("ASIA"))
            && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_key {
            let key = EntityId::new(EntityKind::AccessKey, value);
            reader.relate(of, EdgeKind::Holds, &key, &format!("setting {name}"));
        }
        let application =
            selvedge_model::guid::parse(value).filter(|_| name.to_ascii_uppercase().ends_with("CLIENT_ID"));
        if let Some(application) = application.filter(|_| has_secret) {
            let application = EntityId::new(EntityKind::Application, application);
            reader.relate(of, EdgeKind::Holds, &application, &format!("setting {name}, beside a secret"));
        }
    }
}

/// A site's `config/appsettings` and `config/connectionstrings`, as ARM lists them;
/// whether the row is one.
pub(super) fn site_config(reader: &mut Reader<'_>, row: &Value, kind: &str) -> bool {
    if kind != "microsoft.web/sites/config" && kind != "microsoft.web/sites/slots/config" {
        return false;
    }
    let Some((site, _)) = doc::text(row, "id").and_then(|id| id.rsplit_once("/config/")) else { return false };
    let site = EntityId::arm(site);
    reader.out.words.insert("arm:site-config".to_owned());
    doors(reader, &site, row);
    let mut settings = Vec::new();
    for (name, value) in row.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().or_else(|| value.get("value").and_then(Value::as_str));
        if let Some(text) = text {
            relate(reader, &site, name, text);
            settings.push((name.as_str(), text));
        }
    }
    credentials(reader, &site, &settings);
    true
}

/// Who is let in: of a site's `config/web` and `config/authsettingsV2` what says so, and nothing else.
fn doors(reader: &mut Reader<'_>, site: &EntityId, row: &Value) {
    const DOORS: [(&str, &str, &[&str]); 2] = [
        (
            "/config/web",
            "web",
            &["ipSecurityRestrictions", "ipSecurityRestrictionsDefaultAction", "publicNetworkAccess"],
        ),
        ("/config/authsettingsv2", "auth", &["platform", "globalValidation"]),
    ];
    let id = doc::text(row, "id").unwrap_or_default().to_ascii_lowercase();
    let Some((_, key, kept)) = DOORS.iter().find(|(ending, ..)| id.ends_with(ending)) else { return };
    let Some(own) = row.get("properties").and_then(Value::as_object) else { return };
    let all: serde_json::Map<String, Value> = own
        .iter()
        .filter(|(name, _)| kept.contains(&name.as_str()))
        .map(|(name, v)| (name.clone(), v.clone()))
        .collect();
    let facet = reader.facet(site, "microsoft.web/sites", &Value::Null, &[]);
    facet.attributes.insert((*key).to_owned(), Attr::whole(&Value::Object(all)));
}

/// What a setting names.
fn named(setting: &str, value: &str) -> BTreeSet<EntityId> {
    let value = value.trim();
    let bucket = |name: &str| EntityId::new(EntityKind::Bucket, name);
    if value.starts_with("arn:") {
        let id = EntityId::aws(value);
        return BTreeSet::from_iter(is_target(id.kind).then_some(id));
    }
    if let Some(rest) = value.strip_prefix("s3://") {
        let name = rest.split('/').next().unwrap_or_default();
        return BTreeSet::from_iter(is_bucket_name(name).then(|| bucket(name)));
    }
    let upper = setting.to_ascii_uppercase();
    if (upper.ends_with("BUCKET") || upper.ends_with("BUCKET_NAME")) && is_bucket_name(value) {
        return BTreeSet::from([bucket(value)]);
    }
    hosts_in(value).into_iter().map(|host| EntityId::new(EntityKind::Address, host)).collect()
}

/// Kinds of things that an ARN in a setting says data go to or come from.
fn is_target(kind: EntityKind) -> bool {
    use EntityKind as K;
    matches!(kind, K::Bucket | K::Database | K::Secret | K::CryptoKey | K::Function | K::Resource)
}

/// Source: Amazon S3 User Guide, "Bucket naming rules".
fn is_bucket_name(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    (3..=63).contains(&text.len()) && plain && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Host names in a value, lower-cased.
fn hosts_in(value: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if let Some(reference) = value.strip_prefix("@Microsoft.KeyVault(").and_then(|rest| rest.strip_suffix(')')) {
        for (key, part) in pairs(reference) {
            match key.as_str() {
                "secreturi" => out.extend(host_of_url(part)),
                "vaultname" => out.extend(label(part).map(|name| format!("{name}.vault.azure.net"))),
                _ => {}
            }
        }
        return out;
    }
    if value.contains(';') && value.contains('=') {
        let all: Vec<(String, &str)> = pairs(value).collect();
        for (key, part) in &all {
            if SERVERS.contains(&key.as_str()) {
                out.extend(host_of_server(part));
            }
            if key == "accountname" {
                let suffix =
                    all.iter().find(|(key, _)| key == "endpointsuffix").map_or("core.windows.net", |(_, s)| *s);
                out.extend(label(part).map(|name| format!("{name}.blob.{}", suffix.to_ascii_lowercase())));
            }
        }
        return out;
    }
    out.extend(host_of_url(value).or_else(|| bare_host(value)));
    out
}

/// `key=value;key=value`, keys lower-cased.
fn pairs(text: &str) -> impl Iterator<Item = (String, &str)> {
    text.split(';')
        .filter_map(|part| part.split_once('='))
        .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim()))
}

/// A single label of a host name.
fn label(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    ((1..=63).contains(&text.len()) && plain).then(|| text.to_ascii_lowercase())
}

/// `tcp:NAME,PORT`, `NAME:PORT`, an address of the web.
fn host_of_server(text: &str) -> Option<String> {
    let bare = text.strip_prefix("tcp:").unwrap_or(text);
    let bare = bare.split([',', '\\']).next().unwrap_or_default();
    host_of_url(bare).or_else(|| bare_host(bare))
}

/// The host of an address of the web. What stands before an `@` is a name and perhaps a
/// password; a password that was not encoded may end the host's place early, and then
/// there is none.
fn host_of_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let has_secret = rest.contains('@') && !authority.contains('@');
    let host = authority.rsplit('@').next().unwrap_or_default();
    let plain_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (plain_scheme && !has_secret).then(|| host_and_port(host)).flatten()
}

/// A bare name of a provider's host.
fn bare_host(text: &str) -> Option<String> {
    let host = host_and_port(text)?;
    PROVIDERS.iter().any(|end| host.ends_with(end)).then_some(host)
}

/// A host name with dots, perhaps with a port.
fn host_and_port(text: &str) -> Option<String> {
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    let is_port = port.bytes().all(|b| b.is_ascii_digit());
    let labels = host
        .split('.')
        .all(|part| label(part).is_some() || part.contains('_') && label(&part.replace('_', "-")).is_some());
    (is_port && labels && host.contains('.') && host.len() <= 253).then(|| host.to_ascii_lowercase())
}

/// Where a setting names a host, and the host is of one thing, data go to that thing.
pub(super) fn hosts_become_things(view: &mut View) {
    let named =
        |(_, kind, to): &&(EntityId, EdgeKind, EntityId)| *kind == EdgeKind::FlowsTo && to.kind == EntityKind::Address;
    let links: Vec<(EntityId, EdgeKind, EntityId)> = view.relations.keys().filter(named).cloned().collect();
    if links.is_empty() {
        return;
    }
    let hosts = Hosts::of(view);
    for (from, kind, to) in links {
        let Some(thing) = hosts.find(&to.key).filter(|thing| *thing != from) else { continue };
        let evidence = view.relations.get(&(from.clone(), kind, to)).map(|ground| ground.evidence.clone());
        let ground = Ground { evidence: evidence.unwrap_or_default(), derived_by: Some("host name".to_owned()) };
        view.relations.entry((from, kind, thing)).or_insert(ground);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(setting: &str, value: &str, expect: &[&str]) {
        let got: Vec<String> =
            named(setting, value).into_iter().map(|id| format!("{:?} {}", id.kind, id.key)).collect();
        assert_eq!(got, expect, "{setting}={value}");
    }

    #[test]
    fn a_setting_names_a_host_or_a_store() {
        for (setting, value, expect) in [
            ("X", "s3://claims-raw/in", &["Bucket claims-raw"][..]),
            ("OUT_BUCKET", "claims-raw", &["Bucket claims-raw"]),
            ("BUCKET_NAME", "claims-raw", &["Bucket claims-raw"]),
            ("X", "arn:aws:s3:::claims-raw/x", &["Bucket claims-raw"]),
            ("X", "arn:aws:dynamodb:r:1:table/t", &["Database arn:aws:dynamodb:r:1:table/t"]),
            ("DB", "ledger.abc.eu-west-1.rds.amazonaws.com:5432", &["Address ledger.abc.eu-west-1.rds.amazonaws.com"]),
            ("DB", "postgres://app:hunter2@ledger.example.com:5432/x?sslmode=require", &["Address ledger.example.com"]),
            (
                "X",
                "Server=tcp:srv.database.windows.net,1433;Initial Catalog=db;User ID=u;Password=hunter2;",
                &["Address srv.database.windows.net"],
            ),
            (
                "X",
                "DefaultEndpointsProtocol=https;AccountName=Store;AccountKey=aGVsbG8=;EndpointSuffix=core.windows.net",
                &["Address store.blob.core.windows.net"],
            ),
            (
                "X",
                "AccountEndpoint=https://c.documents.azure.com:443/;AccountKey=aGVsbG8=;",
                &["Address c.documents.azure.com"],
            ),
            (
                "X",
                "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=s",
                &["Address ns.servicebus.windows.net"],
            ),
            (
                "X",
                "@Microsoft.KeyVault(SecretUri=https://V.vault.azure.net/secrets/s/)",
                &["Address v.vault.azure.net"],
            ),
            ("X", "@Microsoft.KeyVault(VaultName=v;SecretName=s)", &["Address v.vault.azure.net"]),
        ] {
            check(setting, value, expect);
        }
    }

    #[test]
    fn nothing_else_of_a_value_is_kept() {
        for (setting, value) in [
            ("TOKEN", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"),
            ("PASSWORD", "hunter2"),
            ("PASSWORD", "my.dotted.password"),
            ("BUCKET_KEY", "hunter2-hunter2"),
            ("OUT_BUCKET", "AKIAIOSFODNN7EXAMPLE"),
            ("DB", "postgres://app:pa/ss@ledger.example.com/x"),
            ("DB", "postgres://app.name:pa#ss@ledger.example.com/x"),
            ("DB", "postgres://app.name:p@a:b@"),
            ("X", "Server=10.0.0.1-secret word;Password=a.database.windows.net"),
            ("X", "arn:aws:iam::1:role/R"),
            ("X", ""),
        ] {
            check(setting, value, &[]);
        }
    }
}
