//! A judge of Graph requests and answers: Microsoft's own description of Graph
//! (CSDL, OData 4). It knows what our calls need of it: entity sets, keys,
//! declared properties with primitive types, bound actions and their results.
//! Everything else in a request or answer is reported, not waved through.
//!
//! Source: OASIS OData 4.01, CSDL XML and JSON format.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Default, Clone, PartialEq)]
struct Property {
    kind: String,
    nullable: bool,
}

#[derive(Debug, Default)]
struct EntityType {
    base: Option<String>,
    properties: BTreeMap<String, Property>,
}

#[derive(Debug, Default)]
struct Action {
    name: String,
    bound: bool,
    /// Type of the binding parameter, then the others with their names.
    parameters: Vec<(String, String)>,
    returns: Option<Property>,
}

/// The description, with names in full (`microsoft.graph.user`).
#[derive(Debug, Default)]
pub(crate) struct Csdl {
    types: BTreeMap<String, EntityType>,
    actions: Vec<Action>,
    sets: BTreeMap<String, String>,
}

/// What a request asks for, as far as its answer must fit.
#[derive(Debug, PartialEq)]
enum Asked {
    Entity { kind: String, select: Vec<String> },
    Changed,
    Result(Option<Property>),
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Path with query.
    pub(crate) target: String,
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) answer: String,
}

