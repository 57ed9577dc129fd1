//! The operators, as data.
//!
//! Source: "Azure role assignment condition format and syntax". Names compare
//! without case: built-in roles write `boolequals`. `StringEndsWith`,
//! `StringContains`, `StringMatches`, `NumericInRange`, the times of day, the
//! addresses and the lists are not on that page; they are what Microsoft's own
//! interpreter of the language knows.

/// Which of two comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Same,
    Less,
    LessOrSame,
    More,
    MoreOrSame,
}

impl Order {
    pub(super) fn holds(self, found: std::cmp::Ordering) -> bool {
        match self {
            Self::Same => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrSame => found.is_le(),
            Self::More => found.is_gt(),
            Self::MoreOrSame => found.is_ge(),
        }
    }
}

/// What is asked of a left and a right value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Text,
    Starts,
    Ends,
    Holds,
    Like,
    Matches,
    Number(Order),
    NumberRange,
    Bool,
    Date(Order),
    Clock(Order),
    ClockRange,
    Guid,
    Address,
    AddressRange,
    List,
    Action,
    SubOperation,
    /// Equal values of whatever kind: a quantifier without an operator.
    Value,
}

/// Which values of both sides must satisfy the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantifier {
    /// Every left value, not just one.
    pub(super) all_left: bool,
    /// Every right value, not just one.
    pub(super) all_right: bool,
}

/// One operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) name: String,
    pub(super) quantifier: Option<Quantifier>,
    pub(super) test: Test,
    pub(super) negated: bool,
    pub(super) ignore_case: bool,
}

/// Name in lower case, its test, whether it negates.
const OPERATORS: &[(&str, Test, bool)] = &[
    ("stringequals", Test::Text, false),
    ("stringnotequals", Test::Text, true),
    ("stringstartswith", Test::Starts, false),
    ("stringnotstartswith", Test::Starts, true),
    ("stringendswith", Test::Ends, false),
    ("stringnotendswith", Test::Ends, true),
    ("stringcontains", Test::Holds, false),
    ("stringnotcontains", Test::Holds, true),
    ("stringlike", Test::Like, false),
    ("stringnotlike", Test::Like, true),
    ("stringmatches", Test::Matches, false),
    ("stringnotmatches", Test::Matches, true),
    ("numericequals", Test::Number(Order::Same), false),
    ("numericnotequals", Test::Number(Order::Same), true),
    ("numericlessthan", Test::Number(Order::Less), false),
    ("numericlessthanequals", Test::Number(Order::LessOrSame), false),
    ("numericgreaterthan", Test::Number(Order::More), false),
    ("numericgreaterthanequals", Test::Number(Order::MoreOrSame), false),
    ("numericinrange", Test::NumberRange, false),
    ("boolequals", Test::Bool, false),
    ("boolnotequals", Test::Bool, true),
    ("datetimeequals", Test::Date(Order::Same), false),
    ("datetimenotequals", Test::Date(Order::Same), true),
    ("datetimelessthan", Test::Date(Order::Less), false),
    ("datetimelessthanequals", Test::Date(Order::LessOrSame), false),
    ("datetimegreaterthan", Test::Date(Order::More), false),
    ("datetimegreaterthanequals", Test::Date(Order::MoreOrSame), false),
    ("timeofdayequals", Test::Clock(Order::Same), false),
    ("timeofdaynotequals", Test::Clock(Order::Same), true),
    ("timeofdaylessthan", Test::Clock(Order::Less), false),
    ("timeofdaylessthanequals", Test::Clock(Order::LessOrSame), false),
    ("timeofdaygreaterthan", Test::Clock(Order::More), false),
    ("timeofdaygreaterthanequals", Test::Clock(Order::MoreOrSame), false),
    ("timeofdayinrange", Test::ClockRange, false),
    ("guidequals", Test::Guid, false),
    ("guidnotequals", Test::Guid, true),
    ("ipmatch", Test::Address, false),
    ("ipnotmatch", Test::Address, true),
    ("ipinrange", Test::AddressRange, false),
    ("listcontains", Test::List, false),
    ("listnotcontains", Test::List, true),
    ("actionmatches", Test::Action, false),
    ("suboperationmatches", Test::SubOperation, false),
];

const QUANTIFIERS: &[(&str, Quantifier)] = &[
    ("foranyofanyvalues", Quantifier { all_left: false, all_right: false }),
    ("forallofanyvalues", Quantifier { all_left: true, all_right: false }),
    ("foranyofallvalues", Quantifier { all_left: false, all_right: true }),
    ("forallofallvalues", Quantifier { all_left: true, all_right: true }),
];

/// The quantifier of that name.
pub(super) fn quantifier(name: &str) -> Option<Quantifier> {
    QUANTIFIERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| *found)
}

impl Operator {
    /// A quantifier that stands alone compares for equality.
    pub(super) fn bare(name: &str, quantifier: Quantifier) -> Self {
        Self {
            name: name.to_owned(),
            quantifier: Some(quantifier),
            test: Test::Value,
            negated: false,
            ignore_case: false,
        }
    }

    /// The operator of that name; `None` if there is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (base, ignore_case) = match lower.strip_suffix("ignorecase") {
            Some(base) => (base, true),
            None => (lower.as_str(), false),
        };
        let (_, test, negated) = OPERATORS.iter().find(|(known, ..)| *known == base)?;
        let has_case = matches!(test, Test::Text | Test::Starts | Test::Ends | Test::Holds | Test::Like);
        if ignore_case && !has_case {
            return None;
        }
        Some(Self { name: name.to_owned(), quantifier: None, test: *test, negated: *negated, ignore_case })
    }

    /// Under a quantifier; `None` where the test takes its right side as a whole.
    pub(super) fn under(self, name: &str, quantifier: Quantifier) -> Option<Self> {
        let whole = matches!(
            self.test,
            Test::NumberRange | Test::ClockRange | Test::AddressRange | Test::List | Test::Action | Test::SubOperation
        );
        (!whole).then(|| Self { name: format!("{name}:{}", self.name), quantifier: Some(quantifier), ..self })
    }
}

/// The functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    ToLower,
    ToUpper,
    Trim,
    NormalizeList,
    NormalizeSet,
    AddDays,
    ToTime,
    ActionMatches,
    SubOperationMatches,
}

/// Name in lower case, function, fewest and most arguments.
const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("tolower", Function::ToLower, 1, 1),
    ("toupper", Function::ToUpper, 1, 1),
    ("trim", Function::Trim, 1, 1),
    ("normalizelist", Function::NormalizeList, 1, 1),
    ("normalizeset", Function::NormalizeSet, 1, 1),
    ("adddays", Function::AddDays, 2, 2),
    ("totime", Function::ToTime, 1, 1),
    ("actionmatches", Function::ActionMatches, 1, 2),
    ("suboperationmatches", Function::SubOperationMatches, 1, 2),
];

/// The function of that name and how many arguments it takes.
pub(super) fn function(name: &str) -> Option<(Function, std::ops::RangeInclusive<usize>)> {
    let (_, function, least, most) = FUNCTIONS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some((*function, *least..=*most))
}
