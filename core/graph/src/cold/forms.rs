//! How each type of a fact's field is packed.

use super::codec::{EMPTY, FIRST, IN_PLACE, NONE, Reader, Writer, unzigzag, zigzag};
use super::text::{Text, guid, hex};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, Cite, Report};
use selvedge_model::{Confidence, Digest, EventId, RecordId, Severity, Timestamp};
use std::marker::PhantomData;

/// Packs one type in one way.
pub trait Form<'a> {
    /// The type.
    type Owned;
    /// The type as it is read in place.
    type Seen;
    /// The value, borrowed.
    fn see(value: &'a Self::Owned) -> Self::Seen;
    /// A copy of its own.
    fn own(seen: &Self::Seen) -> Self::Owned;
}

/// The packed bytes of a form. What it reads is what it wrote.
pub(super) trait Packed<'a>: Form<'a> {
    fn write(seen: &Self::Seen, to: &mut Writer<'_>);
    fn read(from: &mut Reader<'a>) -> Option<Self::Seen>;
}

/// A form that may stand in a group.
pub(super) trait Fed<'a>: Packed<'a> {
    /// Everything that tells values apart.
    fn feed(seen: &Self::Seen, raw: &mut Vec<u8>);
}

/// A form that never begins with the number 0, so that 0 can mean "none".
pub(super) trait Text0<'a>: Packed<'a> {
    fn read_code(code: u64, from: &mut Reader<'a>) -> Option<Self::Seen>;
}

macro_rules! text_form {
    ($(#[$doc:meta])* $name:ident, $write:ident, $read:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl<'a> Form<'a> for $name {
            type Owned = String;
            type Seen = Text<'a>;
            fn see(value: &'a String) -> Text<'a> {
                Text::Plain(value)
            }
            fn own(seen: &Text<'a>) -> String {
                seen.owned()
            }
        }
        impl<'a> Packed<'a> for $name {
            fn write(seen: &Text<'a>, to: &mut Writer<'_>) {
                seen.with(|text| $write(text, to));
            }
            fn read(from: &mut Reader<'a>) -> Option<Text<'a>> {
                let code = from.number()?;
                $read(code, from)
            }
        }
        impl<'a> Fed<'a> for $name {
            fn feed(seen: &Text<'a>, raw: &mut Vec<u8>) {
                seen.with(|text| {
                    raw.extend_from_slice(&text.len().to_le_bytes());
                    raw.extend_from_slice(text.as_bytes());
                });
            }
        }
        impl<'a> Text0<'a> for $name {
            fn read_code(code: u64, from: &mut Reader<'a>) -> Option<Text<'a>> {
                $read(code, from)
            }
        }
    };
}

text_form! {
    /// Text that many records share.
    Shared, write_shared, read_shared
}
text_form! {
    /// Text of this record alone.
    Inline, write_inline, read_inline
}
text_form! {
    /// An id: mostly a GUID, and often the record's own.
    Id, write_id, read_id
}
text_form! {
    /// Shared up to the first colon, then the record's own: `AROA…:session`.
    Principal, write_principal, read_pair
}
text_form! {
    /// Shared up to the last slash, then the record's own: an ARN, an ARM id.
    Path, write_path, read_pair
}

fn write_shared(text: &str, to: &mut Writer<'_>) {
    to.symbol(text);
}

fn read_shared<'a>(code: u64, from: &mut Reader<'a>) -> Option<Text<'a>> {
    from.symbol(code).map(Text::Plain)
}

fn write_inline(text: &str, to: &mut Writer<'_>) {
    to.inline(text);
}

fn read_inline<'a>(code: u64, from: &mut Reader<'a>) -> Option<Text<'a>> {
    from.text(code.checked_sub(1)?).map(Text::Plain)
}

/// The forms of an id, from [`FIRST`] on.
const AS_RECORD: u64 = FIRST;
const AS_GUID: u64 = FIRST + 1;
const AS_HEX: u64 = FIRST + 2;

fn write_id(text: &str, to: &mut Writer<'_>) {
    if text.is_empty() {
        to.number(EMPTY);
    } else if to.is_record(text) {
        to.number(AS_RECORD);
    } else if let Some(bytes) = guid(text) {
        to.number(AS_GUID);
        to.raw(&bytes);
    } else if let Some(bytes) = hex(text) {
        to.number(AS_HEX);
        to.raw(&bytes);
    } else {
        to.number(IN_PLACE);
        to.inline(text);
    }
}

fn read_id<'a>(code: u64, from: &mut Reader<'a>) -> Option<Text<'a>> {
    match code {
        EMPTY => Some(Text::Plain("")),
        IN_PLACE => {
            let code = from.number()?;
            read_inline(code, from)
        }
        AS_RECORD => Some(from.record()),
        AS_GUID => from.array().map(Text::Guid),
        AS_HEX => from.array().map(Text::Hex),
        _ => None,
    }
}

