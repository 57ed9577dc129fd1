//! XML answers as a small tree. Pure, bounded in depth and size, and total: any
//! bytes give a tree or an error.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Deepest nesting that is read; the answers we use nest eight deep.
const MAX_DEPTH: usize = 64;
/// Most elements that are read; the largest answer we ask for has a few hundred.
const MAX_NODES: usize = 100_000;

/// An element: local name, own text, children. Attributes and namespaces carry
/// nothing in the Query protocol and are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Name without prefix.
    pub name: String,
    /// Text directly inside, entities resolved.
    pub text: String,
    /// Child elements in order.
    pub children: Vec<Node>,
}

/// Why bytes are not an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not well-formed.
    #[error("the answer is not well-formed XML at byte {at}")]
    Malformed {
        /// Where.
        at: u64,
    },
    /// Well-formed, but beyond what an answer can be.
    #[error("the answer nests deeper or holds more elements than any answer of this service")]
    TooLarge,
    /// Nothing there.
    #[error("the answer holds no XML element")]
    Empty,
}

impl Node {
    /// Reads a document.
    ///
    /// # Errors
    /// [`XmlError`] if `bytes` are not one well-formed document of sane size.
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        let mut reader = Reader::from_reader(bytes);
        let mut builder = Builder::default();
        loop {
            let event = reader.read_event();
            let at = reader.buffer_position();
            let event = event.map_err(|_| XmlError::Malformed { at })?;
            if matches!(event, Event::Eof) {
                return builder.finish(at);
            }
            builder.take(event, at)?;
        }
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The element at the end of `path`, starting from this one's children.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The text at the end of `path`.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(|node| node.text.as_str())
    }

    /// The `member` children at the end of `path`: how the Query protocol
    /// writes lists.
    pub fn members(&self, path: &[&str]) -> impl Iterator<Item = &Self> {
        self.at(path).into_iter().flat_map(|node| node.children.iter().filter(|child| child.name == "member"))
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Node>,
    root: Option<Node>,
    nodes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: u64) -> Result<(), XmlError> {
        let malformed = XmlError::Malformed { at };
        match event {
            Event::Start(tag) => self.start(tag.local_name().as_ref(), malformed),
            Event::Empty(tag) => {
                self.start(tag.local_name().as_ref(), malformed.clone())?;
                self.end(malformed)
            }
            Event::End(_) => self.end(malformed),
            Event::Text(text) => self.text(&text.decode().map_err(|_| malformed.clone())?, malformed),
            Event::CData(text) => self.text(&text.decode().map_err(|_| malformed.clone())?, malformed),
            Event::GeneralRef(reference) => {
                if let Some(c) = reference.resolve_char_ref().map_err(|_| malformed.clone())? {
                    return self.text(c.encode_utf8(&mut [0; 4]), malformed);
                }
                let name = reference.decode().map_err(|_| malformed.clone())?;
                let text = resolve_predefined_entity(&name).ok_or(malformed.clone())?;
                self.text(text, malformed)
            }
            // A document type could define entities; no AWS answer has one.
            Event::DocType(_) => Err(malformed),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, name: &[u8], malformed: XmlError) -> Result<(), XmlError> {
        self.nodes += 1;
        if self.open.len() >= MAX_DEPTH || self.nodes > MAX_NODES {
            return Err(XmlError::TooLarge);
        }
        let name = std::str::from_utf8(name).map_err(|_| malformed)?.to_owned();
        self.open.push(Node { name, ..Node::default() });
        Ok(())
    }

    fn end(&mut self, malformed: XmlError) -> Result<(), XmlError> {
        let done = self.open.pop().ok_or(malformed.clone())?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None if self.root.is_none() => self.root = Some(done),
            None => return Err(malformed),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, malformed: XmlError) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(node) => {
                node.text.push_str(text);
                Ok(())
            }
            None if text.trim().is_empty() => Ok(()),
            None => Err(malformed),
        }
    }

    fn finish(self, at: u64) -> Result<Node, XmlError> {
        if !self.open.is_empty() {
            return Err(XmlError::Malformed { at });
        }
        self.root.ok_or(XmlError::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_table() {
        for (bytes, path, expect) in [
            ("<a><b>x</b></a>", &["b"][..], Some("x")),
            ("<?xml version=\"1.0\"?>\n<n:a xmlns:n=\"u\"><n:b>x&amp;y &#65;</n:b></n:a>\n", &["b"], Some("x&y A")),
            ("<a><b/></a>", &["b"], Some("")),
            ("<a><b><![CDATA[<z>]]></b></a>", &["b"], Some("<z>")),
            ("<a><b>x</b></a>", &["c"], None),
        ] {
            let node = Node::parse(bytes.as_bytes()).unwrap();
            assert_eq!(node.text_at(path), expect, "{bytes}");
        }
    }

    #[test]
    fn what_is_no_document_is_an_error() {
        let deep = format!("{}{}", "<a>".repeat(MAX_DEPTH + 1), "</a>".repeat(MAX_DEPTH + 1));
        for bytes in [
            &b""[..],
            b"   ",
            b"<a>",
            b"</a>",
            b"<a></b>",
            b"<a/><b/>",
            b"text",
            b"<a>&unknown;</a>",
            b"<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
            b"<a>\xff\xfe</a>",
            b"{\"json\":true}",
            deep.as_bytes(),
        ] {
            assert!(Node::parse(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
