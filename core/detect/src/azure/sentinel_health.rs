//! Sentinel's own state: `SentinelHealth` says whether its sources deliver and
//! its rules run, `SentinelAudit` who changed them.

use super::common::{self, Deed, cloud, moment, signal};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::Fact;
use selvedge_model::event::{Api, Named, Resource, Text, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::class;

/// Whether a record of this kind is no incident.
pub(super) fn is(raw: Json<'_>) -> bool {
    ["category", "Type"].iter().any(|name| {
        let name = get::any(raw, &[name]).and_then(Json::as_str).unwrap_or_default();
        name.eq_ignore_ascii_case("SentinelHealth") || name.eq_ignore_ascii_case("SentinelAudit")
    })
}

fn operation<'a>(row: &Row<'a>) -> &'a str {
    row.text(&["operationName"]).unwrap_or(ocsf::UNKNOWN)
}

fn workspace<'a>(row: &Row<'a>) -> Text<'a> {
    row.text(&["WorkspaceId", "TenantId"]).map(lower).unwrap_or_default()
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = Row::new(raw.json);
    let at = moment(&row, &[])?;
    let own = row.text(&["RecordId", "SentinelRecordId"]);
    let status = row.text(&["Status"]).unwrap_or_default();
    let ok = match status.to_ascii_lowercase().as_str() {
        "success" => Some(true),
        "failure" | "failed" => Some(false),
        _ => None,
    };
    let mut out = ocsf::build(Head {
        class: class::API_ACTIVITY,
        activity: class::api_activity::OTHER,
        time: at,
        status: ok,
        uid: own.map_or_else(|| raw.digest_id(), Into::into),
        product: ("Microsoft", "Microsoft Sentinel"),
        feature: row.text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud"],
    });
    out.activity_name = Some(operation(&row).into());
    out.status_code = common::some(status);
    out.status_detail = row.text(&["Reason", "Description"]).map(Into::into);
    out.api = Some(Api {
        operation: operation(&row).into(),
        service: Some(Named { uid: None, name: Some("Microsoft Sentinel".into()) }),
        ..Api::default()
    });
    let caller = row.lower(&["Caller", "CallerName"]);
    out.actor = Some(common::actor(User { name: caller, ..User::default() }, None, Some("Microsoft Sentinel")));
    out.src_endpoint = Some(common::source(row.text(&["CallerIpAddress"])));
    out.cloud = Some(cloud(common::subscription(&row), None));
    if let Some(name) = row.text(&["SentinelResourceName"]) {
        let kind = row.text(&["SentinelResourceKind", "SentinelResourceType"]).map(Into::into);
        let uid = row.text(&["SentinelResourceId"]).map(Into::into);
        out.resources.push(Resource { uid, name: Some(name.into()), type_: kind, ..Resource::default() });
    }
    ocsf::observe(&mut out);
    Ok(Mapped { identity: identity(workspace(&row), own), occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let row = Row::new(raw);
    let deed = Deed {
        cloud: "azure",
        account: common::subscription(&row).unwrap_or_default(),
        name: row.lower(&["Caller", "CallerName"]).unwrap_or_default(),
        ip: common::ip(row.text(&["CallerIpAddress"])),
        operation: operation(&row),
        targets: row.text(&["SentinelResourceId", "SentinelResourceName"]).map(common::target).into_iter().collect(),
        ..Deed::default()
    };
    signal(deed, None, cite())
}
