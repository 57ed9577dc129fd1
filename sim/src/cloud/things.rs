//! Objects of the clouds that need no shape of their own here: each is the
//! document that its provider shows, found by container, kind and id.

use selvedge_actions::Doc;
use std::collections::BTreeMap;

/// Container (account, subscription, tenant), kind, id.
type Key = (String, String, String);

/// Documents by their key. Names of containers and ids compare without case, as
/// Azure's do; AWS's ids differ in more than case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Things(BTreeMap<Key, Doc>);

fn key(container: &str, kind: &str, id: &str) -> Key {
    (container.to_lowercase(), kind.to_owned(), id.to_lowercase())
}

impl Things {
    /// The document of an object.
    pub(crate) fn get(&self, container: &str, kind: &str, id: &str) -> Option<&Doc> {
        self.0.get(&key(container, kind, id))
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, container: &str, kind: &str, id: &str) -> Option<&mut Doc> {
        self.0.get_mut(&key(container, kind, id))
    }

    /// Puts a document, and returns the one that stood there.
    pub(crate) fn put(&mut self, container: &str, kind: &str, id: &str, doc: Doc) -> Option<Doc> {
        self.0.insert(key(container, kind, id), doc)
    }

    /// Takes a document away.
    pub(crate) fn take(&mut self, container: &str, kind: &str, id: &str) -> Option<Doc> {
        self.0.remove(&key(container, kind, id))
    }

    /// Everything, as text.
    pub(crate) fn fingerprint(&self) -> Vec<String> {
        self.0.iter().map(|((container, kind, id), doc)| format!("{container}/{kind}/{id} {}", doc.to_json())).collect()
    }
}
