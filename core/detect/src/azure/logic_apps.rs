//! Logic Apps: `WorkflowRuntime` as streamed and in `AzureDiagnostics`, and the
//! table `LogicAppWorkflowRuntime`.

use super::common::{self, Deed, cloud, moment, ms, signal, some};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::ocsf::{self, Head};
use crate::row::Row;
use selvedge_model::Fact;
use selvedge_model::event::{Actor, Api, ApiResponse, Endpoint, Identity, Named, Resource};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::class;

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "operationName",
    "status",
    "status_s",
    "code",
    "code_s",
    "startTime",
    "startTime_t",
    "endTime",
    "endTime_t",
    "location",
    "WorkflowId",
    "WorkflowName",
];

struct Step<'a> {
    row: Row<'a>,
    operation: &'a str,
    status: &'a str,
    code: Option<&'a str>,
    workflow: &'a str,
    name: Option<&'a str>,
    run: Option<&'a str>,
}

fn read(raw: Json<'_>) -> Step<'_> {
    let row = Row::new(raw);
    let resource = row.object(&["resource"]);
    let of = |field: &str, column: &str| {
        let inner = resource.and_then(|resource| get::any(resource, &[field])).and_then(get::as_text);
        inner.or_else(|| row.text(&[column, field]))
    };
    let workflow = of("workflowId", "resource_workflowId_s");
    Step {
        operation: row.text(&["operationName"]).unwrap_or(ocsf::UNKNOWN),
        status: row.text(&["status", "status_s"]).unwrap_or_default(),
        code: row.text(&["code", "code_s"]),
        workflow: workflow.unwrap_or_else(|| common::resource_id(&row)),
        name: of("workflowName", "resource_workflowName_s"),
        run: of("runId", "resource_runId_s"),
        row,
    }
}

fn succeeded(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "succeeded" => Some(true),
        "failed" | "timedout" | "aborted" => Some(false),
        _ => None,
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let step = read(raw.json);
    let row = &step.row;
    let at = moment(row, &[])?;
    let ok = succeeded(step.status);
    let mut out = ocsf::build(Head {
        class: class::API_ACTIVITY,
        activity: class::api_activity::OTHER,
        time: at,
        status: ok,
        uid: raw.digest_id(),
        product: ("Microsoft", "Azure Logic Apps"),
        feature: row.outer_text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud"],
    });
    out.activity_name = Some(step.operation.rsplit('/').next().unwrap_or(step.operation).into());
    out.metadata.correlation_uid = step.run.map(Into::into);
    out.status_code = step.code.or(Some(step.status)).and_then(some);
    if ok.is_none() && !step.status.is_empty() {
        out.status_id = Some(99);
        out.status = some(step.status);
    }
    // What a workflow does, it does in its own name.
    out.actor = Some(Actor { app_name: Some(step.name.unwrap_or(ocsf::UNKNOWN).into()), ..Actor::default() });
    out.api = Some(Api {
        operation: step.operation.into(),
        service: Some(Named { uid: None, name: Some("Microsoft.Logic".into()) }),
        request: None,
        response: (ok == Some(false)).then(|| ApiResponse {
            code: None,
            error: Some(step.code.unwrap_or(step.status).into()),
            error_message: None,
        }),
    });
    out.src_endpoint = Some(Endpoint { svc_name: Some("Azure Logic Apps".into()), ..Endpoint::default() });
    let account = crate::activity::subscription(step.workflow).or_else(|| common::subscription(row));
    out.cloud = Some(cloud(account, row.outer_text(&["location"])));
    if !step.workflow.is_empty() || step.name.is_some() {
        let name = step.name.map(Into::into);
        out.resources.push(Resource { uid: some(step.workflow), name, ..Resource::default() });
    }
    let more = out.more();
    more.start_time = ms(row.moment(&["startTime", "startTime_t"]));
    more.end_time = ms(row.moment(&["endTime", "endTime_t"]));
    ocsf::observe(&mut out);
    Ok(Mapped { identity: Identity::Bytes, occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let step = read(raw);
    let account = crate::activity::subscription(step.workflow).or_else(|| common::subscription(&step.row));
    let deed = Deed {
        cloud: "azure",
        account: account.unwrap_or_default(),
        name: step.name.unwrap_or_default().into(),
        session: step.run.map(str::to_owned),
        operation: step.operation,
        targets: vec![common::target(step.workflow)],
        ..Deed::default()
    };
    signal(deed, None, cite())
}
