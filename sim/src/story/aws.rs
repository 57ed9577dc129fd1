//! Calls in AWS by anybody.

use crate::place::Place;
use crate::records::LogSource;
use crate::records::cloudtrail::{Trail, assumed_role, s3_additional};
use crate::rng::Rng;
use crate::world::{AtWork, World};
use serde_json::{Value, json};

/// Who calls, and from where.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) identity: Value,
    pub(crate) place: Place,
}

impl Caller {
    /// A role session.
    pub(crate) fn session(who: &AtWork) -> Self {
        let mut identity = assumed_role(&who.session);
        if let Some(provider) = &who.provider {
            identity["sessionContext"]["webIdFederationData"] =
                json!({ "federatedProvider": provider, "attributes": {} });
        }
        Self { account: who.session.account.clone(), identity, place: who.place.clone() }
    }

    /// The same caller from the console, whose pages call on.
    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.place = place.clone();
        self
    }
}

/// A call and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    service: &'a str,
    name: &'a str,
    region: &'a str,
    request: Value,
    response: Value,
    resources: Option<Value>,
    error: Option<&'a str>,
    /// Bytes out, for a data event.
    data: Option<u64>,
}

impl<'a> Call<'a> {
    /// `Call::new("iam", "CreateUser")`.
    pub(crate) fn new(service: &'a str, name: &'a str) -> Self {
        let global = ["iam", "organizations", "sts-global"].contains(&service);
        Self {
            service,
            name,
            region: if global { "us-east-1" } else { "eu-west-1" },
            request: Value::Null,
            response: Value::Null,
            resources: None,
            error: None,
            data: None,
        }
    }

    /// With these parameters.
    pub(crate) fn asks(mut self, request: Value) -> Self {
        self.request = request;
        self
    }

    /// Answered so.
    pub(crate) fn answers(mut self, response: Value) -> Self {
        self.response = response;
        self
    }

    /// On these resources: ARN and type.
    pub(crate) fn on(mut self, account: &str, arn: &str, kind: &str) -> Self {
        self.resources = Some(json!([{ "accountId": account, "type": kind, "ARN": arn }]));
        self
    }

    /// Refused.
    pub(crate) fn refused(mut self) -> Self {
        self.error = Some("AccessDenied");
        self
    }

    /// A data event that sent so many bytes.
    pub(crate) fn data(mut self, bytes: u64) -> Self {
        self.data = Some(bytes);
        self
    }

    /// A read of an object.
    pub(crate) fn object(bucket: &str, key: &str, bytes: u64) -> Self {
        Self::new("s3", "GetObject")
            .asks(json!({ "bucketName": bucket, "Host": format!("{bucket}.s3.eu-west-1.amazonaws.com"), "key": key }))
            .data(bytes)
    }

    fn reads(&self) -> bool {
        ["Get", "List", "Describe", "Head", "AssumeRole", "Decrypt"].iter().any(|verb| self.name.starts_with(verb))
    }

    /// The record of it.
    pub(crate) fn record(self, caller: &Caller, account: &str, at: jiff::Timestamp, rng: &mut Rng) -> (String, Value) {
        let source = format!("{}.amazonaws.com", self.service);
        let host = format!("{}.{}.amazonaws.com", self.service, self.region);
        let read_only = self.reads();
        let served = self.error.is_none();
        let trail = Trail {
            account,
            at,
            identity: caller.identity.clone(),
            source: &source,
            name: self.name,
            kind: "AwsApiCall",
            region: self.region,
            ip: &caller.place.ip,
            user_agent: &caller.place.user_agent,
            host: &host,
            read_only,
            data: self.data.is_some(),
            additional: self.data.map(|bytes| s3_additional(served.then_some(bytes), rng)),
            request: self.request,
            response: if served { self.response } else { Value::Null },
            error: self
                .error
                .map(|code| (code, format!("User is not authorized to perform: {}:{}", self.service, self.name))),
            resources: self.resources,
        };
        trail.record(rng)
    }
}

impl World {
    /// A call in the caller's own account, some seconds after what was before.
    /// Returns the record's id.
    pub(crate) fn aws(&self, caller: &Caller, call: Call<'_>) -> String {
        self.wait(7);
        let account = caller.account.clone();
        let at = self.clock.now();
        let record = call.record(caller, &account, at, &mut self.cloud.lock().rng);
        self.log(LogSource::CloudTrail, &account, record)
    }

    /// The first calls of somebody who looks around, management calls alone.
    pub(crate) fn inspects(&self, caller: &Caller) {
        for (service, name) in
            [("sts", "GetCallerIdentity"), ("s3", "ListBuckets"), ("iam", "ListRoles"), ("ec2", "DescribeInstances")]
        {
            self.wait(9);
            self.aws(caller, Call::new(service, name));
        }
    }

    /// `count` reads of objects of so many bytes each.
    pub(crate) fn downloads(&self, caller: &Caller, (bucket, count): (&str, usize), bytes: u64) {
        for n in 0..count {
            self.wait(8);
            let spread = self.cloud.lock().rng.between(0, bytes / 5);
            self.aws(caller, Call::object(bucket, &format!("train/part-{n:05}.parquet"), bytes + spread));
        }
    }

    /// An IAM user of the account: unique id, and the caller that its key makes.
    pub(crate) fn iam_user(&self, account: &str, name: &str, key: &str, place: &Place) -> Caller {
        let id = Rng::labelled(0, &format!("{}/{account}/user/{name}", self.company.tenant)).aws_id("AIDA", 21);
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        if let Some(held) = self.cloud.lock().accounts.get_mut(account)
            && !held.users.iter().any(|user| user["UserName"] == name)
        {
            held.users.push(json!({
                "Path": "/", "UserName": name, "UserId": id, "Arn": arn, "CreateDate": "2024-02-01T09:00:00+00:00",
                "GroupList": [], "AttachedManagedPolicies": [], "UserPolicyList": [], "Tags": [],
            }));
        }
        Caller {
            account: account.into(),
            identity: json!({
                "type": "IAMUser", "principalId": id, "arn": arn, "accountId": account, "accessKeyId": key, "userName": name,
            }),
            place: place.clone(),
        }
    }
}
