//! Entities in columns: what most have takes a few bytes each, what few have is
//! kept aside.

use super::sets::{self, Sets};
use super::texts::Texts;
use super::times::{self, Moment, Times};
use super::{Entity, Validity};
use hashbrown::{DefaultHashBuilder, HashTable};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::BuildHasher as _;

/// An entity of one graph. Numbers are given in the order of arrival: nothing that
/// people see may depend on which is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub(super) u32);

impl Node {
    /// Its place among the nodes of its graph, from zero.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// No text.
const NO_TEXT: u32 = u32::MAX;
/// No attributes.
const NO_LIST: u32 = u32::MAX;

/// All entities.
#[derive(Debug, Clone, Default)]
pub(super) struct Entities {
    kinds: Vec<EntityKind>,
    keys: Vec<u32>,
    names: Vec<u32>,
    evidence: Vec<u32>,
    begins: Vec<i64>,
    ends: Vec<i64>,
    attributes: Vec<u32>,
    /// Pairs of texts: attribute and value.
    lists: Vec<Box<[(u32, u32)]>>,
    gaps: BTreeMap<u32, Vec<(Timestamp, Timestamp)>>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Entities {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// All of them, in no order that means anything.
    pub(super) fn all(&self) -> impl Iterator<Item = Node> + use<> {
        (0..u32::try_from(self.keys.len()).unwrap_or(u32::MAX)).map(Node)
    }

    pub(super) fn find(&self, kind: EntityKind, key: u32) -> Option<Node> {
        let is = |number: &u32| {
            let place = *number as usize;
            self.keys.get(place) == Some(&key) && self.kinds.get(place) == Some(&kind)
        };
        self.index.find(self.hasher.hash_one((kind, key)), is).copied().map(Node)
    }

    /// A new one; `None` if there are no more numbers.
    pub(super) fn push(&mut self, kind: EntityKind, key: u32) -> Option<Node> {
        // The greatest is no node: the end of a range may be needed beyond the last.
        let number = u32::try_from(self.keys.len()).ok().filter(|number| *number < u32::MAX)?;
        self.kinds.push(kind);
        self.keys.push(key);
        self.names.push(NO_TEXT);
        self.evidence.push(sets::EMPTY);
        self.begins.push(times::NONE);
        self.ends.push(times::NONE);
        self.attributes.push(NO_LIST);
        let Self { index, hasher, kinds, keys, .. } = self;
        let again = |number: &u32| {
            let place = *number as usize;
            hasher.hash_one((kinds.get(place).copied().unwrap_or(kind), keys.get(place).copied().unwrap_or_default()))
        };
        index.insert_unique(hasher.hash_one((kind, key)), number, again);
        Some(Node(number))
    }

    pub(super) fn kind(&self, node: Node) -> EntityKind {
        self.kinds.get(node.place()).copied().unwrap_or(EntityKind::Resource)
    }

    pub(super) fn key<'a>(&self, node: Node, texts: &'a Texts) -> Cow<'a, str> {
        self.keys.get(node.place()).map(|key| texts.get(*key)).unwrap_or_default()
    }

