//! Loading policies: all problems at once, each with its place.

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use selvedge_model::{Digest, Problem};
use std::str::FromStr as _;

/// Schema and policies, checked.
pub struct Guard {
    pub(crate) schema: Schema,
    pub(crate) policies: PolicySet,
    pub(crate) version: Digest,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Guard {
    /// Reads the schema and the named policy texts, and holds every policy
    /// against the schema, strictly. A guard with a bad policy would be another
    /// guard than the operator meant: there is none then.
    ///
    /// # Errors
    /// Every problem found, with the file and the policy.
    pub fn load(schema: &str, files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        let version = Digest::of_parts(
            [schema.as_bytes()]
                .into_iter()
                .chain(files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()])),
        );
        let schema = match Schema::from_cedarschema_str(schema) {
            Ok((schema, _)) => schema,
            Err(error) => return Err(vec![Problem::new("schema.cedarschema", error.to_string())]),
        };
        let mut problems = Vec::new();
        let mut policies = PolicySet::new();
        for (name, text) in files {
            add_file(name, text, &mut policies, &mut problems);
        }
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        problems.extend(result.validation_errors().map(|e| Problem::new(e.policy_id().to_string(), e.to_string())));
        problems.extend(result.validation_warnings().map(|w| Problem::new(w.policy_id().to_string(), w.to_string())));
        if problems.is_empty() { Ok(Self { schema, policies, version }) } else { Err(problems) }
    }

    /// The digest of schema and policies: which guard judged.
    pub fn version(&self) -> Digest {
        self.version
    }

    /// The policies' ids with their reasons, in order, for people.
    pub fn policies(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> = self
            .policies
            .policies()
            .map(|p| (p.id().to_string(), p.annotation("reason").unwrap_or_default().to_owned()))
            .collect();
        all.sort();
        all
    }
}

fn add_file(name: &str, text: &str, set: &mut PolicySet, problems: &mut Vec<Problem>) {
    let parsed = match PolicySet::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let all: Vec<String> = error.iter().map(ToString::to_string).collect();
            problems.push(Problem::new(name, all.join("; ")));
            return;
        }
    };
    if parsed.num_of_templates() > 0 {
        problems.push(Problem::new(name, "templates are not supported; write the policy out"));
    }
    for policy in parsed.policies() {
        match named(policy) {
            Ok(policy) => {
                let id = policy.id().to_string();
                if set.add(policy).is_err() {
                    problems.push(Problem::new(name, format!("the id {id} is used twice; choose another")));
                }
            }
            Err(why) => problems.push(Problem::new(format!("{name}:{}", policy.id()), why)),
        }
    }
}

/// The policy under its own `@id`, if its annotations are in order.
fn named(policy: &Policy) -> Result<Policy, String> {
    let id = policy.annotation("id").filter(|id| !id.is_empty()).ok_or("the policy has no @id; give it one")?;
    if policy.annotation("reason").is_none_or(str::is_empty) {
        return Err("the policy has no @reason; say in one sentence why it decides so".into());
    }
    if let Some(count) = policy.annotation("approvals") {
        if policy.effect() != Effect::Forbid {
            return Err("@approvals stands on a permit; it belongs on a forbid that approval lifts".into());
        }
        if !matches!(count.parse::<u32>(), Ok(1..=9)) {
            return Err("@approvals is not a number from 1 to 9".into());
        }
    }
    Ok(policy.new_id(PolicyId::new(id)))
}
