//! KMS, over the JSON protocol. Source: botocore's model of `kms`, 2014-11-01.

use crate::op::{Wire, rows};

const WIRE: Wire = Wire::Json { target: "TrentService", version: "1.1" };
const KEY: &str = "arn:{partition}:kms:{region}:{account}:key/{KeyId}";

rows! {
    DESCRIBE_KEY = "kms:DescribeKey", "kms:DescribeKey", KEY, Read, WIRE;
    DISABLE_KEY = "kms:DisableKey", "kms:DisableKey", KEY, Idempotent, WIRE;
    ENABLE_KEY = "kms:EnableKey", "kms:EnableKey", KEY, Idempotent, WIRE;
}
