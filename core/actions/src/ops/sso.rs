//! IAM Identity Center, over the JSON protocol. Source: botocore's model of
//! `sso-admin`, 2020-07-20.

use crate::op::{Wire, rows};

const WIRE: Wire = Wire::Json { target: "SWBExternalService", version: "1.1" };
/// Each of these is authorised on the instance, the permission set and the
/// account (service authorization reference); a session policy names them all.
const RESOURCE: &str = "{InstanceArn} {PermissionSetArn} arn:{partition}:sso:::account/{TargetId}";

rows! {
    LIST_ASSIGNMENTS = "sso:ListAccountAssignments", "sso:ListAccountAssignments", RESOURCE, Read, WIRE;
    CREATE_ASSIGNMENT = "sso:CreateAccountAssignment", "sso:CreateAccountAssignment", RESOURCE, Idempotent, WIRE;
    DELETE_ASSIGNMENT = "sso:DeleteAccountAssignment", "sso:DeleteAccountAssignment", RESOURCE, Idempotent, WIRE;
}
