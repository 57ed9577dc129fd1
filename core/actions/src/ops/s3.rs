//! S3, over REST with XML. Source: botocore's model of `s3`, 2006-03-01.

use crate::op::{Method, RestBody, Wire, rows};

const BUCKET: &str = "arn:{partition}:s3:::{Bucket}";

const fn rest(method: Method, path: &'static str, body: RestBody) -> Wire {
    Wire::Rest { method, path, body }
}

rows! {
    GET_BUCKET_POLICY = "s3:GetBucketPolicy", "s3:GetBucketPolicy", BUCKET, Read,
        rest(Method::Get, "/{Bucket}?policy", RestBody::Empty);
    PUT_BUCKET_POLICY = "s3:PutBucketPolicy", "s3:PutBucketPolicy", BUCKET, Idempotent,
        rest(Method::Put, "/{Bucket}?policy", RestBody::Raw("Policy"));
    DELETE_BUCKET_POLICY = "s3:DeleteBucketPolicy", "s3:DeleteBucketPolicy", BUCKET, Idempotent,
        rest(Method::Delete, "/{Bucket}?policy", RestBody::Empty);
    GET_BUCKET_LOCATION = "s3:GetBucketLocation", "s3:GetBucketLocation", BUCKET, Read,
        rest(Method::Get, "/{Bucket}?location", RestBody::Empty);
    GET_PUBLIC_ACCESS_BLOCK = "s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", BUCKET, Read,
        rest(Method::Get, "/{Bucket}?publicAccessBlock", RestBody::Empty);
    PUT_PUBLIC_ACCESS_BLOCK = "s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", BUCKET, Idempotent,
        rest(Method::Put, "/{Bucket}?publicAccessBlock", RestBody::Xml("PublicAccessBlockConfiguration"));
    DELETE_PUBLIC_ACCESS_BLOCK = "s3:DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", BUCKET, Idempotent,
        rest(Method::Delete, "/{Bucket}?publicAccessBlock", RestBody::Empty);
}
