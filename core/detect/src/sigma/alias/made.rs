//! Values that rules name and that stand nowhere in a record as they do.

use crate::get;
use crate::json::{Json, Shape};
use crate::sigma::view::{Value, Values, View, member, walk};
use std::borrow::Cow;

fn add_text<'a>(found: &mut Values<'a>, text: impl Into<Cow<'a, str>>) {
    found.add(Value::Text(text.into()));
}

/// A call that gave no error has succeeded. A refused sign-in to the console
/// has no error code, but says so in its answer.
pub(super) fn cloudtrail_status<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if view.is_ocsf {
        return;
    }
    let refused = get::text(view.root, &["responseElements", "ConsoleLogin"]) == Some("Failure");
    let failed = refused || get::text(view.root, &["errorCode"]).is_some();
    add_text(found, if failed { "Failure" } else { "Success" });
}

/// Whether MFA was used at the console, as CloudTrail says it, of an OCSF row.
pub(super) fn mfa_used<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if view.is_ocsf
        && let Some(used) = get::boolean(view.root, &["is_mfa"]).or_else(|| get::boolean(view.root, &["mfa"]))
    {
        add_text(found, if used { "Yes" } else { "No" });
    }
}

/// How a sign-in to the console ended, of an OCSF row.
pub(super) fn console_login<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if view.is_ocsf
        && get::text(view.root, &["api", "operation"]) == Some("ConsoleLogin")
        && let Some(status) = get::text(view.root, &["status"])
    {
        add_text(found, status);
    }
}

/// Error codes that only ask the user for one more step; the portal calls such
/// a sign-in interrupted. Source: "Microsoft Entra authentication and
/// authorization error codes".
const INTERRUPTS: [i64; 11] = [50055, 50058, 50059, 50072, 50074, 50076, 50079, 50097, 50125, 50129, 50140];

/// The portal's word for how a sign-in ended.
pub(super) fn sign_in_status<'a>(view: &View<'a>, found: &mut Values<'a>) {
    let code = either(view, &["resultType"]).and_then(get::as_integer).or_else(|| {
        let status = either(view, &["status"])?;
        get::as_integer(member(status, "errorCode")?)
    });
    match code {
        Some(0) => add_text(found, "Success"),
        Some(code) => {
            add_text(found, "Failure");
            if INTERRUPTS.contains(&code) {
                add_text(found, "Interrupted");
            }
        }
        None => {}
    }
}

/// What the portal calls the log of sign-ins.
pub(super) fn sign_ins<'a>(_: &View<'a>, found: &mut Values<'a>) {
    add_text(found, "Sign-ins");
    add_text(found, "Sign-in activity");
}

/// A device of which nothing is known has an empty id.
pub(super) fn no_device<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if either(view, &["deviceDetail"]).is_some_and(Json::is_object) {
        add_text(found, "");
    }
}

/// `Microsoft.Compute` of an operation's name or of the resource's id.
pub(super) fn resource_provider<'a>(view: &View<'a>, found: &mut Values<'a>) {
    let operation = either(view, &["operationName", "OperationNameValue"])
        .and_then(|name| get::as_text(name).or_else(|| get::text(name, &["value"])));
    if let Some((provider, _)) = operation.and_then(|name| name.split_once('/')) {
        add_text(found, provider);
    }
    if let Some(provider) = after_segment(view, "providers") {
        add_text(found, provider);
    }
}

/// The resource group of the resource's id.
pub(super) fn resource_group<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if let Some(group) = after_segment(view, "resourceGroups") {
        add_text(found, group);
    }
}

/// The subscription of the resource's id.
pub(super) fn subscription<'a>(view: &View<'a>, found: &mut Values<'a>) {
    if let Some(subscription) = after_segment(view, "subscriptions") {
        add_text(found, subscription);
    }
}

/// What follows a name in the path that is the resource's id.
fn after_segment<'a>(view: &View<'a>, name: &str) -> Option<&'a str> {
    let id = either(view, &["resourceId", "_ResourceId"]).and_then(Json::as_str)?;
    let mut parts = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case(name));
    parts.nth(1).filter(|part| !part.is_empty())
}

