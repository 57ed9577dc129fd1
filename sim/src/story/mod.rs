//! What scripts of stories are written with: acts in both clouds that leave the
//! records which the providers write.
//!
//! Unlike [`crate::SimCloud::call`] these acts are not decided by policies: the
//! script says what was served.

mod aws;
mod azure;
mod crossing;
mod entra;

pub(crate) use aws::{Call, Caller};
pub(crate) use crossing::Console;
pub(crate) use entra::Workload;

use crate::records::LogSource;
use crate::world::World;
use serde_json::Value;

impl World {
    /// Logs a record of now.
    pub(crate) fn log(&self, source: LogSource, container: &str, record: (String, Value)) -> String {
        let at = self.clock.now();
        let id = record.0.clone();
        self.cloud.lock().log(source, container, at, record);
        id
    }

    /// Logs a record without an id of its own: people cite its digest.
    pub(crate) fn log_by_digest(&self, source: LogSource, container: &str, record: Value) -> String {
        let id = selvedge_model::Digest::of(record.to_string().as_bytes()).to_string();
        self.log(source, container, (id, record))
    }

    /// Adds a document to the inventory.
    pub(crate) fn export(&mut self, path: &str, document: Value) {
        self.exports.push((path.into(), document));
    }

    /// A role whose unique id is the same in every story of this company.
    pub(crate) fn add_role(&self, account: &str, name: &str, trust: &Value, policy: &Value) -> String {
        self.cloud.add_role(
            account,
            crate::RoleSpec {
                name: name.into(),
                path: if name.starts_with("AWSReservedSSO_") {
                    "/aws-reserved/sso.amazonaws.com/eu-west-1/".into()
                } else {
                    String::new()
                },
                id: self.company.role_id_of(account, name),
                trust: trust.to_string(),
                inline: [("Work".to_owned(), policy.to_string())].into(),
                ..crate::RoleSpec::default()
            },
        )
    }
}