fn write_principal(text: &str, to: &mut Writer<'_>) {
    write_pair(text, text.find(':'), to);
}

fn write_path(text: &str, to: &mut Writer<'_>) {
    write_pair(text, text.rfind('/'), to);
}

fn write_pair(text: &str, separator: Option<usize>, to: &mut Writer<'_>) {
    let after = separator.map_or(0, |at| at.saturating_add(1));
    let (head, tail) = text.split_at_checked(after).unwrap_or(("", text));
    to.symbol(head);
    if to.repeats(tail) {
        to.number(0);
    } else {
        to.inline(tail);
    }
}

fn read_pair<'a>(code: u64, from: &mut Reader<'a>) -> Option<Text<'a>> {
    let head = from.symbol(code)?;
    let tail = from.tail()?;
    Some(if head.is_empty() { Text::Plain(tail) } else { Text::Joined(head, tail) })
}

/// Text or none.
#[derive(Debug)]
pub struct Opt<F>(PhantomData<F>);

impl<'a, F: Form<'a>> Form<'a> for Opt<F> {
    type Owned = Option<F::Owned>;
    type Seen = Option<F::Seen>;
    fn see(value: &'a Self::Owned) -> Self::Seen {
        value.as_ref().map(F::see)
    }
    fn own(seen: &Self::Seen) -> Self::Owned {
        seen.as_ref().map(F::own)
    }
}

impl<'a, F: Text0<'a>> Packed<'a> for Opt<F> {
    fn write(seen: &Self::Seen, to: &mut Writer<'_>) {
        match seen {
            Some(seen) => F::write(seen, to),
            None => to.number(NONE),
        }
    }
    fn read(from: &mut Reader<'a>) -> Option<Self::Seen> {
        match from.number()? {
            NONE => Some(None),
            code => F::read_code(code, from).map(Some),
        }
    }
}

impl<'a, F: Text0<'a> + Fed<'a>> Fed<'a> for Opt<F> {
    fn feed(seen: &Self::Seen, raw: &mut Vec<u8>) {
        raw.push(u8::from(seen.is_some()));
        seen.iter().for_each(|seen| F::feed(seen, raw));
    }
}

/// Something or none, with a byte before it.
#[derive(Debug)]
pub struct Perhaps<F>(PhantomData<F>);

impl<'a, F: Form<'a>> Form<'a> for Perhaps<F> {
    type Owned = Option<F::Owned>;
    type Seen = Option<F::Seen>;
    fn see(value: &'a Self::Owned) -> Self::Seen {
        value.as_ref().map(F::see)
    }
    fn own(seen: &Self::Seen) -> Self::Owned {
        seen.as_ref().map(F::own)
    }
}

