//! Answers as documents, and documents as XML. Pure.

use crate::xml::Node;
use percent_encoding::percent_decode_str;
use selvedge_ports::actions::Doc;
use std::collections::BTreeMap;

/// Members of IAM's answers that are percent-encoded policy documents (IAM API
/// reference: "compliant with RFC 3986").
const ENCODED: [&str; 2] = ["PolicyDocument", "AssumeRolePolicyDocument"];

/// The Query protocol's answer: what stands in `<OperationResult>`, or for EC2
/// in the root itself.
pub(crate) fn of_query(bytes: &[u8], operation: &str, ec2: bool) -> Option<Doc> {
    let root = Node::parse(bytes).ok()?;
    if root.name.strip_suffix("Response") != Some(operation) {
        return None;
    }
    let result = if ec2 { Some(&root) } else { root.child(&format!("{operation}Result")) };
    Some(result.map_or_else(Doc::default, of_node))
}

/// An XML answer: what stands in its root.
pub(crate) fn of_xml(bytes: &[u8]) -> Option<Doc> {
    let root = Node::parse(bytes).ok()?;
    // An answer that is one text (a bucket's location) stands under its name.
    Some(match of_node(&root) {
        Doc::Text(text) => Doc::map([(root.name, text)]),
        other => other,
    })
}

/// A JSON answer; nothing at all is an empty one.
pub(crate) fn of_json(bytes: &[u8]) -> Option<Doc> {
    if bytes.is_empty() {
        return Some(Doc::default());
    }
    serde_json::from_slice(bytes).ok().filter(|doc| matches!(doc, Doc::Map(_)))
}

fn of_node(node: &Node) -> Doc {
    if node.children.is_empty() {
        let text = node.text.trim_matches(['\n', '\r']);
        return Doc::Text(if ENCODED.contains(&node.name.as_str()) { decoded(text) } else { text.to_owned() });
    }
    let is_item = |child: &Node| ["member", "item"].contains(&child.name.as_str());
    if node.children.iter().all(is_item) {
        return Doc::List(node.children.iter().map(of_node).collect());
    }
    let mut members: BTreeMap<String, Vec<Doc>> = BTreeMap::new();
    for child in &node.children {
        members.entry(child.name.clone()).or_default().push(of_node(child));
    }
    // Elements of one name side by side are a list without a name of its own.
    let one_or_all = |mut values: Vec<Doc>| match values.pop() {
        Some(only) if values.is_empty() => only,
        Some(last) => {
            values.push(last);
            Doc::List(values)
        }
        None => Doc::Null,
    };
    Doc::Map(members.into_iter().map(|(name, values)| (name, one_or_all(values))).collect())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// A document as the element `name`, with S3's namespace.
pub(crate) fn to_xml(name: &str, doc: &Doc) -> String {
    format!("<{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</{name}>", inner(doc))
}

fn inner(doc: &Doc) -> String {
    match doc {
        Doc::Map(members) => members
            .iter()
            .map(|(name, value)| match value {
                Doc::List(items) => items.iter().map(|item| format!("<{name}>{}</{name}>", inner(item))).collect(),
                one => format!("<{name}>{}</{name}>", inner(one)),
            })
            .collect(),
        Doc::Text(text) => quick_xml::escape::escape(text).into_owned(),
        Doc::Null => String::new(),
        Doc::List(_) | Doc::Bool(_) | Doc::Int(_) | Doc::Real(_) => doc.to_json(),
    }
}
