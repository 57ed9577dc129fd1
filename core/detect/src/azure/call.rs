//! Who called a service that logs its callers, for [`crate::contact`].

use super::common::{self, number};
use crate::get;
use crate::json::Json;
use crate::row::Row;
use selvedge_model::RecordKind;

/// One call.
pub(crate) struct Call<'a> {
    /// The caller's address, empty if it is not told.
    pub(crate) ip: &'a str,
    /// ARM id of the service, lower-cased; its host name where the log has no id.
    pub(crate) to: String,
    /// Port that was asked; 0 if it is not told.
    pub(crate) port: u16,
    /// Whether it was let in.
    pub(crate) allowed: bool,
    /// Bytes of the request.
    pub(crate) sent: u64,
    /// Bytes of the answer.
    pub(crate) back: u64,
}

/// The port of HTTPS, by which storage accounts and vaults are reached.
const HTTPS: u16 = 443;

/// The call that a record of App Service, Storage or Key Vault tells of; `None` for
/// records that tell of none.
pub(crate) fn call_of<'a>(kind: RecordKind, json: Json<'a>) -> Option<Call<'a>> {
    let row = Row::new(json);
    let count = |names: &[&str]| number(&row, names).and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    let refused = |code: i64| matches!(code, 401 | 403);
    let id = common::resource_id(&row).to_ascii_lowercase();
    match kind {
        RecordKind::AppService => {
            let method = row.text(&["CsMethod"])?;
            let host = row.text(&["CsHost"]).unwrap_or_default().to_ascii_lowercase();
            let port = number(&row, &["SPort"]).and_then(|port| u16::try_from(port).ok());
            Some(Call {
                ip: common::ip(row.text(&["CIp"])),
                to: if id.is_empty() { host } else { id },
                port: port.unwrap_or_default(),
                allowed: !method.is_empty() && !number(&row, &["ScStatus"]).is_some_and(refused),
                sent: count(&["CsBytes"]),
                back: count(&["ScBytes"]),
            })
        }
        RecordKind::AzureStorage => Some(Call {
            ip: common::ip(row.text(&["callerIpAddress"])),
            to: account_of(&id).to_owned(),
            port: HTTPS,
            allowed: number(&row, &["statusCode"]).is_none_or(|code| code < 400),
            sent: count(&["requestBodySize"]),
            back: count(&["responseBodySize"]),
        }),
        RecordKind::KeyVault => Some(Call {
            ip: common::ip(row.text(&["callerIpAddress"])),
            to: id,
            port: HTTPS,
            allowed: number(&row, &["httpStatusCode", "httpStatusCode_d"]).is_none_or(|code| code < 400),
            sent: 0,
            back: 0,
        }),
        _ => None,
    }
    .filter(|call| !call.to.is_empty())
}

/// The storage account of `…/storageaccounts/NAME/blobservices/default`.
fn account_of(id: &str) -> &str {
    let parts = ["/blobservices/", "/fileservices/", "/queueservices/", "/tableservices/"];
    parts.iter().find_map(|part| id.split_once(part)).map_or(id, |(account, _)| account)
}

/// What an Azure flow log is of, in which private addresses mean something (ARM id of
/// a virtual network, subnet, interface or security group, lower-cased), and the
/// interface by its MAC address. Empty where the row does not say.
pub(crate) fn flow_place(json: Json<'_>) -> (String, String) {
    let text = |name: &str| get::any(json, &[name]).and_then(get::as_text).unwrap_or_default();
    let of_nsg = text("flow") == "nsg";
    let place = [text("targetResourceId"), if of_nsg { text("resourceId") } else { "" }];
    let place = place.into_iter().find(|id| id.starts_with('/')).unwrap_or_default();
    (place.to_ascii_lowercase(), text("macAddress").to_ascii_lowercase())
}