impl<'a, F: Packed<'a>> Packed<'a> for Perhaps<F> {
    fn write(seen: &Self::Seen, to: &mut Writer<'_>) {
        to.byte(u8::from(seen.is_some()));
        if let Some(seen) = seen {
            F::write(seen, to);
        }
    }
    fn read(from: &mut Reader<'a>) -> Option<Self::Seen> {
        match from.byte()? {
            0 => Some(None),
            1 => F::read(from).map(Some),
            _ => None,
        }
    }
}

impl<'a, F: Fed<'a>> Fed<'a> for Perhaps<F> {
    fn feed(seen: &Self::Seen, raw: &mut Vec<u8>) {
        raw.push(u8::from(seen.is_some()));
        seen.iter().for_each(|seen| F::feed(seen, raw));
    }
}

/// Several.
#[derive(Debug)]
pub struct List<F>(PhantomData<F>);

impl<'a, F: Form<'a>> Form<'a> for List<F> {
    type Owned = Vec<F::Owned>;
    type Seen = Vec<F::Seen>;
    fn see(value: &'a Self::Owned) -> Self::Seen {
        value.iter().map(F::see).collect()
    }
    fn own(seen: &Self::Seen) -> Self::Owned {
        seen.iter().map(F::own).collect()
    }
}

impl<'a, F: Packed<'a>> Packed<'a> for List<F> {
    fn write(seen: &Self::Seen, to: &mut Writer<'_>) {
        to.number(seen.len() as u64);
        seen.iter().for_each(|one| F::write(one, to));
    }
    fn read(from: &mut Reader<'a>) -> Option<Self::Seen> {
        let len = from.number()?;
        (0..len).map(|_| F::read(from)).collect()
    }
}

/// Two.
#[derive(Debug)]
pub struct Pair<F, G>(PhantomData<(F, G)>);

impl<'a, F: Form<'a>, G: Form<'a>> Form<'a> for Pair<F, G> {
    type Owned = (F::Owned, G::Owned);
    type Seen = (F::Seen, G::Seen);
    fn see(value: &'a Self::Owned) -> Self::Seen {
        (F::see(&value.0), G::see(&value.1))
    }
    fn own(seen: &Self::Seen) -> Self::Owned {
        (F::own(&seen.0), G::own(&seen.1))
    }
}

impl<'a, F: Packed<'a>, G: Packed<'a>> Packed<'a> for Pair<F, G> {
    fn write(seen: &Self::Seen, to: &mut Writer<'_>) {
        F::write(&seen.0, to);
        G::write(&seen.1, to);
    }
    fn read(from: &mut Reader<'a>) -> Option<Self::Seen> {
        Some((F::read(from)?, G::read(from)?))
    }
}

macro_rules! value_form {
    ($(#[$doc:meta])* $name:ident: $type:ty, |$value:ident, $to:ident| $write:expr, |$from:ident| $read:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl<'a> Form<'a> for $name {
            type Owned = $type;
            type Seen = $type;
            fn see(value: &'a $type) -> $type {
                *value
            }
            fn own(seen: &$type) -> $type {
                *seen
            }
        }
        impl<'a> Packed<'a> for $name {
            fn write(seen: &$type, $to: &mut Writer<'_>) {
                let $value = *seen;
                $write
            }
            fn read($from: &mut Reader<'a>) -> Option<$type> {
                $read
            }
        }
    };
}