    pub(super) fn name<'a>(&self, node: Node, texts: &'a Texts) -> Option<Cow<'a, str>> {
        self.names.get(node.place()).filter(|name| **name != NO_TEXT).map(|name| texts.get(*name))
    }

    pub(super) fn id(&self, node: Node, texts: &Texts) -> EntityId {
        EntityId::new(self.kind(node), self.key(node, texts).into_owned())
    }

    /// The order of their ids.
    pub(super) fn compare(&self, a: Node, b: Node, texts: &Texts) -> Ordering {
        let by_kind = self.kind(a).cmp(&self.kind(b));
        by_kind.then_with(|| self.key(a, texts).cmp(&self.key(b, texts)))
    }

    pub(super) fn get(&self, node: Node, texts: &Texts, sets: &Sets, times: &Times) -> Entity {
        let place = node.place();
        let pairs = self.attributes.get(place).and_then(|list| self.lists.get(*list as usize));
        let owned = |number: &u32| texts.get(*number).into_owned();
        let unpack = |column: &[i64]| column.get(place).and_then(|packed| times.unpack(*packed));
        Entity {
            name: self.name(node, texts).map(Cow::into_owned),
            attributes: pairs.into_iter().flatten().map(|(key, value)| (owned(key), owned(value))).collect(),
            evidence: self.evidence.get(place).map(|set| sets.get(*set, texts)).unwrap_or_default(),
            validity: Validity {
                begins: unpack(&self.begins),
                ends: unpack(&self.ends),
                gaps: self.gaps.get(&node.0).cloned().unwrap_or_default(),
            },
        }
    }

    /// Writes an entity; how many of its texts found no room.
    pub(super) fn set(
        &mut self,
        node: Node,
        entity: &Entity,
        (texts, sets, times): (&mut Texts, &mut Sets, &mut Times),
    ) -> u64 {
        let place = node.place();
        let mut lost: u64 = 0;
        let mut number = |texts: &mut Texts, text: &str| {
            let number = texts.intern(text);
            lost = lost.saturating_add(u64::from(number.is_none()));
            number
        };
        if let Some(name) = self.names.get_mut(place) {
            *name = entity.name.as_deref().and_then(|name| number(texts, name)).unwrap_or(NO_TEXT);
        }
        let mut pairs = Vec::with_capacity(entity.attributes.len());
        for (key, value) in &entity.attributes {
            if let (Some(key), Some(value)) = (number(texts, key), number(texts, value)) {
                pairs.push((key, value));
            }
        }
        let evidence: Vec<u32> = entity.evidence.iter().filter_map(|text| number(texts, text)).collect();
        if let Some(set) = self.evidence.get_mut(place) {
            *set = sets.clear(*set);
            for text in evidence {
                *set = sets.with(*set, text).unwrap_or(*set);
            }
        }
        lost = lost.saturating_add(self.set_list(place, pairs));
        if let (Some(begins), Some(ends)) = (self.begins.get_mut(place), self.ends.get_mut(place)) {
            (*begins, *ends) = (times.pack(entity.validity.begins), times.pack(entity.validity.ends));
        }
        if entity.validity.gaps.is_empty() {
            self.gaps.remove(&node.0);
        } else {
            self.gaps.insert(node.0, entity.validity.gaps.clone());
        }
        lost
    }

    fn set_list(&mut self, place: usize, pairs: Vec<(u32, u32)>) -> u64 {
        let Some(list) = self.attributes.get_mut(place) else { return 0 };
        match self.lists.get_mut(*list as usize) {
            Some(known) => *known = pairs.into(),
            None if pairs.is_empty() => {}
            None => match u32::try_from(self.lists.len()) {
                Ok(number) if number != NO_LIST => {
                    *list = number;
                    self.lists.push(pairs.into());
                }
                _ => return 1,
            },
        }
        0
    }

    /// Gives it a name. `None` if the text finds no room.
    pub(super) fn set_name(&mut self, node: Node, name: &str, texts: &mut Texts) -> Option<()> {
        *self.names.get_mut(node.place())? = texts.intern(name)?;
        Some(())
    }

    /// Whether it is there at a moment.
    pub(super) fn is_there(&self, node: Node, t: Moment, times: &Times) -> bool {
        let place = node.place();
        let (Some(begins), Some(ends)) = (self.begins.get(place), self.ends.get(place)) else { return false };
        times.has_come(*begins, t) != Some(false)
            && times.has_come(*ends, t) != Some(true)
            && (self.gaps.is_empty() || !self.gaps.get(&node.0).is_some_and(|gaps| super::in_gap(gaps, t.time)))
    }

    /// Bytes of memory in use, about.
    pub(super) fn memory(&self) -> usize {
        let columns = self.keys.len().saturating_mul(33).saturating_add(self.index.capacity().saturating_mul(6));
        // A list's place, and what the allocator keeps beside it.
        let lists = self
            .lists
            .iter()
            .fold(0usize, |sum, list| sum.saturating_add(32).saturating_add(list.len().saturating_mul(8)));
        columns.saturating_add(lists).saturating_add(self.gaps.len().saturating_mul(96))
    }
}
