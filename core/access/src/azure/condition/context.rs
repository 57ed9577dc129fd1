//! What a request knows about itself: the attributes that conditions ask for.

use super::parser::Source;
use super::value::Value;
use crate::truth::Missing;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Behind an attribute's name where the tag's key compares with case.
const CASE_SENSITIVE: &str = "<$key_case_sensitive$>";
/// Behind an attribute's name where the keys themselves are asked for.
const KEYS: &str = "&$keys$&";

/// Names under which the documentation and the context know one thing.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("microsoft.network/privateendpoints", "privateendpoint"),
    ("microsoft.network/virtualnetworks/subnets", "subnet"),
];

/// Attributes of one source, by lower-cased name, each as it was written.
type Attributes = BTreeMap<String, Vec<(String, Value)>>;

/// The attributes of a request. Names compare without case.
///
/// In a complete context an attribute that is not there is absent from the
/// request: what compares it is false. In an open context it merely was not
/// collected: what compares it is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    open: bool,
    /// Whether an attribute may be found under the last part of its name alone.
    short_names: bool,
    action: Option<String>,
    sub_operation: Option<String>,
    principal: Attributes,
    resource: Attributes,
    request: Attributes,
    environment: Attributes,
}

impl Context {
    /// Empty; what is missing is absent.
    pub fn complete() -> Self {
        Self::default()
    }

    /// Empty; what is missing was not collected.
    pub fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// Whether missing attributes are known to be absent.
    pub fn is_complete(&self) -> bool {
        !self.open
    }

    /// With the action that is tried, such as `Microsoft.Storage/…/blobs/read`.
    pub fn with_action(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    /// With the suboperation, such as `Blob.List`.
    pub fn with_sub_operation(mut self, name: &str) -> Self {
        self.sub_operation = Some(name.to_owned());
        self
    }

    /// With an attribute of the resource, by its full name, such as
    /// `Microsoft.Storage/storageAccounts/blobServices/containers:name`.
    pub fn with_resource(mut self, name: &str, value: &Json) -> Self {
        put(&mut self.resource, name, value);
        self
    }

    /// With an attribute of the request, by its full name.
    pub fn with_request(mut self, name: &str, value: &Json) -> Self {
        put(&mut self.request, name, value);
        self
    }

    /// With a custom security attribute of the principal, by its full name.
    pub fn with_principal(mut self, name: &str, value: &Json) -> Self {
        put(&mut self.principal, name, value);
        self
    }

    /// With `isPrivateLink`, `privateEndpoint`, `subnet` or `utcNow`.
    pub fn with_environment(mut self, name: &str, value: &Json) -> Self {
        put(&mut self.environment, name, value);
        self
    }

    /// Reads the form of `selvedge access condition`: `principal`, `resource`,
    /// `request`, `environment`, `action` and `subOperation`. Complete unless it
    /// says `"open": true`. Anything else in it is not looked at.
    ///
    /// # Errors
    /// Names the part that is not of its kind.
    pub fn from_json(json: &Json) -> Result<Self, String> {
        let parts = json.as_object().ok_or("a context must be an object")?;
        let text = |key: &str| match parts.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{key} must be a text")),
        };
        let open = match parts.get("open") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(open)) => *open,
            Some(_) => return Err("open must be true or false".into()),
        };
        Ok(Self {
            open,
            short_names: true,
            action: text("action")?,
            sub_operation: text("subOperation")?,
            principal: source(parts.get("principal"), "principal", &[("id", "id"), ("type", "principalType")])?,
            resource: source(parts.get("resource"), "resource", &[("id", "id"), ("type", "type"), ("scope", "scope")])?,
            request: source(parts.get("request"), "request", &[("action", "action"), ("dataAction", "dataAction")])?,
            environment: flat(parts.get("environment"), "environment")?,
        })
    }

    pub(super) fn action(&self) -> Value {
        match &self.action {
            Some(action) => Value::Text(action.clone()),
            None => Value::unknown(Missing::ContextKey("action".into())),
        }
    }

    /// Most actions have no suboperation.
    pub(super) fn sub_operation(&self) -> Value {
        match &self.sub_operation {
            Some(name) => Value::Text(name.clone()),
            None if self.open => Value::unknown(Missing::ContextKey("suboperation".into())),
            None => Value::Absent,
        }
    }

    /// The attribute, or why there is none.
    pub(super) fn attribute(&self, from: Source, name: &str) -> Value {
        let attributes = match from {
            Source::Principal => &self.principal,
            Source::Resource => &self.resource,
            Source::Request => &self.request,
            Source::Environment => &self.environment,
            Source::Context => return self.missing(from, name),
        };
        if let Some(found) = find(attributes, name) {
            return found;
        }
        let lower = name.to_ascii_lowercase();
        let derived = match from {
            Source::Request if lower == "suboperation" => return self.sub_operation(),
            Source::Environment => self.environment_attribute(&lower),
            _ => None,
        };
        if let Some(found) = derived {
            return found;
        }
        if let Some(keys) = name.strip_suffix(KEYS) {
            return self.keys(from, keys, attributes);
        }
        let short = name.rsplit_once(':').map(|(_, last)| last).filter(|_| self.short_names);
        short.and_then(|short| find(attributes, short)).unwrap_or_else(|| self.missing(from, name))
    }

    fn missing(&self, from: Source, name: &str) -> Value {
        if self.open || from == Source::Context {
            Value::unknown(Missing::ContextKey(format!("@{}[{name}]", from.name()).to_ascii_lowercase()))
        } else {
            Value::Absent
        }
    }

    fn environment_attribute(&self, lower: &str) -> Option<Value> {
        if lower == "timeofday" {
            let now = find(&self.environment, "utcNow")?;
            let now = now.date()?;
            return Value::clock_of(&now.strftime("%H:%M:%S").to_string()).map(Value::Clock);
        }
        let (_, alias) = ENVIRONMENT.iter().find(|(known, _)| *known == lower)?;
        find(&self.environment, alias)
    }

    /// The keys of the tags that are known: all of them only if the context is
    /// complete.
    fn keys(&self, from: Source, base: &str, attributes: &Attributes) -> Value {
        if self.open {
            return self.missing(from, base);
        }
        let start = format!("{base}:").to_ascii_lowercase();
        let all = attributes.range(start.clone()..).take_while(|(name, _)| name.starts_with(&start));
        let written = all.flat_map(|(_, forms)| forms);
        Value::List(
            written
                .filter_map(|(name, _)| name.get(start.len()..))
                .map(|key| Value::Text(key.trim_end_matches(CASE_SENSITIVE).to_owned()))
                .collect(),
        )
    }
}