value_form! {
    /// Yes or no.
    Flag: bool, |value, to| to.byte(u8::from(value)), |from| match from.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
value_form! {
    /// A number of either sign.
    Int: i64, |value, to| to.number(zigzag(value)), |from| from.number().map(unzigzag)
}
value_form! {
    /// A count.
    Count: u64, |value, to| to.number(value), |from| from.number()
}
value_form! {
    /// A moment.
    When: Timestamp, |value, to| write_time(value, to), |from| read_time(from)
}
value_form! {
    /// How a role was assumed.
    Method: AssumeMethod, |value, to| to.byte(method_byte(value)), |from| {
        let byte = from.byte()?;
        [AssumeMethod::Saml, AssumeMethod::WebIdentity, AssumeMethod::Role].into_iter().find(|m| method_byte(*m) == byte)
    }
}
value_form! {
    /// How bad.
    Grade: Severity, |value, to| to.byte(value.ocsf_id()), |from| {
        let byte = from.byte()?;
        let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        all.into_iter().find(|severity| severity.ocsf_id() == byte)
    }
}
value_form! {
    /// How sure.
    Sure: Confidence, |value, to| to.number(u64::from(value.get())), |from| {
        let number = from.number()?;
        u16::try_from(number).ok().map(Confidence::new).filter(|sure| u64::from(sure.get()) == number)
    }
}

impl<'a> Fed<'a> for Flag {
    fn feed(seen: &bool, raw: &mut Vec<u8>) {
        raw.push(u8::from(*seen));
    }
}

impl<'a> Fed<'a> for Int {
    fn feed(seen: &i64, raw: &mut Vec<u8>) {
        raw.extend_from_slice(&seen.to_le_bytes());
    }
}

impl<'a> Fed<'a> for Method {
    fn feed(seen: &AssumeMethod, raw: &mut Vec<u8>) {
        raw.push(method_byte(*seen));
    }
}

fn method_byte(method: AssumeMethod) -> u8 {
    match method {
        AssumeMethod::Saml => 0,
        AssumeMethod::WebIdentity => 1,
        AssumeMethod::Role => 2,
    }
}

/// Seconds are counted from here (November 2023), so that today's are short.
const EPOCH: i64 = 1_700_000_000;
/// Nanoseconds of the units that logs use; the last unit divides everything.
const UNITS: [i32; 3] = [1_000_000, 100, 1];

fn write_time(value: Timestamp, to: &mut Writer<'_>) {
    let seconds = zigzag(value.as_second().wrapping_sub(EPOCH)).wrapping_mul(4);
    let nanos = value.subsec_nanosecond();
    let fits = |unit: &i32| nanos.checked_rem(*unit) == Some(0);
    match UNITS.into_iter().zip(1u64..).find(|(unit, _)| fits(unit)) {
        Some((unit, code)) if nanos != 0 => {
            to.number(seconds | code);
            to.number(zigzag(i64::from(nanos.checked_div(unit).unwrap_or_default())));
        }
        _ => to.number(seconds),
    }
}

fn read_time(from: &mut Reader<'_>) -> Option<Timestamp> {
    let code = from.number()?;
    let seconds = unzigzag(code >> 2).checked_add(EPOCH)?;
    let nanos = match usize::try_from(code & 3).ok()?.checked_sub(1) {
        None => 0,
        Some(unit) => i32::try_from(unzigzag(from.number()?)).ok()?.checked_mul(*UNITS.get(unit)?)?,
    };
    Timestamp::new(seconds, nanos).ok()
}

/// Who is cited, as it is read in place.
#[derive(Debug, Clone, Copy)]
pub struct CiteView<'a> {
    /// Identity of the record.
    pub event: EventId,
    /// What a person cites.
    pub record: Text<'a>,
    /// When it happened.
    pub at: Timestamp,
}

/// A citation: mostly of the record itself.
#[derive(Debug)]
pub enum Cited {}

