//! Calls of the catalogue, put on the wire as their rows say: no code knows a
//! single operation.

use crate::act::not_applied;
use crate::answers;
use crate::client::{AwsCloud, elsewhere};
use crate::doc;
use crate::identity::{Link, Tries};
use crate::wire::{Exchange, Request, Wire};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use selvedge_ports::actions::op::{Call, Method, RestBody, Wire as Row};
use selvedge_ports::actions::{Answer, Doc};
use selvedge_ports::{CloudError, CloudErrorKind, Outcome};
use serde_json::json;

/// Most pages that are read of one list; an endless list is a fault of the other
/// side.
const MAX_PAGES: usize = 100;
/// RFC 3986's unreserved characters stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A call with its request.
struct Prepared<'a> {
    call: &'a Call,
    request: Request,
}

impl Exchange for Prepared<'_> {
    fn permission(&self) -> String {
        self.call.operation.row().permission.to_owned()
    }

    fn request(&self, _wire: &Wire) -> Request {
        self.request.clone()
    }
}

impl AwsCloud {
    /// A read of the catalogue, all its pages.
    pub(crate) async fn read_call(&self, call: &Call) -> Result<Answer, CloudError> {
        let link = self.link(&call.container)?;
        let mut whole: Option<Doc> = None;
        let mut call = call.clone();
        for _ in 0..MAX_PAGES {
            let prepared = self.prepare(&call)?;
            let credentials = self.reading(link, Tries::Several).await?;
            let page = match self.call(link, &prepared, &credentials, Tries::Several).await {
                Ok(body) => answer(&call, &body).ok_or_else(|| unreadable(&call))?,
                Err(error) if error.kind == CloudErrorKind::NotFound => return Ok(Answer::Value { value: None }),
                Err(error) => return Err(error),
            };
            let next = next_page(&page);
            whole = Some(match whole {
                None => page,
                Some(first) => joined(first, &page),
            });
            match next {
                None => return Ok(Answer::Value { value: whole }),
                Some((name, token)) => call.params = call.params.with(&[name], token),
            }
        }
        Err(CloudError::new(
            CloudErrorKind::Bug,
            format!("{} does not end after {MAX_PAGES} pages; check the endpoint", call.operation.name()),
        ))
    }

    /// A mutation of the catalogue, sent once.
    pub(crate) async fn send_call(&self, call: &Call) -> Outcome {
        let link = match self.link(&call.container) {
            Ok(link) => link,
            Err(error) => return not_applied(error),
        };
        let (prepared, policy) = match self.prepare(call).and_then(|p| Ok((p, self.policy_of(link, call)?))) {
            Ok(both) => both,
            Err(error) => return not_applied(error),
        };
        let credentials = match self.acting(link, policy).await {
            Ok(credentials) => credentials,
            Err(error) => return not_applied(error),
        };
        let sent = self.once(&prepared, &credentials, Tries::Once).await;
        let what = format!("{} in account {}", call.operation.name(), link.id);
        self.outcome(&what, sent, |body| acknowledges(call, body))
    }

    fn prepare<'a>(&self, call: &'a Call) -> Result<Prepared<'a>, CloudError> {
        if call.operation.cloud() != "aws" {
            return Err(elsewhere());
        }
        let request = request(&self.wire, call).ok_or_else(|| {
            let name = call.operation.name();
            let message = format!("{name} cannot be sent with these parameters; nothing was sent; report it");
            CloudError::new(CloudErrorKind::Bug, message)
        })?;
        Ok(Prepared { call, request })
    }

    /// What an acting session may do: the one operation on what the row names.
    /// A parameter that could name more than one thing is refused.
    fn policy_of(&self, link: &Link, call: &Call) -> Result<String, CloudError> {
        let row = call.operation.row();
        let resources: Option<Vec<String>> =
            row.resource.split(' ').map(|pattern| self.resource(link, call, pattern)).collect();
        let resources = resources.filter(|all| !all.is_empty()).ok_or_else(|| {
            let message = format!("{}: a parameter names no single resource; nothing was sent", row.name);
            CloudError::new(CloudErrorKind::Bug, message)
        })?;
        let statement = json!({ "Effect": "Allow", "Action": row.permission, "Resource": resources });
        Ok(json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string())
    }

    fn resource(&self, link: &Link, call: &Call, pattern: &str) -> Option<String> {
        let named = |name: &str| match name {
            "partition" => Some(self.partition.to_owned()),
            "account" => Some(link.id.clone()),
            "region" => call.region.clone(),
            other => Some(call.param(other).to_owned()),
        };
        filled(pattern, |name, _| {
            let value = named(name)?;
            let plain = |byte: u8| byte.is_ascii_graphic() && !b"*?$\"<>\\".contains(&byte);
            (!value.is_empty() && value.bytes().all(plain)).then_some(value)
        })
    }
}

