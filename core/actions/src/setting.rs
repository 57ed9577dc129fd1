//! Most actions set one thing of one object to a value: a key's status, an
//! attached policy, a document, a rule. What such an action must say of itself
//! is a [`Setting`]; everything else (the mutation, its read-back, its inverse)
//! follows from that, in one place.

use crate::call::{Answer, Image, Mutation, Read};
use crate::contract::{Contract, Reversibility};
use crate::doc::Doc;
use crate::op::Call;
use crate::plan::Target;
use crate::{PreImage, ReadBack, Refusal, Seen};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What stands at the target now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The value that the action sets.
    pub value: Doc,
    /// The object's version (ETag, lock token), where the provider has one.
    pub version: Option<String>,
    /// Names that help a person.
    pub label: String,
    /// Names under which the target may stand in an operator's list.
    pub names: BTreeSet<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Found {
    /// A value without a version.
    pub fn new(value: impl Into<Doc>, label: &str) -> Self {
        Self {
            value: value.into(),
            version: None,
            label: label.to_owned(),
            names: BTreeSet::new(),
            tags: BTreeMap::new(),
        }
    }

    /// The same with the object's version.
    #[must_use]
    pub fn version(mut self, version: Option<&str>) -> Self {
        self.version = version.map(str::to_owned);
        self
    }

    /// The same with further names of the target.
    #[must_use]
    pub fn names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.names.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// The same with tags: AWS's list of `Key` and `Value` (or `key`, `value`),
    /// or Azure's object.
    #[must_use]
    pub fn tags(mut self, tags: Option<&Doc>) -> Self {
        match tags {
            Some(Doc::Map(members)) => {
                let texts = members.iter().filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned())));
                self.tags.extend(texts);
            }
            Some(Doc::List(items)) => {
                let text =
                    |tag: &Doc, names: [&str; 2]| names.iter().find_map(|name| tag.text_at(&[name])).map(str::to_owned);
                let pair = |tag| Some((text(tag, ["Key", "key"])?, text(tag, ["Value", "value"])?));
                self.tags.extend(items.iter().filter_map(pair));
            }
            _ => {}
        }
        self
    }
}

/// One thing of one object.
pub trait Setting {
    /// The contract.
    fn contract(&self) -> &'static Contract;

    /// What it is done to.
    fn target(&self) -> Target;

    /// Why the step's fields cannot be those of a plan of ours: names outside
    /// the provider's alphabet, fields that disagree.
    fn problem(&self) -> Option<&'static str>;

    /// The reads that show the value and what speaks against setting it.
    fn reads(&self) -> Vec<Call>;

    /// The value as the answers show it (`None`: no such object), in the order
    /// of [`Setting::reads`].
    ///
    /// # Errors
    /// Why the action must not be done.
    fn found(&self, answers: &[Option<&Doc>]) -> Result<Found, Refusal>;

    /// The value that is to stand there. `moment` is when token issuance was
    /// seen closed.
    ///
    /// # Errors
    /// If it cannot be made from what stands there.
    fn wanted(&self, now: &Doc, moment: Option<Timestamp>) -> Result<Doc, Refusal>;

    /// The one call that makes the value `to`, where `from` stands now. Calls
    /// to different values differ.
    ///
    /// # Errors
    /// If there is no call that makes it.
    fn put(&self, from: &Doc, to: &Doc) -> Result<Call, Refusal>;

    /// Whether the value `now` is what the mutation leaves, where the provider
    /// chooses the value itself (a time, a new key). `None`: compare values.
    fn done(&self, _now: &Doc, _before: &Doc, _since: Timestamp) -> Option<bool> {
        None
    }

    /// What stays possible for the attacker after this is stored.
    fn residual(&self) -> String;
}

fn image(value: Doc) -> Image {
    Image::Value { value }
}

fn value_of(image: &Image) -> Result<&Doc, Refusal> {
    match image {
        Image::Value { value } => Ok(value),
        _ => Err(Refusal::new("E0299", "the image is that of another action", "this is a defect; report it")),
    }
}

fn docs(answers: &[Answer]) -> Option<Vec<Option<&Doc>>> {
    fn value(answer: &Answer) -> Option<Option<&Doc>> {
        match answer {
            Answer::Value { value } => Some(value.as_ref()),
            _ => None,
        }
    }
    answers.iter().map(value).collect()
}