impl<'a> Form<'a> for Cited {
    type Owned = Cite;
    type Seen = CiteView<'a>;
    fn see(value: &'a Cite) -> CiteView<'a> {
        let Cite { event, record, at } = value;
        CiteView { event: *event, record: Text::Plain(record.as_str()), at: *at }
    }
    fn own(seen: &CiteView<'a>) -> Cite {
        Cite { event: seen.event, record: RecordId::new(seen.record.owned()), at: seen.at }
    }
}

impl<'a> Packed<'a> for Cited {
    fn write(seen: &CiteView<'a>, to: &mut Writer<'_>) {
        let own_event = *seen.event.0.as_bytes() == to.event;
        let own_record = seen.record.with(|record| to.is_record(record));
        to.byte(u8::from(!own_event) << 1 | u8::from(!own_record));
        if !own_event {
            to.raw(seen.event.0.as_bytes());
        }
        if !own_record {
            Id::write(&seen.record, to);
        }
        When::write(&seen.at, to);
    }
    fn read(from: &mut Reader<'a>) -> Option<CiteView<'a>> {
        let others = from.byte()?;
        let event = if others & 2 == 0 { from.event } else { from.array()? };
        let record = if others & 1 == 0 { from.record() } else { Id::read(from)? };
        let event = EventId(Digest::from_bytes(*event));
        Some(CiteView { event, record, at: When::read(from)? })
    }
}

/// The key of an AWS session, as it is read in place.
#[derive(Debug, Clone, Copy)]
pub struct SessionView<'a> {
    /// `AROA…:<session name>`.
    pub principal_id: Text<'a>,
    /// Creation date.
    pub created: Timestamp,
}

/// The key of an AWS session.
#[derive(Debug)]
pub enum Session {}

impl<'a> Form<'a> for Session {
    type Owned = AwsSessionKey;
    type Seen = SessionView<'a>;
    fn see(value: &'a AwsSessionKey) -> SessionView<'a> {
        let AwsSessionKey { principal_id, created } = value;
        SessionView { principal_id: Text::Plain(principal_id), created: *created }
    }
    fn own(seen: &SessionView<'a>) -> AwsSessionKey {
        AwsSessionKey { principal_id: seen.principal_id.owned(), created: seen.created }
    }
}

impl<'a> Packed<'a> for Session {
    fn write(seen: &SessionView<'a>, to: &mut Writer<'_>) {
        Principal::write(&seen.principal_id, to);
        When::write(&seen.created, to);
    }
    fn read(from: &mut Reader<'a>) -> Option<SessionView<'a>> {
        Some(SessionView { principal_id: Principal::read(from)?, created: When::read(from)? })
    }
}

impl<'a> Fed<'a> for Session {
    fn feed(seen: &SessionView<'a>, raw: &mut Vec<u8>) {
        Principal::feed(&seen.principal_id, raw);
        raw.extend_from_slice(&seen.created.as_second().to_le_bytes());
        raw.extend_from_slice(&seen.created.subsec_nanosecond().to_le_bytes());
    }
}

/// A provider's report, kept whole: there are few.
#[derive(Debug)]
pub enum Reported {}

impl<'a> Form<'a> for Reported {
    type Owned = Report;
    type Seen = Report;
    fn see(value: &'a Report) -> Report {
        value.clone()
    }
    fn own(seen: &Report) -> Report {
        seen.clone()
    }
}

impl<'a> Packed<'a> for Reported {
    fn write(seen: &Report, to: &mut Writer<'_>) {
        let Report { product, kind, title, severity, confidence, attack, tactics } = seen;
        [product, kind].into_iter().for_each(|text| to.symbol(text));
        to.inline(title);
        Grade::write(severity, to);
        Sure::write(confidence, to);
        for list in [attack, tactics] {
            to.number(list.len() as u64);
            list.iter().for_each(|text| to.symbol(text));
        }
    }
    fn read(from: &mut Reader<'a>) -> Option<Report> {
        let text = |from: &mut Reader<'a>| Shared::read(from).map(|text| text.owned());
        let list = |from: &mut Reader<'a>| -> Option<Vec<String>> {
            let len = from.number()?;
            (0..len).map(|_| text(from)).collect()
        };
        Some(Report {
            product: text(from)?,
            kind: text(from)?,
            title: Inline::read(from)?.owned(),
            severity: Grade::read(from)?,
            confidence: Sure::read(from)?,
            attack: list(from)?,
            tactics: list(from)?,
        })
    }
}
