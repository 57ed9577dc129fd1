//! The closed list of operations, one file for each interface.

pub mod graph;
pub mod iam;

use crate::op::Op;

/// Every operation.
pub fn all() -> impl Iterator<Item = Op> {
    [iam::ALL, graph::ALL].into_iter().flatten().copied()
}
