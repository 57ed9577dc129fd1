//! A21: let a Lambda function start no more: its reserved concurrency becomes zero.
//!
//! Source: Lambda API reference, `PutFunctionConcurrency`; actions.md A21.

use crate::Refusal;
use crate::contract::{Contract, DataMovement, EnforcedBy, Permission, Phase, Reversibility, Tier};
use crate::doc::Doc;
use crate::name;
use crate::op::Call;
use crate::ops::lambda;
use crate::plan::Target;
use crate::setting::{Found, Setting};
use crate::setting::{gone, shapeless};
use jiff::Timestamp;
use selvedge_model::untrusted::quote_for_log as q;
use serde::{Deserialize, Serialize};

/// The parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeFunction {
    /// Account.
    pub account: String,
    /// Region.
    pub region: String,
    /// The function's name.
    pub function_name: String,
}

/// The contract.
pub const CONTRACT: Contract = Contract {
    id: "A21",
    title: "Let a Lambda function start no more",
    cloud: "aws",
    operation: "lambda:PutFunctionConcurrency",
    inverse: "lambda:PutFunctionConcurrency with the number it had (or lambda:DeleteFunctionConcurrency)",
    permissions: &[
        Permission { name: "lambda:GetFunction", scope: "arn:aws:lambda:*:*:function:*", read: true },
        Permission { name: "lambda:GetFunctionConcurrency", scope: "arn:aws:lambda:*:*:function:*", read: true },
        Permission { name: "lambda:PutFunctionConcurrency", scope: "arn:aws:lambda:*:*:function:*", read: false },
        Permission { name: "lambda:DeleteFunctionConcurrency", scope: "arn:aws:lambda:*:*:function:*", read: false },
    ],
    refuse_if: &["the function does not exist"],
    tier: Tier(3),
    blast: "everything that the function does for everybody",
    data_movement: DataMovement::None,
    reversibility: Reversibility::Exact,
    phase: Phase::UseFirst,
    enforced_by: EnforcedBy::ReadBack,
    propagation_bound_secs: 60,
    dry_run: "the function is read; nothing is sent",
    traps: &[
        "what is running finishes",
        "event sources wait, and drop what they may not keep",
        "the credentials that it holds live until they expire: stamp its role (A01)",
    ],
    source: "Lambda API reference: PutFunctionConcurrency",
    example: "function nightly-export, eu-central-1",
};

impl FreezeFunction {
    fn call(&self, operation: crate::op::Op, params: Doc) -> Call {
        Call::new(&self.account, operation, params).within(&self.region)
    }

    fn params(&self) -> Doc {
        Doc::map([("FunctionName", &self.function_name)])
    }
}

impl Setting for FreezeFunction {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn target(&self) -> Target {
        let arn = format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account, self.function_name);
        Target::aws(&self.account, "lambda-function", &arn, &self.function_name)
    }

    fn problem(&self) -> Option<&'static str> {
        if !name::account(&self.account) {
            Some("the account is not twelve digits")
        } else if !name::region(&self.region) {
            Some("the region is none")
        } else if !name::prefixed(&self.function_name.replace('_', "-"), "") {
            Some("the function's name is none that Lambda gives")
        } else {
            None
        }
    }

    fn reads(&self) -> Vec<Call> {
        [lambda::GET_FUNCTION, lambda::GET_CONCURRENCY].map(|operation| self.call(operation, self.params())).into()
    }

    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal> {
        let function = answers.first().copied().flatten().ok_or_else(|| gone(&self.function_name))?;
        let reserved = answers.get(1).copied().flatten().and_then(|answer| answer.get("ReservedConcurrentExecutions"));
        let arn = function.text_at(&["Configuration", "FunctionArn"]);
        let found = Found::new(reserved.and_then(Doc::int).map_or(Doc::Null, Doc::from), &self.function_name);
        Ok(found.names(arn).tags(function.get("Tags")))
    }

    fn wanted(&self, _now: &Doc, _moment: Option<Timestamp>) -> Result<Doc, Refusal> {
        Ok(0.into())
    }

    fn put(&self, _from: &Doc, to: &Doc) -> Result<Call, Refusal> {
        match to {
            Doc::Int(number) => {
                let params = self.params().with(&["ReservedConcurrentExecutions"], *number);
                Ok(self.call(lambda::PUT_CONCURRENCY, params))
            }
            Doc::Null => Ok(self.call(lambda::DELETE_CONCURRENCY, self.params())),
            _ => Err(shapeless(&self.function_name, "number to put")),
        }
    }

    fn residual(&self) -> String {
        format!(
            "Runs of {} that have begun finish, fifteen minutes at most; its role's credentials live on.",
            q(&self.function_name)
        )
    }
}