/// The description in the folder that `SELVEDGE_AZURE_SPECS` names; else says
/// that the test is skipped.
pub(crate) fn load(test: &str) -> Option<Csdl> {
    let Some(folder) = std::env::var_os("SELVEDGE_AZURE_SPECS") else {
        eprintln!("skipped: {test}: SELVEDGE_AZURE_SPECS does not name the folder of the azure specifications");
        return None;
    };
    let path = PathBuf::from(folder).join("microsoftgraph_msgraph-metadata/schemas/v1.0-Prod.csdl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(Csdl::parse(&text))
}

#[derive(Default)]
struct Scope {
    namespace: String,
    alias: Option<String>,
    kind: Option<String>,
    action: Option<Action>,
}

impl Scope {
    /// A type's full name: aliases are resolved, inside `Collection(…)` too.
    fn full(&self, name: &str) -> String {
        if let Some(inner) = name.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')) {
            return format!("Collection({})", self.full(inner));
        }
        match (name.split_once('.'), &self.alias) {
            (Some((head, tail)), Some(alias)) if head == alias => format!("{}.{tail}", self.namespace),
            // The main schema's alias is used by the other schemas as well.
            (Some(("graph", tail)), _) => format!("microsoft.graph.{tail}"),
            _ => name.to_owned(),
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes())
        .map(|attribute| attribute.unescape_value().unwrap().into_owned())
}

fn named(tag: &BytesStart<'_>) -> String {
    attribute(tag, "Name").unwrap_or_default()
}

impl Csdl {
    /// Reads a CSDL document.
    pub(crate) fn parse(text: &str) -> Self {
        let mut reader = Reader::from_str(text);
        let mut csdl = Self::default();
        let mut scope = Scope::default();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => csdl.open(&tag, &mut scope, false),
                Event::Empty(tag) => csdl.open(&tag, &mut scope, true),
                Event::End(tag) => match tag.local_name().as_ref() {
                    b"EntityType" => scope.kind = None,
                    b"Action" => csdl.actions.extend(scope.action.take()),
                    _ => (),
                },
                Event::Eof => return csdl,
                _ => (),
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, scope: &mut Scope, empty: bool) {
        let property = |scope: &Scope| Property {
            kind: scope.full(&attribute(tag, "Type").unwrap_or_default()),
            nullable: attribute(tag, "Nullable").as_deref() != Some("false"),
        };
        match tag.local_name().as_ref() {
            b"Schema" => {
                scope.namespace = attribute(tag, "Namespace").unwrap_or_default();
                scope.alias = attribute(tag, "Alias");
            }
            b"EntityType" => {
                let name = format!("{}.{}", scope.namespace, named(tag));
                let base = attribute(tag, "BaseType").map(|base| scope.full(&base));
                self.types.insert(name.clone(), EntityType { base, ..EntityType::default() });
                scope.kind = (!empty).then_some(name);
            }
            b"Property" => {
                if let Some(kind) = scope.kind.as_ref().and_then(|kind| self.types.get_mut(kind)) {
                    kind.properties.insert(named(tag), property(scope));
                }
            }
            b"Action" => {
                let bound = attribute(tag, "IsBound").as_deref() == Some("true");
                let action = Action { name: named(tag), bound, ..Action::default() };
                if empty { self.actions.push(action) } else { scope.action = Some(action) }
            }
            b"Parameter" => {
                let parameter = (named(tag), property(scope).kind);
                if let Some(action) = &mut scope.action {
                    action.parameters.push(parameter);
                }
            }
            b"ReturnType" => {
                let returns = property(scope);
                if let Some(action) = &mut scope.action {
                    action.returns = Some(returns);
                }
            }
            b"EntitySet" => {
                let kind = attribute(tag, "EntityType").unwrap_or_default();
                self.sets.insert(named(tag), scope.full(&kind));
            }
            _ => (),
        }
    }

    /// A declared property, of the type or of one it derives from.
    fn property(&self, kind: &str, name: &str) -> Option<&Property> {
        let declared = self.types.get(kind)?;
        declared.properties.get(name).or_else(|| self.property(declared.base.as_deref()?, name))
    }

    fn derives(&self, kind: &str, from: &str) -> bool {
        kind == from
            || self.types.get(kind).and_then(|kind| kind.base.as_deref()).is_some_and(|base| self.derives(base, from))
    }

    fn action(&self, kind: &str, segment: &str) -> Option<&Action> {
        let name = segment.rsplit('.').next()?;
        self.actions.iter().find(|action| {
            action.name == name
                && action.bound
                && action.parameters.first().is_some_and(|(_, binding)| self.derives(kind, binding))
        })
    }

    /// Everything in an exchange that the description does not allow.
    pub(crate) fn judge(&self, exchange: &Exchange) -> Vec<String> {
        match self.request(exchange) {
            Err(why) => vec![format!("request: {why}")],
            Ok(asked) => self.answer(exchange, &asked).into_iter().map(|why| format!("answer: {why}")).collect(),
        }
    }

    fn request(&self, exchange: &Exchange) -> Result<Asked, String> {
        let (path, query) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let ["v1.0", set, key, rest @ ..] = segments.as_slice() else {
            return Err(format!("{path} is not /v1.0/set/key…"));
        };
        let kind = self.sets.get(*set).ok_or(format!("no entity set {set}"))?;
        if key.is_empty() {
            return Err("empty key".into());
        }
        match (exchange.method.as_str(), rest) {
            ("GET", []) => self.select(kind, query).map(|select| Asked::Entity { kind: kind.clone(), select }),
            ("PATCH", []) => self.change(kind, query, &exchange.request),
            ("POST", [segment]) => self.invoke(kind, segment, query, &exchange.request),
            (method, _) => Err(format!("{method} {path} is not a form that the judge knows")),
        }
    }

    fn select(&self, kind: &str, query: &str) -> Result<Vec<String>, String> {
        let mut select = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let names = pair.strip_prefix("$select=").ok_or(format!("unknown query option {pair}"))?;
            for name in names.split(',') {
                self.property(kind, name).ok_or(format!("{kind} declares no property {name}"))?;
                select.push(name.to_owned());
            }
        }
        Ok(select)
    }

    fn change(&self, kind: &str, query: &str, body: &str) -> Result<Asked, String> {
        if !query.is_empty() {
            return Err(format!("unknown query option {query}"));
        }
        let body = object(body)?;
        if body.is_empty() {
            return Err("nothing is changed".into());
        }
        self.properties(kind, &body)?;
        Ok(Asked::Changed)
    }

    fn invoke(&self, kind: &str, segment: &str, query: &str, body: &str) -> Result<Asked, String> {
        let action = self.action(kind, segment).ok_or(format!("{kind} has no action {segment}"))?;
        if !query.is_empty() {
            return Err(format!("unknown query option {query}"));
        }
        let body = if body.is_empty() { Map::new() } else { object(body)? };
        if action.parameters.len() > 1 || !body.is_empty() {
            return Err("the judge knows actions without parameters only".into());
        }
        Ok(Asked::Result(action.returns.clone()))
    }

    fn properties(&self, kind: &str, body: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in body.iter().filter(|(name, _)| !name.contains("@odata.")) {
            let property = self.property(kind, name).ok_or(format!("{kind} declares no property {name}"))?;
            fits(property, value).map_err(|why| format!("{name}: {why}"))?;
        }
        Ok(())
    }

    fn answer(&self, exchange: &Exchange, asked: &Asked) -> Option<String> {
        let judged = match (asked, exchange.status) {
            (_, 400..=599) => error_shape(&exchange.answer),
            (Asked::Entity { kind, select }, 200) => self.entity(kind, select, &exchange.answer),
            (Asked::Changed, 204) | (Asked::Result(None), 204) => empty(&exchange.answer),
            (Asked::Result(Some(property)), 200) => object(&exchange.answer).and_then(|body| {
                let value = body.get("value").ok_or("no value")?;
                fits(property, value)
            }),
            (asked, status) => Err(format!("status {status} does not belong to {asked:?}")),
        };
        judged.err()
    }

    fn entity(&self, kind: &str, select: &[String], body: &str) -> Result<(), String> {
        let body = object(body)?;
        self.properties(kind, &body)?;
        if let Some(absent) = select.iter().find(|name| !body.contains_key(*name)) {
            return Err(format!("{absent} was selected and is not there"));
        }
        // Without $select Graph chooses; with it, it sends what was asked.
        let extra = body.keys().find(|name| !select.is_empty() && !name.contains("@odata.") && !select.contains(name));
        extra.map_or(Ok(()), |name| Err(format!("{name} was not selected")))
    }
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(format!("not a JSON object: {text:?}")),
    }
}

