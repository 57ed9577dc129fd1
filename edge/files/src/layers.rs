//! Gzip, zstd and UTF-16 around the content, one within another, each told from
//! the first bytes of its layer.

use crate::gunzip::{self, Gunzip};
use crate::sink::{Damage, Sink};
use crate::unzstd::{self, Unzstd};
use crate::utf16::{self, Utf16};

/// Layers of compression that are taken off. Two occur in practice (a shipper
/// that compresses what already was); more is a trap.
const MAX_LAYERS: usize = 3;

/// Decoded bytes of one file, at most. One layer of deflate cannot grow a file
/// more than about a thousandfold, nested ones and zstd can.
pub(crate) const MAX_DECODED: u64 = 64 << 30;

/// What is around the content, by layer.
pub(crate) enum Coat {
    Gzip(Box<Gunzip>),
    Zstd(Box<Unzstd>),
    Utf16(Box<Utf16>),
}

impl Coat {
    fn name(&self) -> &'static str {
        match self {
            Self::Gzip(_) => "gzip",
            Self::Zstd(_) => "zstd",
            Self::Utf16(_) => "UTF-16",
        }
    }

    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> bool {
        match self {
            Self::Gzip(machine) => machine.push(bytes, sink),
            Self::Zstd(machine) => machine.push(bytes, sink),
            Self::Utf16(machine) => machine.push(bytes, sink),
        }
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        match self {
            Self::Gzip(machine) => machine.finish(sink),
            Self::Zstd(machine) => machine.finish(sink),
            Self::Utf16(machine) => machine.finish(sink),
        }
    }
}

/// One layer: not yet known, plain, or a coat around another layer.
pub(crate) enum Layer {
    Unknown { head: Vec<u8>, depth: usize },
    Plain,
    Coated { coat: Coat, inner: Box<Layer>, depth: usize },
}

/// Damage met in a layer; 1 is the outermost.
pub(crate) struct LayerDamage {
    pub(crate) depth: usize,
    pub(crate) coat: &'static str,
    pub(crate) damage: Damage,
}

/// What comes out of the innermost layer.
pub(crate) struct Output<'a> {
    pub(crate) on_chunk: &'a mut dyn FnMut(&[u8]) -> bool,
    pub(crate) decoded: u64,
    pub(crate) damage: Vec<LayerDamage>,
    /// The consumer wants no more.
    pub(crate) refused: bool,
    pub(crate) too_large: bool,
}

impl<'a> Output<'a> {
    pub(crate) fn new(on_chunk: &'a mut dyn FnMut(&[u8]) -> bool) -> Self {
        Self { on_chunk, decoded: 0, damage: Vec::new(), refused: false, too_large: false }
    }

    /// Whether nobody wants what else there is.
    pub(crate) fn is_closed(&self) -> bool {
        self.refused || self.too_large
    }

    fn plain(&mut self, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        self.decoded = self.decoded.saturating_add(bytes.len() as u64);
        if self.decoded > MAX_DECODED {
            self.too_large = true;
            return false;
        }
        self.refused = !(self.on_chunk)(bytes);
        !self.refused
    }
}

impl Layer {
    /// What lies within `depth` layers.
    pub(crate) fn within(depth: usize) -> Self {
        Self::Unknown { head: Vec::new(), depth }
    }

    /// How many layers of compression are around the content.
    pub(crate) fn layers(&self) -> usize {
        match self {
            Self::Coated { coat: Coat::Utf16(_), inner, .. } => inner.layers(),
            Self::Coated { inner, .. } => inner.layers().saturating_add(1),
            Self::Unknown { .. } | Self::Plain => 0,
        }
    }

    /// Takes bytes. Returns whether more are wanted.
    pub(crate) fn push(&mut self, bytes: &[u8], output: &mut Output<'_>) -> bool {
        match self {
            Self::Plain => output.plain(bytes),
            Self::Coated { coat, inner, depth } => {
                let name = coat.name();
                coat.push(bytes, &mut Inner { inner, output, depth: *depth, coat: name, wants: true })
            }
            Self::Unknown { head, depth } => {
                if head.is_empty()
                    && let Some(told) = told(bytes, *depth)
                {
                    *self = told;
                    return self.push(bytes, output);
                }
                head.extend_from_slice(bytes);
                let Some(told) = told(head, *depth) else { return true };
                let head = std::mem::take(head);
                *self = told;
                self.push(&head, output)
            }
        }
    }

    /// Says that the input has ended.
    pub(crate) fn finish(&mut self, output: &mut Output<'_>) {
        match self {
            Self::Plain => {}
            Self::Unknown { head, .. } => {
                let head = std::mem::take(head);
                *self = Self::Plain;
                output.plain(&head);
            }
            Self::Coated { coat, inner, depth } => {
                let name = coat.name();
                coat.finish(&mut Inner { inner, output, depth: *depth, coat: name, wants: true });
                // After damage around it, the inner layer is cut off as well:
                // that is no second damage, but its last bytes are wanted.
                let cut = output.damage.iter().any(|found| found.damage.fatal && found.depth == *depth);
                let known = output.damage.len();
                inner.finish(output);
                if cut {
                    output.damage.truncate(known);
                }
            }
        }
    }
}

/// What a layer is, from its first bytes; `None` if more are needed.
fn told(head: &[u8], depth: usize) -> Option<Layer> {
    let within = depth.saturating_add(1);
    let coated = |coat, inner| Some(Layer::Coated { coat, inner: Box::new(inner), depth: within });
    if utf16::begins(head)? {
        return coated(Coat::Utf16(Box::new(Utf16::new())), Layer::Plain);
    }
    if depth >= MAX_LAYERS {
        return Some(Layer::Plain);
    }
    if gunzip::begins(head)? {
        return coated(Coat::Gzip(Box::new(Gunzip::new())), Layer::within(within));
    }
    if unzstd::begins(head)? {
        return coated(Coat::Zstd(Box::new(Unzstd::new(within))), Layer::within(within));
    }
    Some(Layer::Plain)
}

/// Passes what one layer decodes to the next.
struct Inner<'a, 'b> {
    inner: &'a mut Layer,
    output: &'a mut Output<'b>,
    depth: usize,
    coat: &'static str,
    wants: bool,
}

impl Sink for Inner<'_, '_> {
    fn bytes(&mut self, bytes: &[u8]) -> bool {
        self.wants = self.wants && self.inner.push(bytes, self.output);
        self.wants
    }

    fn damage(&mut self, damage: Damage) {
        self.output.damage.push(LayerDamage { depth: self.depth, coat: self.coat, damage });
    }
}
