//! The inventory of a town: what the worlds in it export, put together.

use super::Sink;
use crate::company::Human;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Documents by path; lists in them are joined, each thing once.
#[derive(Debug, Default)]
pub(super) struct Exports {
    documents: BTreeMap<String, Value>,
    /// What is in the lists already: path, list, id.
    seen: BTreeSet<(String, String, String)>,
}

/// Fields by which a thing is known, the first that it has.
const IDS: [&str; 10] = [
    "Arn",
    "PolicyArn",
    "id",
    "UserId",
    "DBInstanceArn",
    "NetworkInterfaceId",
    "GroupId",
    "ReservationId",
    "appId",
    "OwnerId",
];

impl Exports {
    /// Adds what a world exports.
    pub(super) fn add(&mut self, world: &World) {
        for (path, document) in world.estate() {
            self.join(&path, document);
        }
    }

    /// Adds the tenant's users.
    pub(super) fn users(&mut self, tenant: &str, people: &[Human]) {
        let rows: Vec<Value> = people
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "displayName": one.name, "userPrincipalName": one.upn, "mail": one.upn,
                    "accountEnabled": true, "userType": "Member", "onPremisesSyncEnabled": null,
                })
            })
            .collect();
        let context = "https://graph.microsoft.com/v1.0/$metadata#users";
        self.join("entra/users.json", json!({ "@odata.context": context, "value": rows }));
        debug_assert!(!tenant.is_empty());
    }

    fn join(&mut self, path: &str, document: Value) {
        let Value::Object(document) = document else { return };
        let held = self.documents.entry(path.to_owned()).or_insert_with(|| json!({}));
        for (name, value) in document {
            let Value::Array(items) = value else {
                held[&name] = value;
                continue;
            };
            if !held[&name].is_array() {
                held[&name] = json!([]);
            }
            for item in items {
                let id = IDS.iter().find_map(|key| item[key].as_str()).map_or_else(|| item.to_string(), str::to_owned);
                if self.seen.insert((path.to_owned(), name.clone(), id))
                    && let Some(list) = held[&name].as_array_mut()
                {
                    list.push(item);
                }
            }
        }
    }

    /// Writes all documents.
    pub(super) fn write(&self, sink: Sink<'_>) -> io::Result<()> {
        for (path, document) in &self.documents {
            sink(&format!("estate/{path}"), &document.to_string())?;
        }
        Ok(())
    }
}
