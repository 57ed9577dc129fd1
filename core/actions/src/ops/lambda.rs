//! Lambda, over REST with JSON. Source: botocore's model of `lambda`.

use crate::op::{Method, RestBody, Wire, rows};

const FUNCTION: &str = "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}";

const fn rest(method: Method, path: &'static str, body: RestBody) -> Wire {
    Wire::Rest { method, path, body }
}

rows! {
    GET_FUNCTION = "lambda:GetFunction", "lambda:GetFunction", FUNCTION, Read,
        rest(Method::Get, "/2015-03-31/functions/{FunctionName}", RestBody::Empty);
    GET_CONCURRENCY = "lambda:GetFunctionConcurrency", "lambda:GetFunctionConcurrency", FUNCTION, Read,
        rest(Method::Get, "/2019-09-30/functions/{FunctionName}/concurrency", RestBody::Empty);
    PUT_CONCURRENCY = "lambda:PutFunctionConcurrency", "lambda:PutFunctionConcurrency", FUNCTION, Idempotent,
        rest(Method::Put, "/2017-10-31/functions/{FunctionName}/concurrency", RestBody::Json);
    DELETE_CONCURRENCY = "lambda:DeleteFunctionConcurrency", "lambda:DeleteFunctionConcurrency", FUNCTION, Idempotent,
        rest(Method::Delete, "/2017-10-31/functions/{FunctionName}/concurrency", RestBody::Empty);
}
