//! Host names: which store or service a name stands for.

use crate::estate::{Attr, View};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Attributes of Azure resources that hold a host name or an address of the web.
const NAMING: [&str; 4] = [
    "properties.fullyQualifiedDomainName",
    "properties.defaultHostName",
    "properties.vaultUri",
    "properties.documentEndpoint",
];

/// Ends of the names of storage accounts: `NAME.blob.core.windows.net`. Source: Azure
/// Storage documentation, "Storage account endpoints".
const STORAGE: [&str; 6] = [
    ".blob.core.windows.net",
    ".dfs.core.windows.net",
    ".file.core.windows.net",
    ".queue.core.windows.net",
    ".table.core.windows.net",
    ".web.core.windows.net",
];

/// The host of an address of the web, lower-cased; of a bare name the name itself.
/// `None` if what stands there is no host name.
pub fn host_of(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().trim_end_matches('.');
    let is_name = !host.is_empty() && host.contains('.') && host.len() <= 253;
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (is_name && plain).then(|| host.to_ascii_lowercase())
}

/// The bucket in a name of S3: `BUCKET.s3.REGION.amazonaws.com` and its older and
/// dual-stack forms. Source: Amazon S3 User Guide, "Virtual hosting of buckets".
pub(crate) fn bucket_of(host: &str) -> Option<&str> {
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let at = [".s3.", ".s3-"].iter().filter_map(|part| name.rfind(part)).max();
    let bucket = at.and_then(|at| name.get(..at)).or_else(|| name.strip_suffix(".s3"))?;
    (!bucket.is_empty()).then_some(bucket)
}

/// What is known by which host name; a name that several things have is of none.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    by_name: BTreeMap<String, BTreeSet<EntityId>>,
    accounts: BTreeMap<String, BTreeSet<EntityId>>,
    buckets: BTreeSet<EntityId>,
}

impl Hosts {
    pub(crate) fn of(view: &View) -> Self {
        let mut out = Self::default();
        for item in view.items.values() {
            for text in NAMING.iter().filter_map(|path| item.text(path)) {
                out.add(text, &item.id);
            }
            if let Some(Attr::Map(endpoints)) = item.attributes.get("properties.primaryEndpoints") {
                endpoints.values().filter_map(Attr::as_text).for_each(|text| out.add(text, &item.id));
            }
            match item.id.kind {
                EntityKind::StorageAccount => {
                    out.accounts.entry(item.name.to_ascii_lowercase()).or_default().insert(item.id.clone());
                }
                EntityKind::Bucket => {
                    out.buckets.insert(item.id.clone());
                }
                _ => {}
            }
        }
        for (from, kind, to) in view.relations.keys() {
            if *kind == EdgeKind::HasAddress && to.kind == EntityKind::Address {
                out.add(&to.key, from);
            }
        }
        out
    }

    fn add(&mut self, text: &str, id: &EntityId) {
        if text.parse::<std::net::IpAddr>().is_ok() {
            return;
        }
        if let Some(host) = host_of(text) {
            self.by_name.entry(host).or_default().insert(id.clone());
        }
    }

    /// What a host name stands for, if that is one thing.
    pub(crate) fn find(&self, host: &str) -> Option<EntityId> {
        if let Some(bucket) = bucket_of(host) {
            let id = EntityId::new(EntityKind::Bucket, bucket);
            return self.buckets.contains(&id).then_some(id);
        }
        let account = || {
            let name = STORAGE.iter().find_map(|end| host.strip_suffix(end))?;
            self.accounts.get(name)
        };
        let found = self.by_name.get(host).or_else(account)?;
        let mut found = found.iter();
        found.next().filter(|_| found.next().is_none()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_texts() {
        for (text, host) in [
            ("https://Vault1.vault.azure.net/", Some("vault1.vault.azure.net")),
            ("db.abc.eu-west-1.rds.amazonaws.com:5432", Some("db.abc.eu-west-1.rds.amazonaws.com")),
            ("postgres://user:p%40ss@db.example.com:5432/x", None),
            ("https://user@db.example.com/x", Some("db.example.com")),
            ("plain", None),
            ("a b.c", None),
            ("", None),
            ("name.example.", Some("name.example")),
        ] {
            assert_eq!(host_of(text).as_deref(), host, "{text}");
        }
    }

    #[test]
    fn buckets_of_hosts() {
        for (host, bucket) in [
            ("claims-raw.s3.eu-west-1.amazonaws.com", Some("claims-raw")),
            ("claims.raw.s3.amazonaws.com", Some("claims.raw")),
            ("claims-raw.s3-eu-west-1.amazonaws.com", Some("claims-raw")),
            ("claims-raw.s3.dualstack.eu-west-1.amazonaws.com", Some("claims-raw")),
            ("s3.eu-west-1.amazonaws.com", None),
            ("db.abc.eu-west-1.rds.amazonaws.com", None),
            ("claims.s3.example.com", None),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }
}
