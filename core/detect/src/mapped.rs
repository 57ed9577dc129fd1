//! What a mapping of one kind of record gives.

use crate::json::Json;
use selvedge_model::event::{Identity, Ocsf, Text};
use selvedge_model::{Digest, Timestamp};

/// One record on its way into a mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// The record.
    pub json: Json<'a>,
    /// Its bytes as they stood in the file.
    pub bytes: &'a [u8],
}

impl Raw<'_> {
    /// The id of a record that has none of its own: the SHA-256 of its bytes.
    pub(crate) fn digest_id(&self) -> Text<'static> {
        Digest::of(self.bytes).to_string().into()
    }
}

/// What a mapping of one kind gives.
pub(crate) struct Mapped<'a> {
    pub identity: Identity<'a>,
    pub occurred_at: Timestamp,
    pub revision: Option<Timestamp>,
    pub ocsf: Box<Ocsf<'a>>,
}

/// The identity of a record by the provider's own id, else by its bytes.
pub(crate) fn identity<'a>(container: impl Into<Text<'a>>, own: Option<impl Into<Text<'a>>>) -> Identity<'a> {
    match own {
        Some(own) => Identity::Own { container: container.into(), id: own.into() },
        None => Identity::Bytes,
    }
}