/// A template with its `{Name}`s filled; `{Name+}` says that slashes stay.
fn filled(template: &str, value: impl Fn(&str, bool) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        out.push_str(before);
        let (name, whole) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        out.push_str(&value(name, whole)?);
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// The request that a row describes; `None` if a parameter is missing.
fn request(wire: &Wire, call: &Call) -> Option<Request> {
    let service = call.operation.service();
    let endpoint = wire.endpoint(service, call.region.as_deref())?;
    let mut request = Request {
        service,
        region: endpoint.region,
        method: reqwest::Method::POST,
        url: endpoint.url,
        headers: Vec::new(),
        body: String::new(),
    };
    let operation = call.operation.name().split_once(':')?.1;
    match call.operation.row().wire {
        Row::Query { version, ec2 } => {
            request.headers.push(("content-type", "application/x-www-form-urlencoded; charset=utf-8".into()));
            request.body = format!("Action={operation}&Version={version}");
            form(&mut request.body, "", &call.params, ec2);
        }
        Row::Json { target, version } => {
            request.headers.push(("content-type", format!("application/x-amz-json-{version}")));
            request.headers.push(("x-amz-target", format!("{target}.{operation}")));
            request.body = call.params.to_json();
        }
        Row::Rest { method, path, body } => rest(&mut request, call, method, path, body)?,
        Row::Arm { .. } | Row::Graph { .. } | Row::Defender { .. } => return None,
    }
    Some(request)
}

/// Parameters as a form: members by dots, lists by numbers.
fn form(out: &mut String, prefix: &str, value: &Doc, ec2: bool) {
    let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    let mut put = |text: &str| {
        out.push('&');
        out.push_str(prefix);
        out.push('=');
        out.push_str(&encoded(text));
    };
    match value {
        Doc::Null => {}
        Doc::Text(text) => put(text),
        Doc::Bool(_) | Doc::Int(_) | Doc::Real(_) => put(&value.to_json()),
        Doc::Map(members) => members.iter().for_each(|(name, member)| form(out, &join(name), member, ec2)),
        Doc::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let number = (index + 1).to_string();
                let name = if ec2 { join(&number) } else { join(&format!("member.{number}")) };
                form(out, &name, item, ec2);
            }
        }
    }
}

fn rest(request: &mut Request, call: &Call, method: Method, path: &str, body: RestBody) -> Option<()> {
    request.method = match method {
        Method::Get => reqwest::Method::GET,
        Method::Put => reqwest::Method::PUT,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let in_path = std::cell::RefCell::new(Vec::new());
    let path = filled(path, |name, whole| {
        let value = call.param(name);
        in_path.borrow_mut().push(name.to_owned());
        let parts = value.split('/').map(encoded);
        let value = if whole { parts.collect::<Vec<_>>().join("/") } else { encoded(value) };
        // `.` and `..` would name another path.
        (!value.is_empty() && value != "." && value != "..").then_some(value)
    })?;
    let base = request.url.as_str().trim_end_matches('/').to_owned();
    request.url = Url::parse(&format!("{base}{path}")).ok()?;
    match body {
        RestBody::Empty => {}
        RestBody::Json => {
            let left = in_path.into_inner().iter().fold(call.params.clone(), |left, name| left.without(&[name]));
            request.headers.push(("content-type", "application/json".into()));
            request.body = left.to_json();
        }
        RestBody::Xml(member) => {
            request.headers.push(("content-type", "application/xml".into()));
            request.body = doc::to_xml(member, call.params.get(member)?);
        }
        RestBody::Raw(member) => call.param(member).clone_into(&mut request.body),
    }
    Some(())
}

/// An answer as a document; `None` if the bytes are no such answer.
fn answer(call: &Call, body: &[u8]) -> Option<Doc> {
    let operation = call.operation.name().split_once(':')?.1;
    match call.operation.row().wire {
        Row::Query { ec2, .. } => doc::of_query(body, operation, ec2),
        Row::Json { .. } => doc::of_json(body),
        // S3 gives a bucket's policy as it was put.
        Row::Rest { .. } if call.operation.name() == "s3:GetBucketPolicy" => {
            Some(Doc::map([("Policy", std::str::from_utf8(body).ok()?)]))
        }
        Row::Rest { .. } => match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Some(Doc::default()),
            Some(b'<') => doc::of_xml(body),
            Some(_) => doc::of_json(body),
        },
        Row::Arm { .. } | Row::Graph { .. } | Row::Defender { .. } => None,
    }
}

/// Whether a success is one of AWS: a status alone may come from something in
/// between.
fn acknowledges(call: &Call, body: &[u8]) -> bool {
    let operation = call.operation.name().split_once(':').map_or("", |(_, name)| name);
    match call.operation.row().wire {
        Row::Query { .. } => answers::acknowledges(body, operation),
        _ => body.is_empty() || answer(call, body).is_some(),
    }
}

/// Where the next page starts: the parameter and its value.
fn next_page(page: &Doc) -> Option<(&'static str, String)> {
    let text = |name| page.text_at(&[name]).filter(|text| !text.is_empty()).map(str::to_owned);
    if page.get("IsTruncated").and_then(Doc::truth) == Some(true) {
        return Some(("Marker", text("Marker")?));
    }
    Some(("NextToken", text("NextToken")?))
}

/// Two pages of one list: their arrays one after the other.
fn joined(first: Doc, next: &Doc) -> Doc {
    let Doc::Map(members) = next else { return first };
    members.iter().fold(first, |whole, (name, value)| match value {
        Doc::List(more) => {
            let mut all = whole.items_at(&[name]).to_vec();
            all.extend(more.iter().cloned());
            whole.with(&[name], all)
        }
        _ => whole,
    })
}

fn unreadable(call: &Call) -> CloudError {
    CloudError::new(
        CloudErrorKind::Bug,
        format!("the answer to {} is not one of AWS; check the endpoint", call.operation.name()),
    )
}

#[cfg(test)]
#[path = "general_tests.rs"]
mod tests;