/// The first of these members of the row, else of its properties.
fn either<'a>(view: &View<'a>, names: &[&str]) -> Option<Json<'a>> {
    names.iter().find_map(|name| view.either(name))
}

/// Changed properties of an audit record.
fn changes<'a>(view: &View<'a>) -> Vec<Json<'a>> {
    let mut found = Values::Missing;
    for object in [Some(view.root), view.inner].into_iter().flatten() {
        if found.is_missing() {
            walk(object, "targetResources.modifiedProperties", true, &mut found);
        }
    }
    let arrays =
        found.as_slice().iter().filter_map(|value| if let Value::Json(json) = value { Some(*json) } else { None });
    arrays.flat_map(Json::elements).collect()
}

/// The changes as the portal prints them, and as the "Microsoft Entra security
/// operations guide" names some: public rules look for them in a message.
pub(super) fn changes_as_text<'a>(view: &View<'a>, found: &mut Values<'a>) {
    let changes = changes(view);
    if changes.is_empty() {
        return;
    }
    let activity = either(view, &["activityDisplayName", "operationName"]).and_then(get::as_text).unwrap_or_default();
    let succeeded = either(view, &["result"]).and_then(get::as_text).is_none_or(|r| r.eq_ignore_ascii_case("success"));
    for change in changes {
        let part = |name: &str| member(change, name).and_then(get::as_text).unwrap_or_default();
        let (name, old, new) = (part("displayName"), part("oldValue"), part("newValue"));
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let (shown, old, new) = (quoted(name), quoted(old), quoted(new));
        add_text(found, format!("\"displayName\":{shown},\"oldValue\":{old},\"newValue\":{new}"));
        if succeeded {
            add_text(found, format!("{} Sucess- Property Name {name}", activity.trim()));
        }
    }
}

/// The new value of a changed property, or the value of an additional detail,
/// by its own name.
pub(super) fn detail<'a>(view: &View<'a>, name: &str, found: &mut Values<'a>) {
    for change in changes(view) {
        if named(change, "displayName", name)
            && let Some(new) = member(change, "newValue").and_then(Json::as_str)
        {
            // Values are JSON within the text: `"\"False\""`.
            add_text(found, new.trim_matches('"'));
        }
    }
    let short =
        name.strip_prefix("additionalDetails.").or_else(|| name.strip_prefix("AdditionalDetails.")).unwrap_or(name);
    let details = either(view, &["additionalDetails"]).into_iter().flat_map(Json::elements);
    for detail in details.filter(|detail| named(*detail, "key", short)) {
        if let Some(value) = member(detail, "value") {
            found.add(Value::Json(value));
        }
    }
}

fn named(object: Json<'_>, key: &str, name: &str) -> bool {
    member(object, key).and_then(Json::as_str).is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// What an OCSF event has no place for, by its own name: nested as `normalize`
/// prints it, or in pairs of flat names as Security Lake writes them.
pub(super) fn unmapped<'a>(view: &View<'a>, name: &str, found: &mut Values<'a>) {
    let Some(unmapped) = view.root.get("unmapped") else { return };
    match unmapped.shape() {
        Shape::Object(members) => {
            walk(unmapped, name, view.any_case, found);
            if found.is_missing() {
                members.for_each(|(key, value)| add_flat(key, value, name, found));
            }
        }
        Shape::Array(pairs) => {
            for (_, pair) in pairs {
                let mut parts = pair.elements();
                if let (Some(key), Some(value)) = (parts.next().and_then(Json::as_str), parts.next()) {
                    add_flat(key, value, name, found);
                }
            }
        }
        _ => {}
    }
}

/// Flat names mark arrays by `[]`; the elements stand in one text.
fn add_flat<'a>(key: &str, value: Json<'a>, name: &str, found: &mut Values<'a>) {
    let bare = key.replace("[]", "");
    let below = bare.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if !below {
        return;
    }
    found.add(Value::Json(value));
    if let Some(text) = value.as_str()
        && bare.len() != key.len()
    {
        text.split(',').for_each(|part| add_text(found, part));
    }
}
