//! IAM, over the Query protocol. Source: botocore's model of `iam`, 2010-05-08.

use crate::op::{Effect, Op, Operation, Wire};

const WIRE: Wire = Wire::Query { version: "2010-05-08", ec2: false };
const USER: &str = "arn:{partition}:iam::{account}:user/*{UserName}";

/// Every operation of this interface.
pub const ALL: &[Op] = &[LIST_ACCESS_KEYS, UPDATE_ACCESS_KEY];

/// `iam:ListAccessKeys`.
pub const LIST_ACCESS_KEYS: Op = Op(&Operation {
    name: "iam:ListAccessKeys",
    permission: "iam:ListAccessKeys",
    resource: USER,
    effect: Effect::Read,
    wire: WIRE,
});

/// `iam:UpdateAccessKey`.
pub const UPDATE_ACCESS_KEY: Op = Op(&Operation {
    name: "iam:UpdateAccessKey",
    permission: "iam:UpdateAccessKey",
    resource: USER,
    effect: Effect::Idempotent,
    wire: WIRE,
});
