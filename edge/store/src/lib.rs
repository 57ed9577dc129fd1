//! Where the journal is kept: [`RedbJournal`] in a file, [`MemoryJournal`] for
//! tests, the demo and dry runs. Both pass the one conformance suite of the
//! seam (`selvedge_ports::conformance`).

mod chain;
mod file;
mod memory;
mod redb_journal;

pub use memory::MemoryJournal;
pub use redb_journal::RedbJournal;
