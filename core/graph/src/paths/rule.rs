//! Ways to escalate, as data: what it takes, and what it gives.
//!
//! A way of AWS says which calls its principal must be allowed to make, and on what; whether
//! it is is for `selvedge_access` to say, with every policy that bears on the call. A way of
//! Azure names actions of the resource manager, one of Entra an operation of the directory.

use serde::Deserialize;
use std::collections::BTreeSet;

/// Something that a way cannot be read for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct Unreadable {
    /// The file.
    pub file: String,
    /// Why.
    pub why: String,
}

/// One way from one identity to another, or to a goal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Way {
    /// Such as `lambda-001`: pathfinding.cloud's id, where it has one.
    pub id: String,
    /// What its principal does, as the predicate of a sentence: `runs code as … in a new function`.
    pub does: String,
    /// How it works.
    #[serde(flatten)]
    pub form: Form,
    /// Techniques of MITRE ATT&CK.
    #[serde(default)]
    pub attack: Vec<String>,
    /// What closes it.
    pub fix: String,
    /// What it costs an attacker: 0 nothing, 1 a token, 2 a write that is logged, 3 an
    /// activation or approval.
    #[serde(default = "written")]
    pub cost: u32,
    /// Where it was read, or `recalled`.
    pub source: String,
}

fn written() -> u32 {
    2
}

/// How a way works.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Form {
    /// AWS: may do all of it on anything in the account, and so has reached the goal.
    Hold {
        /// What is reached.
        goal: Goal,
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: gives a policy of its own choice to itself, its group or a policy it has.
    #[serde(rename = "self")]
    Own {
        /// What is written.
        target: Target,
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: becomes another principal of the account.
    Take {
        /// What kind of principal.
        target: Target,
        /// Calls.
        can: Vec<Call>,
        /// Whether it can assume the role as things stand, or could once it wrote the trust
        /// policy.
        #[serde(default)]
        assume: Option<Assume>,
        /// Whether a policy of its own choice is given to the target first.
        #[serde(default)]
        empowered: bool,
        /// Of a user: how many access keys it must have, at least and at most.
        #[serde(default)]
        keys: Option<(usize, usize)>,
    },
    /// AWS: passes a role to a service that then acts as it.
    Pass {
        /// Services of which one must be trusted by the role, and be the one it is passed to.
        services: Vec<String>,
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: takes over something that acts as a role already.
    Control {
        /// The inventory's word for such things.
        on: String,
        /// Services that such a role trusts.
        services: Vec<String>,
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: reads what lies in a store or secret.
    Read {
        /// The inventory's word for such things.
        on: String,
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: changes a SAML provider.
    Federate {
        /// Calls.
        can: Vec<Call>,
    },
    /// AWS: gives itself a permission set of Identity Center.
    Center {
        /// Calls.
        can: Vec<Call>,
    },
    /// Azure: may do one of these at a resource, and so has what it gives.
    Arm {
        /// Type of the resource, lower-case; empty for any scope.
        on: String,
        /// Any of these actions.
        any: Vec<String>,
        /// Whether they are of the data plane.
        #[serde(default)]
        data: bool,
        /// What is gained.
        gives: Gain,
    },
    /// Entra: may do this to an object of the directory.
    Entra {
        /// As `selvedge_access::azure::Operation` names it.
        operation: Deed,
        /// What is gained.
        gives: Gain,
    },
    /// Between the clouds, or within Entra: a relation of the estate. The engine knows how each
    /// is found; the text is data.
    Link,
}

/// What a way of AWS may reach at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// Everything in the account.
    Account,
    /// All objects, secrets or tables in the account.
    Data,
}

/// What is written or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A user: oneself, where it is the form `self`.
    User,
    /// A role: oneself, where it is the form `self`.
    Role,
    /// A group: one's own, where it is the form `self`.
    Group,
    /// A policy that the account made and that is attached to it.
    Policy,
}

/// Whether a role can be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assume {
    /// Its trust policy allows it.
    Trusted,
    /// It would, once it names the principal.
    Rewritten,
}

/// What is gained of an Azure or Entra object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gain {
    /// The identities that the resource acts as.
    Identity,
    /// All in the scope.
    Scope,
    /// What lies in the store.
    Content,
    /// The object itself: its credentials, its rights.
    Object,
    /// The whole tenant.
    Tenant,
    /// The AWS roles that a service principal gives out.
    AwsRoles,
    /// The root of all Azure scopes of the tenant.
    Root,
}

/// Operations of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Set a user's password.
    ResetPassword,
    /// Give a user another way to prove who it is.
    AddAuthenticationMethod,
    /// Add a secret or certificate.
    AddCredential,
    /// Add an owner.
    AddOwner,
    /// Add a member to a group.
    AddMember,
    /// Assign a directory role.
    GrantDirectoryRole,
    /// Assign an app role.
    GrantAppRole,
    /// Change claims, certificate or users of a SAML application.
    EditSamlApp,
    /// Become User Access Administrator at the root.
    ElevateAccess,
}

/// A call that must be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Call {
    /// Such as `lambda:CreateFunction`.
    pub action: String,
    /// On what, all of it: `target`, `*`, or an ARN in which `{account}`, `{region}` and `{new}`
    /// are the attacker's choice. Empty: the target.
    pub on: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Action(String),
    One { action: String, on: String },
    Many { action: String, on: Vec<String> },
}

impl From<Written> for Call {
    fn from(written: Written) -> Self {
        match written {
            Written::Action(action) => Self { action, on: Vec::new() },
            Written::One { action, on } => Self { action, on: vec![on] },
            Written::Many { action, on } => Self { action, on },
        }
    }
}

/// All ways that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    all: Vec<Way>,
}

impl Ways {
    /// Reads the files, each a list of ways.
    ///
    /// # Errors
    /// The first file that is none, or in which an id is taken.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Unreadable> {
        let mut all: Vec<Way> = Vec::new();
        let mut ids = BTreeSet::new();
        for (file, text) in files {
            let bad = |why: String| Unreadable { file: file.to_owned(), why };
            let ways: Vec<Way> = yaml_serde::from_str(text).map_err(|error| bad(error.to_string()))?;
            for way in ways {
                if !ids.insert(way.id.clone()) {
                    return Err(bad(format!("the id {} is taken", way.id)));
                }
                all.push(way);
            }
        }
        Ok(Self { all })
    }

    /// In the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Way> {
        self.all.iter()
    }

    /// The way at a place of that order.
    pub fn at(&self, place: usize) -> Option<&Way> {
        self.all.get(place)
    }

    /// The way of this id.
    pub fn get(&self, id: &str) -> Option<&Way> {
        self.all.iter().find(|way| way.id == id)
    }

    /// Calls of AWS that any way takes, each once, and those of the trust policies.
    pub fn actions(&self) -> BTreeSet<&str> {
        let mut out = BTreeSet::from(["iam:PassRole", "sts:AssumeRole"]);
        for way in &self.all {
            out.extend(way.calls().iter().map(|call| call.action.as_str()));
        }
        out
    }
}

impl Way {
    /// Calls of AWS that it takes.
    pub fn calls(&self) -> &[Call] {
        match &self.form {
            Form::Hold { can, .. }
            | Form::Own { can, .. }
            | Form::Take { can, .. }
            | Form::Pass { can, .. }
            | Form::Control { can, .. }
            | Form::Federate { can, .. }
            | Form::Center { can }
            | Form::Read { can, .. } => can,
            Form::Arm { .. } | Form::Entra { .. } | Form::Link => &[],
        }
    }
}
