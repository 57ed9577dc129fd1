//! The closed list of operations, one file for each interface.

pub mod arm;
pub mod graph;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod organizations;
pub mod s3;
pub mod sso;

use crate::op::Op;

/// Every operation.
pub fn all() -> impl Iterator<Item = Op> {
    let lists: [&[Op]; 8] =
        [iam::ALL, organizations::ALL, sso::ALL, s3::ALL, lambda::ALL, kms::ALL, graph::ALL, arm::ALL];
    lists.into_iter().flatten().copied()
}
