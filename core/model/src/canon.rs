//! Canonical JSON: the one byte form that is hashed and compared.
//!
//! Structs serialise in declaration order and maps are `BTreeMap`s, so equal
//! values have equal bytes. `serde_json::Value` has no place in what is hashed:
//! the order of its keys depends on features that other crates switch on.

use crate::ids::Digest;
use serde::Serialize;

/// The canonical bytes of a value. A value that cannot be written as JSON (a
/// map with keys that are no strings) yields the error's text as a JSON string;
/// no type of this workspace has such keys, and a test holds them to it.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_else(|error| format!("{:?}", error.to_string()).into_bytes())
}

/// SHA-256 over the canonical bytes of a value.
pub fn digest<T: Serialize + ?Sized>(value: &T) -> Digest {
    Digest::of(&to_vec(value))
}
