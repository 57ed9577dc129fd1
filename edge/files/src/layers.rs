//! Gzip inside gzip, told from the content of each layer.

use crate::gunzip::{Damage, Gunzip, MAGIC, Sink};

/// Layers of gzip that are taken off. Two occur in practice (a shipper that
/// compresses what already was); more is a trap.
const MAX_LAYERS: usize = 3;

/// Decoded bytes of one file, at most. One layer of deflate cannot grow a file
/// more than about a thousandfold, nested ones can.
pub(crate) const MAX_DECODED: u64 = 64 << 30;

/// One layer: not yet known, plain, or gzip around another layer.
pub(crate) enum Layer {
    Unknown { head: Vec<u8>, depth: usize },
    Plain,
    Gzip { gunzip: Box<Gunzip>, inner: Box<Layer>, depth: usize },
}

/// Damage met in a layer; 1 is the outermost.
pub(crate) struct LayerDamage {
    pub(crate) depth: usize,
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

impl Output<'_> {
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
    pub(crate) fn new() -> Self {
        Self::Unknown { head: Vec::new(), depth: 0 }
    }

    /// How many layers of gzip there are around the content.
    pub(crate) fn gzip_layers(&self) -> usize {
        match self {
            Self::Gzip { inner, .. } => inner.gzip_layers().saturating_add(1),
            Self::Unknown { .. } | Self::Plain => 0,
        }
    }

    /// Takes bytes. Returns whether more are wanted.
    pub(crate) fn push(&mut self, bytes: &[u8], output: &mut Output<'_>) -> bool {
        match self {
            Self::Plain => output.plain(bytes),
            Self::Gzip { gunzip, inner, depth } => {
                gunzip.push(bytes, &mut Inner { inner, output, depth: *depth, wants: true })
            }
            Self::Unknown { head, depth } => {
                head.extend_from_slice(bytes);
                if head.len() < MAGIC.len() && MAGIC.starts_with(head) {
                    return true;
                }
                let (head, depth) = (std::mem::take(head), *depth);
                *self = Self::told(&head, depth);
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
            Self::Gzip { gunzip, inner, depth } => {
                gunzip.finish(&mut Inner { inner, output, depth: *depth, wants: true });
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

    fn told(head: &[u8], depth: usize) -> Self {
        if head.starts_with(&MAGIC) && depth < MAX_LAYERS {
            let depth = depth.saturating_add(1);
            let inner = Box::new(Self::Unknown { head: Vec::new(), depth });
            Self::Gzip { gunzip: Box::new(Gunzip::new()), inner, depth }
        } else {
            Self::Plain
        }
    }
}

/// Passes what one layer decodes to the next.
struct Inner<'a, 'b> {
    inner: &'a mut Layer,
    output: &'a mut Output<'b>,
    depth: usize,
    wants: bool,
}

impl Sink for Inner<'_, '_> {
    fn bytes(&mut self, bytes: &[u8]) -> bool {
        self.wants = self.wants && self.inner.push(bytes, self.output);
        self.wants
    }

    fn damage(&mut self, damage: Damage) {
        self.output.damage.push(LayerDamage { depth: self.depth, damage });
    }
}