fn empty(text: &str) -> Result<(), String> {
    if text.is_empty() { Ok(()) } else { Err("a body where there is none".into()) }
}

/// Source: OData JSON format, "Error response".
fn error_shape(text: &str) -> Result<(), String> {
    let body = object(text)?;
    let error = body.get("error").and_then(Value::as_object).ok_or("no error object")?;
    let has = |name: &str| error.get(name).is_some_and(Value::is_string);
    if has("code") && has("message") { Ok(()) } else { Err("an error without code or message".into()) }
}

/// Whether a value is one of the property's type. Source: OData JSON format,
/// "Primitive values".
fn fits(property: &Property, value: &Value) -> Result<(), String> {
    let good = match (property.kind.as_str(), value) {
        (_, Value::Null) => property.nullable,
        ("Edm.Boolean", value) => value.is_boolean(),
        ("Edm.String", value) => value.is_string(),
        ("Edm.DateTimeOffset", Value::String(text)) => text.parse::<jiff::Timestamp>().is_ok(),
        ("Edm.Guid", Value::String(text)) => selvedge_model::guid::parse(text).is_some(),
        _ => false,
    };
    if good { Ok(()) } else { Err(format!("{value} is not {}", property.kind)) }
}

const SMALL: &str = r#"<edmx:Edmx xmlns:edmx="e"><edmx:DataServices>
  <Schema Namespace="microsoft.graph" Alias="graph" xmlns="s">
    <EntityType Name="entity" Abstract="true"><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
    <EntityType Name="user" BaseType="graph.entity" OpenType="true">
      <Property Name="enabled" Type="Edm.Boolean"/><Property Name="at" Type="Edm.DateTimeOffset"/>
    </EntityType>
    <EntityType Name="group" BaseType="graph.entity"/>
    <Action Name="revoke" IsBound="true"><Parameter Name="b" Type="graph.user"/><ReturnType Type="Edm.Boolean"/></Action>
    <Action Name="wipe" IsBound="true"><Parameter Name="b" Type="graph.entity"/></Action>
    <EntityContainer Name="c"><EntitySet Name="users" EntityType="microsoft.graph.user"/><EntitySet Name="groups" EntityType="graph.group"/></EntityContainer>
  </Schema></edmx:DataServices></edmx:Edmx>"#;

