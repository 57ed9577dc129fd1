//! Rules as they are held against records.

use super::alias::Plan;
use super::check::Check;
use super::view::{Values, View};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// A question about one field.
#[derive(Debug, Clone)]
pub(super) struct Item<F> {
    pub(super) field: F,
    pub(super) check: Check<F>,
}

/// What a rule asks of a record. `F` names fields: by text as the rule has them,
/// then by their place among the [`Fields`] of a log source.
#[derive(Debug, Clone)]
pub(super) enum Asks<F> {
    Item(Item<F>),
    /// Some text anywhere in the record.
    Keyword(Check<F>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// This many of them.
    AtLeast(u64, Vec<Self>),
    Not(Box<Self>),
}

impl<F> Asks<F> {
    /// The same with other fields.
    pub(super) fn map<G>(
        self,
        rename: &mut dyn FnMut(Item<F>) -> Item<G>,
        keyword: &dyn Fn(Check<F>) -> Check<G>,
    ) -> Asks<G> {
        let mut all = |parts: Vec<Self>| parts.into_iter().map(|part| part.map(rename, keyword)).collect();
        match self {
            Self::All(parts) => Asks::All(all(parts)),
            Self::Any(parts) => Asks::Any(all(parts)),
            Self::AtLeast(least, parts) => Asks::AtLeast(least, all(parts)),
            Self::Not(part) => Asks::Not(Box::new(part.map(rename, keyword))),
            Self::Item(item) => Asks::Item(rename(item)),
            Self::Keyword(check) => Asks::Keyword(keyword(check)),
        }
    }
}

impl<F> Asks<F> {
    /// Asks first what costs least; the answer stays the same.
    pub(super) fn cheapest_first(&mut self) {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => {
                parts.iter_mut().for_each(Self::cheapest_first);
                parts.sort_by_key(Self::cost);
            }
            Self::Not(part) => part.cheapest_first(),
            Self::Item(_) | Self::Keyword(_) => {}
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Item(item) => item.check.cost(),
            Self::Keyword(_) => 100,
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => {
                parts.iter().map(Self::cost).fold(0, u32::saturating_add)
            }
            Self::Not(part) => part.cost(),
        }
    }
}

/// A field's place among the fields of its log source.
pub(super) type Slot = u32;

impl Asks<Slot> {
    /// The same with other slots: `change` is given each.
    fn with_slots(self, change: &mut dyn FnMut(Slot) -> Slot) -> Self {
        let mut all = |parts: Vec<Self>| parts.into_iter().map(|part| part.with_slots(change)).collect();
        match self {
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::AtLeast(least, parts) => Self::AtLeast(least, all(parts)),
            Self::Not(part) => Self::Not(Box::new(part.with_slots(change))),
            Self::Item(item) => Self::Item(Item { field: change(item.field), check: item.check.map(change) }),
            Self::Keyword(check) => Self::Keyword(check),
        }
    }

    pub(super) fn holds(&self, eyes: &Eyes<'_, '_>) -> bool {
        match self {
            Self::Item(item) => eyes.hold(item),
            Self::Keyword(check) => eyes.view.any_text(&mut |text| check.holds_for_text(text)),
            Self::All(parts) => parts.iter().all(|part| part.holds(eyes)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(eyes)),
            Self::AtLeast(least, parts) => {
                let mut missing = *least;
                missing == 0
                    || parts.iter().any(|part| {
                        missing = missing.saturating_sub(u64::from(part.holds(eyes)));
                        missing == 0
                    })
            }
            Self::Not(part) => !part.holds(eyes),
        }
    }
}

/// The fields that the rules of one log source name, and how each is found.
#[derive(Debug, Default)]
pub(super) struct Fields {
    slots: BTreeMap<String, Slot>,
    plans: Vec<Plan>,
}

impl Fields {
    /// The slot of a field by its key; `plan` says how a new one is found.
    pub(super) fn slot(&mut self, key: String, plan: impl FnOnce() -> Plan) -> Slot {
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let slot = Slot::try_from(self.plans.len()).unwrap_or(Slot::MAX);
        self.plans.push(plan());
        self.slots.insert(key, slot);
        slot
    }

    /// Gives the fields that most rules ask for the first slots, so that they share
    /// pages; returns the rules with the new slots.
    pub(super) fn most_asked_first(&mut self, rules: Vec<(usize, Asks<Slot>)>) -> Vec<(usize, Asks<Slot>)> {
        let mut asked = vec![0usize; self.plans.len()];
        let mut count = |slot: Slot| {
            if let Some(number) = asked.get_mut(slot as usize) {
                *number = number.saturating_add(1);
            }
            slot
        };
        let rules: Vec<_> = rules.into_iter().map(|(rule, asks)| (rule, asks.with_slots(&mut count))).collect();
        let mut order: Vec<Slot> = (0..).take(self.plans.len()).collect();
        order.sort_by_key(|slot| std::cmp::Reverse(asked.get(*slot as usize).copied()));
        let mut place = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(slot) = place.get_mut(*old as usize) {
                *slot = new;
            }
        }
        let moved = |old: Slot| place.get(old as usize).copied().unwrap_or(old);
        let mut plans: Vec<(Slot, Plan)> =
            (0..).zip(std::mem::take(&mut self.plans)).map(|(old, plan)| (moved(old), plan)).collect();
        plans.sort_by_key(|(slot, _)| *slot);
        self.plans = plans.into_iter().map(|(_, plan)| plan).collect();
        self.slots.values_mut().for_each(|slot| *slot = moved(*slot));
        rules.into_iter().map(|(rule, asks)| (rule, asks.with_slots(&mut { moved }))).collect()
    }

    pub(super) fn name(&self, slot: Slot) -> &str {
        self.slots.iter().find(|(_, own)| **own == slot).map(|(name, _)| name.as_str()).unwrap_or_default()
    }
}

/// A record while rules look at it: each field is looked up once.
pub(super) struct Eyes<'r, 'a> {
    pub(super) view: &'r View<'a>,
    fields: &'r Fields,
    /// Those that most rules ask for.
    near: [OnceCell<Values<'a>>; NEAR],
    /// The others, in pages, as most records are asked for few of them.
    far: OnceCell<Vec<OnceCell<Page<'a>>>>,
}

type Page<'a> = Box<[OnceCell<Values<'a>>; PAGE]>;
const PAGE: usize = 8;
const NEAR: usize = 16;

impl<'r, 'a> Eyes<'r, 'a> {
    pub(super) fn new(view: &'r View<'a>, fields: &'r Fields) -> Self {
        Self { view, fields, near: Default::default(), far: OnceCell::new() }
    }

    /// What a field holds; `None` for a slot that no field has.
    pub(super) fn values(&self, slot: Slot) -> Option<&Values<'a>> {
        let slot = slot as usize;
        let plan = self.fields.plans.get(slot)?;
        let cell = match slot.checked_sub(NEAR) {
            None => self.near.get(slot)?,
            Some(far) => self.page(far / PAGE)?.get_or_init(Page::default).get(far % PAGE)?,
        };
        Some(cell.get_or_init(|| plan.find(self.view)))
    }

    fn page(&self, page: usize) -> Option<&OnceCell<Page<'a>>> {
        let pages = self.fields.plans.len().saturating_sub(NEAR).div_ceil(PAGE);
        self.far.get_or_init(|| (0..pages).map(|_| OnceCell::new()).collect()).get(page)
    }

    fn hold(&self, item: &Item<Slot>) -> bool {
        self.values(item.field).is_some_and(|values| item.check.holds(values, &|slot| self.values(*slot)))
    }
}
