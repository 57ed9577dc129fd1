//! The same files, written into a reader instead of to a disk: input of any size
//! without the room for it.

use super::{Manifest, Planned, World, Writer, plan};
use selvedge_agent::ingest::Decoder;
use selvedge_model::Problem;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// As large as the pieces of a file that is decoded.
const PIECE: usize = 256 * 1024;

/// Files that are generated while they are read. Their paths are their numbers.
pub(crate) struct OnTheFly {
    pub(crate) world: World,
    planned: Vec<Planned>,
    writer: Writer,
}

impl OnTheFly {
    /// `per_cloud` records of each cloud.
    ///
    /// # Errors
    /// If the world cannot be made.
    pub(crate) fn new(seed: u64, per_cloud: u64) -> io::Result<Self> {
        let world = World::new(seed, per_cloud)?;
        Ok(Self { planned: plan(&world, per_cloud), world, writer: Writer::new() })
    }

    /// The files.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        (0..self.planned.len()).map(|n| PathBuf::from(n.to_string())).collect()
    }

    /// What the attack in them is.
    pub(crate) fn manifest(&self) -> Manifest {
        Manifest {
            sets: BTreeMap::new(),
            human: self.world.story.truth.human.clone(),
            last_record: self.world.last_record.clone(),
            ends_at: self.world.ends,
        }
    }

    /// Records in all of them.
    pub(crate) fn records(&self) -> u64 {
        self.planned.iter().map(Planned::all_records).sum()
    }
}

impl Decoder for OnTheFly {
    fn decode(&self, path: &Path, on_piece: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Vec<Problem> {
        let number = path.to_str().and_then(|name| name.parse::<usize>().ok());
        let Some(file) = number.and_then(|n| self.planned.get(n)) else {
            return vec![Problem::new(path.display().to_string(), "there is no such file")];
        };
        let mut text = String::new();
        self.writer.write(&self.world, file, &mut text);
        for piece in text.as_bytes().chunks(PIECE) {
            if on_piece(piece).is_break() {
                break;
            }
        }
        Vec::new()
    }
}