pub(crate) fn reads(setting: &dyn Setting) -> Vec<Read> {
    setting.reads().into_iter().map(|call| Read::Call { call }).collect()
}

fn found(setting: &dyn Setting, answers: &[Answer]) -> Result<Found, Refusal> {
    let docs = docs(answers).filter(|docs| docs.len() == setting.reads().len());
    let docs =
        docs.ok_or_else(|| Refusal::new("E0299", "the answers do not fit the reads", "this is a defect; report it"))?;
    setting.found(&docs)
}

pub(crate) fn check(setting: &dyn Setting, answers: &[Answer]) -> Result<PreImage, Refusal> {
    let found = found(setting, answers)?;
    Ok(PreImage { image: image(found.value), label: found.label, version: found.version })
}

pub(crate) fn seen(setting: &dyn Setting, answers: &[Answer]) -> Seen {
    found(setting, answers).map_or_else(|_| Seen::default(), |found| Seen { names: found.names, tags: found.tags })
}

pub(crate) fn leaves(setting: &dyn Setting, before: &PreImage, moment: Option<Timestamp>) -> Option<Image> {
    let wanted = setting.wanted(value_of(&before.image).ok()?, moment).ok()?;
    // What the provider chooses is not known in advance.
    setting.done(&wanted, &wanted, Timestamp::MIN).is_none().then(|| image(wanted))
}

pub(crate) fn apply(setting: &dyn Setting, before: &PreImage, moment: Option<Timestamp>) -> Result<Mutation, Refusal> {
    let now = value_of(&before.image)?;
    let call = setting.put(now, &setting.wanted(now, moment)?)?;
    Ok(Mutation::Call { call: call.if_match(before.version.as_deref()) })
}

/// Whether the present value is what `mutation` leaves. Which value that is
/// follows from the call: it is the one to which the same call leads.
pub(crate) fn read_back(
    setting: &dyn Setting,
    answers: &[Answer],
    mutation: &Mutation,
    before: &PreImage,
    since: Timestamp,
) -> ReadBack {
    let (Ok(now), Ok(was), Mutation::Call { call }) = (found(setting, answers), value_of(&before.image), mutation)
    else {
        return ReadBack::Other;
    };
    if let Some(done) = setting.done(&now.value, was, since) {
        return if done { ReadBack::After } else { ReadBack::Before };
    }
    let leads = setting.put(was, &now.value).is_ok_and(|other| unversioned(&other) == unversioned(call));
    if leads {
        ReadBack::After
    } else if now.value == *was {
        ReadBack::Before
    } else {
        ReadBack::Other
    }
}

fn unversioned(call: &Call) -> Call {
    Call { params: call.params.clone().without(&["if_match"]), ..call.clone() }
}

/// The call that restores `before`, where `now` stands. `None` where the
/// contract says that nothing can or need be restored.
pub(crate) fn inverse(setting: &dyn Setting, before: &PreImage, now: Option<&PreImage>) -> Option<Mutation> {
    if setting.contract().reversibility != Reversibility::Exact {
        return None;
    }
    let to = value_of(&before.image).ok()?;
    let from = now.and_then(|now| value_of(&now.image).ok()).cloned();
    // Without a look at it, what stands there is what the step wanted.
    let from = from.or_else(|| setting.wanted(to, None).ok()).unwrap_or_default();
    let call = setting.put(&from, to).ok()?;
    Some(Mutation::Call { call: call.if_match(now.and_then(|now| now.version.as_deref())) })
}

/// Whether an image is one that the step can have met: one of its own kind to
/// which there is a way back.
pub(crate) fn can_have_met(setting: &dyn Setting, image: &Image) -> bool {
    let Ok(value) = value_of(image) else {
        return false;
    };
    setting.wanted(value, Some(Timestamp::UNIX_EPOCH)).is_ok_and(|wanted| setting.put(&wanted, value).is_ok())
}

/// What an object is missing.
pub(crate) fn gone(what: &str) -> Refusal {
    Refusal::new(
        "E0214",
        format!("{} does not exist any more", selvedge_model::untrusted::quote_for_log(what)),
        "nothing is to be contained there; look at who deleted it, then respond again",
    )
}

/// An answer without what it must have.
pub(crate) fn shapeless(what: &str, member: &str) -> Refusal {
    Refusal::new(
        "E0215",
        format!("the answer about {} has no {member}", selvedge_model::untrusted::quote_for_log(what)),
        "the provider answers in a form that selvedge does not know; act by hand and report it",
    )
}
