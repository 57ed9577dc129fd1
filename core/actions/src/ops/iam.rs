//! IAM, over the Query protocol. Source: botocore's model of `iam`, 2010-05-08.

use crate::op::{Wire, rows};

const WIRE: Wire = Wire::Query { version: "2010-05-08", ec2: false };
/// Names are unique in an account whatever their path: the second pattern names
/// the same one user or role.
const USER: &str = "arn:{partition}:iam::{account}:user/{UserName} arn:{partition}:iam::{account}:user/*/{UserName}";
const ROLE: &str = "arn:{partition}:iam::{account}:role/{RoleName} arn:{partition}:iam::{account}:role/*/{RoleName}";

rows! {
    LIST_ACCESS_KEYS = "iam:ListAccessKeys", "iam:ListAccessKeys", USER, Read, WIRE;
    UPDATE_ACCESS_KEY = "iam:UpdateAccessKey", "iam:UpdateAccessKey", USER, Idempotent, WIRE;
    GET_ROLE = "iam:GetRole", "iam:GetRole", ROLE, Read, WIRE;
    GET_USER = "iam:GetUser", "iam:GetUser", USER, Read, WIRE;
    LIST_ATTACHED_ROLE_POLICIES = "iam:ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", ROLE, Read, WIRE;
    ATTACH_ROLE_POLICY = "iam:AttachRolePolicy", "iam:AttachRolePolicy", ROLE, Idempotent, WIRE;
    DETACH_ROLE_POLICY = "iam:DetachRolePolicy", "iam:DetachRolePolicy", ROLE, Idempotent, WIRE;
    LIST_ATTACHED_USER_POLICIES = "iam:ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", USER, Read, WIRE;
    ATTACH_USER_POLICY = "iam:AttachUserPolicy", "iam:AttachUserPolicy", USER, Idempotent, WIRE;
    DETACH_USER_POLICY = "iam:DetachUserPolicy", "iam:DetachUserPolicy", USER, Idempotent, WIRE;
    GET_ROLE_POLICY = "iam:GetRolePolicy", "iam:GetRolePolicy", ROLE, Read, WIRE;
    PUT_ROLE_POLICY = "iam:PutRolePolicy", "iam:PutRolePolicy", ROLE, Idempotent, WIRE;
    DELETE_ROLE_POLICY = "iam:DeleteRolePolicy", "iam:DeleteRolePolicy", ROLE, Idempotent, WIRE;
    UPDATE_ASSUME_ROLE_POLICY = "iam:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", ROLE, Idempotent, WIRE;
}
