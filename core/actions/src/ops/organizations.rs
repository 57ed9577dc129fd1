//! AWS Organizations, over the JSON protocol. Source: botocore's model of
//! `organizations`, 2016-11-28.

use crate::op::{Wire, rows};

const WIRE: Wire = Wire::Json { target: "AWSOrganizationsV20161128", version: "1.1" };
const POLICY: &str = "arn:{partition}:organizations::{account}:policy/*/service_control_policy/{PolicyId}";

rows! {
    DESCRIBE_POLICY = "organizations:DescribePolicy", "organizations:DescribePolicy", POLICY, Read, WIRE;
    UPDATE_POLICY = "organizations:UpdatePolicy", "organizations:UpdatePolicy", POLICY, Idempotent, WIRE;
}