#[test]
fn the_judge_accepts_what_is_declared_and_nothing_else() {
    let csdl = Csdl::parse(SMALL);
    let error = r#"{"error":{"code":"c","message":"m"}}"#;
    for (method, target, request, status, answer, good) in [
        ("GET", "/v1.0/users/1", "", 200, r#"{"@odata.context":"c","id":"1","enabled":null}"#, true),
        ("GET", "/v1.0/users/1?$select=id,at", "", 200, r#"{"id":"1","at":"2026-05-18T17:21:16Z"}"#, true),
        ("GET", "/v1.0/users/1", "", 404, error, true),
        ("PATCH", "/v1.0/users/1", r#"{"enabled":true}"#, 204, "", true),
        ("POST", "/v1.0/users/1/revoke", "", 200, r#"{"value":true}"#, true),
        ("POST", "/v1.0/users/1/microsoft.graph.revoke", "{}", 200, r#"{"value":true}"#, true),
        ("POST", "/v1.0/groups/1/wipe", "", 204, "", true),
        ("GET", "/beta/users/1", "", 200, r#"{"id":"1"}"#, false),
        ("GET", "/v1.0/people/1", "", 200, r#"{"id":"1"}"#, false),
        ("GET", "/v1.0/users/1?$select=name", "", 200, r#"{"id":"1"}"#, false),
        ("GET", "/v1.0/users/1?$expand=x", "", 200, r#"{"id":"1"}"#, false),
        ("GET", "/v1.0/users/1?$select=id,at", "", 200, r#"{"id":"1"}"#, false),
        ("GET", "/v1.0/users/1?$select=id", "", 200, r#"{"id":"1","enabled":true}"#, false),
        ("GET", "/v1.0/users/1", "", 200, r#"{"id":null}"#, false),
        ("GET", "/v1.0/users/1", "", 200, r#"{"id":"1","at":"soon"}"#, false),
        ("GET", "/v1.0/users/1", "", 200, r#"{"id":"1","enabled":"yes"}"#, false),
        ("GET", "/v1.0/users/1", "", 404, r#"{"detail":"gone"}"#, false),
        ("GET", "/v1.0/users/1", "", 204, "", false),
        ("PATCH", "/v1.0/users/1", r#"{"enabled":"true"}"#, 204, "", false),
        ("PATCH", "/v1.0/users/1", r#"{"other":true}"#, 204, "", false),
        ("PATCH", "/v1.0/users/1", "{}", 204, "", false),
        ("PATCH", "/v1.0/users/1", r#"{"enabled":true}"#, 204, "{}", false),
        ("PATCH", "/v1.0/users/1", r#"{"enabled":true}"#, 200, r#"{"id":"1"}"#, false),
        ("POST", "/v1.0/users/1/revoke", r#"{"x":1}"#, 200, r#"{"value":true}"#, false),
        ("POST", "/v1.0/users/1/revoke", "", 204, "", false),
        ("POST", "/v1.0/users/1/revoke", "", 200, r#"{"value":"true"}"#, false),
        ("POST", "/v1.0/groups/1/revoke", "", 200, r#"{"value":true}"#, false),
        ("DELETE", "/v1.0/users/1", "", 204, "", false),
    ] {
        let exchange = Exchange {
            method: method.into(),
            target: target.into(),
            request: request.into(),
            status,
            answer: answer.into(),
        };
        let faults = csdl.judge(&exchange);
        assert_eq!(faults.is_empty(), good, "{exchange:?}: {faults:?}");
    }
}