/// Puts an attribute in; a null is none.
fn put(into: &mut Attributes, name: &str, value: &Json) {
    let value = Value::from_json(value);
    if value == Value::Absent {
        return;
    }
    let name = name.trim_end_matches(CASE_SENSITIVE);
    let forms = into.entry(name.to_ascii_lowercase()).or_default();
    forms.retain(|(written, _)| written != name);
    forms.push((name.to_owned(), value));
}

fn find(attributes: &Attributes, name: &str) -> Option<Value> {
    let (plain, exact) = match name.strip_suffix(CASE_SENSITIVE) {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    let key = |name: &str| name.rsplit_once(':').map_or(name, |(_, key)| key).to_owned();
    let forms = attributes.get(&plain.to_ascii_lowercase())?;
    forms.iter().find(|(written, _)| !exact || key(written) == key(plain)).map(|(_, value)| value.clone())
}

/// One source of the JSON form: fields of its own, and `attributes`, which win.
fn source(json: Option<&Json>, what: &str, fields: &[(&str, &str)]) -> Result<Attributes, String> {
    let Some(json) = json.filter(|json| !json.is_null()) else {
        return Ok(Attributes::new());
    };
    let object = json.as_object().ok_or_else(|| format!("{what} must be an object"))?;
    let mut out = Attributes::new();
    for (field, name) in fields {
        if let Some(value) = object.get(*field) {
            put(&mut out, name, value);
        }
    }
    for (name, forms) in flat(object.get("attributes"), &format!("{what}/attributes"))? {
        out.insert(name, forms);
    }
    Ok(out)
}

/// An object's members; `{"namespace": {"name": …}}` is `namespace:name`.
fn flat(json: Option<&Json>, what: &str) -> Result<Attributes, String> {
    let mut out = Attributes::new();
    let Some(json) = json.filter(|json| !json.is_null()) else {
        return Ok(out);
    };
    for (name, value) in json.as_object().ok_or_else(|| format!("{what} must be an object"))? {
        match value {
            Json::Object(inner) => {
                for (last, value) in inner {
                    put(&mut out, &format!("{name}:{last}"), value);
                }
            }
            value => put(&mut out, name, value),
        }
    }
    Ok(out)
}
