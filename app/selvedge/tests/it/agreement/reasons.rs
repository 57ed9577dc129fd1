//! Why an emulator answers otherwise than the evaluator, with the rule of AWS's IAM user guide that
//! the evaluator follows. A reason that no line of requests.txt names is a mistake, and so is a name
//! that has no reason here.

/// Name and reason, for ministack.
pub(super) const MINISTACK: &[(&str, &str)] = &[
    ("variables", "it puts in no policy variables, in no element; IAM does in Resource and in string conditions"),
    ("segments", "its star crosses the colons of an ARN; IAM matches each of the six segments for itself"),
    ("short-arn", "its ArnLike takes five segments for a whole ARN; the guide compares six, and says nothing of fewer"),
    ("keys", "it lacks aws:UserAgent, aws:ViaAWSService, aws:PrincipalIsAWSService and dynamodb:LeadingKeys"),
    ("paths", "it leaves the path out of a user's ARN as a resource; IAM's ARNs have it"),
    ("not-principal", "it never applies a statement with NotPrincipal; IAM denies whoever is not listed"),
    ("session-arn", "aws:PrincipalArn is the session's ARN there; the guide has the role's"),
    (
        "anybody",
        "a session policy stops there what a bucket grants to anybody; by the guide they need no other permission",
    ),
    (
        "federated-session",
        "a missing session policy stops there what a bucket grants to a federated session by name; by the guide it does not",
    ),
    (
        "federated-user",
        "it finds no federated session in the name of its user; by the guide the user's grants count, but whose it is no request tells",
    ),
    ("trust", "it wants an identity policy even where the trust policy names the very user of the same account"),
    (
        "foreign-bucket",
        "it asks a foreign bucket's policy about the caller's account, so a Deny of the very user is lost",
    ),
    (
        "whole-service",
        "AWS's pages contradict each other: whether `arn:aws:sns:*:*:*` grants an action that knows only `*`",
    ),
];

/// The same for moto.
pub(super) const MOTO: &[(&str, &str)] = &[
    ("conditions", "it reads no Condition but in trust policies, so what is allowed or denied on one is so always"),
    ("resources", "outside S3 and a few others it decides as of the resource `*`, whatever the request names"),
    ("question-mark", "a `?` is to it a sign of a regular expression; to IAM it is any one character"),
    ("not-resource", "it takes a statement with NotResource for an Allow of everything, even a Deny"),
    ("variables", "it puts in no policy variables"),
    ("boundaries", "it does not look at permissions boundaries"),
    ("sessions", "it does not look at session policies"),
    ("resource-policies", "of resources' policies it looks at a bucket's refusals alone, for some calls"),
    ("not-principal", "it takes a bucket's Deny of all but some for one of all"),
    (
        "trust",
        "the trust policy must name the very caller, its account is not enough; and an identity policy must allow",
    ),
    ("fails", "a trust policy that names no principal of AWS makes it fail"),
    (
        "whole-service",
        "AWS's pages contradict each other: whether `arn:aws:sns:*:*:*` grants an action that knows only `*`",
    ),
];
