//! Records of Azure and Entra besides the Activity Log, sign-ins and the
//! directory audit: one module for each kind.
//!
//! Each kind comes as Event Hub rows, as an API answers it and as Log Analytics
//! exports it; one reader finds a value under the names of all three, whatever
//! their letter case. Names of columns follow the Azure Monitor reference of
//! tables, names of fields Microsoft Graph's and ARM's references.

mod aks;
mod app_service;
mod attack;
mod call;
mod common;
mod compliance;
mod defender;
mod entity;
mod entra_risk;
pub(crate) mod finding;
mod flow;
mod graph_activity;
mod incident;
mod key_vault;
mod kind;
mod logic_apps;
mod sentinel_health;
mod storage;
mod traffic_analytics;
mod tuples;

pub(crate) use attack::tactics;
pub(crate) use call::{call_of, flow_place};
pub(crate) use common::{is_table, severity, tenant_in};
pub(crate) use kind::kind;
pub(crate) use tuples::{holds_tuples, tuples};

use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use selvedge_model::fact::Cite;
use selvedge_model::{Fact, RecordKind};
use serde_json::Value;

/// Maps a record of one of these kinds; the error says which field is missing
/// or wrong, and is empty for other kinds.
pub(crate) fn map(kind: RecordKind, raw: Raw<'_>) -> Result<Mapped<'_>, String> {
    match kind {
        RecordKind::EntraRisk => entra_risk::map(raw),
        RecordKind::GraphActivity => graph_activity::map(raw),
        RecordKind::DefenderAlert => defender::map(raw),
        RecordKind::MicrosoftIncident => incident::map(raw),
        RecordKind::AzureFlow => flow::map(raw),
        RecordKind::AppService => app_service::map(raw),
        RecordKind::AzureStorage => storage::map(raw),
        RecordKind::KeyVault => key_vault::map(raw),
        RecordKind::LogicApps => logic_apps::map(raw),
        RecordKind::AksAudit => aks::map(raw),
        _ => Err(String::new()),
    }
}

/// The facts of a record of one of these kinds. What no provider reports is
/// kept only if it is `wanted`: a rule matched it.
pub(crate) fn facts(kind: RecordKind, json: Json<'_>, cite: impl FnOnce() -> Cite, wanted: bool) -> Vec<Fact> {
    let reports = matches!(kind, RecordKind::EntraRisk | RecordKind::DefenderAlert | RecordKind::MicrosoftIncident);
    if !reports && !wanted {
        return Vec::new();
    }
    match kind {
        RecordKind::EntraRisk => entra_risk::facts(json, cite),
        RecordKind::GraphActivity => graph_activity::facts(json, cite),
        RecordKind::DefenderAlert => defender::facts(json, cite),
        RecordKind::MicrosoftIncident => incident::facts(json, cite),
        RecordKind::AzureFlow => flow::facts(json, cite),
        RecordKind::AppService => app_service::facts(json, cite),
        RecordKind::AzureStorage => storage::facts(json, cite),
        RecordKind::KeyVault => key_vault::facts(json, cite),
        RecordKind::LogicApps => logic_apps::facts(json, cite),
        RecordKind::AksAudit => aks::facts(json, cite),
        _ => Vec::new(),
    }
}

/// What OCSF has no place for in a record of one of these kinds, secrets taken
/// out; the outer `None` for other kinds.
pub(crate) fn unmapped(kind: RecordKind, json: Json<'_>) -> Option<Option<Value>> {
    Some(match kind {
        RecordKind::EntraRisk => common::rest(json, entra_risk::MAPPED),
        RecordKind::GraphActivity => common::rest(json, graph_activity::MAPPED),
        RecordKind::DefenderAlert => common::rest(json, defender::MAPPED),
        RecordKind::MicrosoftIncident => common::rest(json, incident::MAPPED),
        RecordKind::AzureFlow => common::rest(json, flow::MAPPED),
        RecordKind::AppService => common::rest(json, app_service::MAPPED),
        RecordKind::AzureStorage => common::rest(json, storage::MAPPED),
        RecordKind::KeyVault => common::rest(json, key_vault::MAPPED),
        RecordKind::LogicApps => common::rest(json, logic_apps::MAPPED),
        RecordKind::AksAudit => common::rest(json, aks::MAPPED),
        _ => return None,
    })
}
