//! What a decoder hands out, and to whom.

/// Decoded bytes are handed out in pieces of about this size: large enough to
/// be worth a call, small enough to stay in the processor's cache.
pub(crate) const OUT_SIZE: usize = 256 * 1024;

/// What is wrong with the input, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Byte of this layer's input.
    pub(crate) at: u64,
    pub(crate) why: &'static str,
    /// Whether decoding ends there.
    pub(crate) fatal: bool,
}

/// Receives decoded bytes and damage. A `false` answer stops the decoding.
pub(crate) trait Sink {
    fn bytes(&mut self, bytes: &[u8]) -> bool;
    fn damage(&mut self, damage: Damage);
}
