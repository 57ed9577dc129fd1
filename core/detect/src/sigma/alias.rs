//! Which paths of a record a rule's field name leads to.
//!
//! Rules are written for CloudTrail's names, for raw Azure rows, for the columns
//! of Log Analytics, for the names of a SIEM, and for OCSF; records come as raw
//! rows, as answers of Graph and REST, as columns, and as OCSF. For each thing
//! that rules ask for there is one [`Alias`]: all names it goes by, and all
//! places where records have it. A rule's name is looked for as it is written
//! first. All of this is worked out when rules are loaded, into a [`Plan`].

mod activity;
mod audit;
mod cloudtrail;
mod flow;
mod made;
mod risk;
mod service;
mod sign_in;
mod words;

pub(super) use words::also;

use super::LogSource;
use super::view::{Path, Values, View, walk};

/// Makes values that stand nowhere in a record as rules name them.
type Make = for<'a> fn(&View<'a>, &mut Values<'a>);

/// One thing that rules ask for.
#[derive(Debug, Clone, Copy)]
struct Alias {
    /// Names that only rules use, as [`canonical`] makes them.
    names: &'static [&'static str],
    /// Where records have it, best first; rules may use these names too.
    paths: &'static [&'static str],
    /// Where OCSF has it.
    ocsf: &'static [&'static str],
    /// Everything that is found counts, not the first alone.
    all: bool,
    made: Option<Make>,
}

impl Alias {
    /// The first place that has something.
    const fn first(
        names: &'static [&'static str],
        paths: &'static [&'static str],
        ocsf: &'static [&'static str],
    ) -> Self {
        Self { names, paths, ocsf, all: false, made: None }
    }

    /// What all places have.
    const fn all(
        names: &'static [&'static str],
        paths: &'static [&'static str],
        ocsf: &'static [&'static str],
    ) -> Self {
        Self { names, paths, ocsf, all: true, made: None }
    }

    /// The same, and what `made` makes of the record.
    const fn and(mut self, made: Make) -> Self {
        self.made = Some(made);
        self
    }

    fn goes_by(&self, canon: &str) -> bool {
        self.names.contains(&canon) || self.paths.iter().any(|path| canonical(path) == canon)
    }
}

/// The words of one log source.
struct Vocabulary {
    aliases: &'static [Alias],
    /// Beginnings of paths that stand for each other.
    prefixes: &'static [&'static [&'static str]],
    /// Beginnings of paths, and where OCSF has what follows.
    ocsf_prefixes: &'static [(&'static str, &'static str)],
    /// Rules may name a changed property or an additional detail directly.
    details: bool,
    /// Columns of `AzureDiagnostics` join names by `_` and end in their type.
    columns: bool,
}

impl Vocabulary {
    const fn of(aliases: &'static [Alias]) -> Self {
        Self { aliases, prefixes: &[], ocsf_prefixes: &[], details: false, columns: false }
    }
}

fn vocabulary(source: LogSource) -> &'static Vocabulary {
    match source {
        LogSource::CLOUDTRAIL => &cloudtrail::VOCABULARY,
        LogSource::AZURE_ACTIVITY => &activity::VOCABULARY,
        LogSource::ENTRA_SIGN_IN => &sign_in::VOCABULARY,
        LogSource::ENTRA_AUDIT => &audit::VOCABULARY,
        LogSource::ENTRA_RISK => &risk::VOCABULARY,
        LogSource::VPC_FLOW | LogSource::AZURE_FLOW => &flow::VOCABULARY,
        LogSource::OCSF => &service::NONE,
        _ => &service::VOCABULARY,
    }
}

/// A name without what differs between vocabularies: the prefixes of a SIEM and
/// of the row, letter case, underscores.
fn canonical(name: &str) -> String {
    let lower = name.to_lowercase();
    let bare = PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower);
    let bare = bare.strip_prefix("properties.").unwrap_or(bare);
    // `@odata.type` and URLs keep theirs.
    if bare.contains(['@', ':']) { bare.to_owned() } else { bare.replace('_', "") }
}

/// What SIEMs put in front of the provider's names.
const PREFIXES: [&str; 8] = [
    "azure.activitylogs.",
    "azure.auditlogs.",
    "azure.signinlogs.",
    "azure.identityprotection.",
    "azure.graphactivitylogs.",
    "azure.platformlogs.",
    "aws.cloudtrail.",
    "aws.guardduty.",
];

/// How a field is found in records of one log source.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Looked for in the record, and under its `properties`.
    own: Vec<Path>,
    /// Where else.
    others: Vec<Place>,
    all: bool,
}

#[derive(Debug)]
enum Place {
    /// As `own`, but later.
    Own(Path),
    /// In the event that was made of the record.
    Printed(String),
    /// In a record that is an OCSF event itself.
    OfOcsf(Vec<Path>),
    /// Under `unmapped` of such a record.
    Unmapped(String),
    /// A changed property, or an additional detail, by its own name.
    Detail(String),
    Made(Make),
}

/// The name under which a field is known among all fields of a log source:
/// names that are found in the same way share one.
pub(super) fn key(source: LogSource, name: &str) -> String {
    if source == LogSource::CLOUDTRAIL {
        return name.to_owned();
    }
    let canon = canonical(name);
    let shares = |alias: &Alias| alias.all && alias.paths.iter().any(|path| canonical(path) == canon);
    match vocabulary(source).aliases.iter().position(shares) {
        Some(at) => format!("{at}:"),
        None => name.to_lowercase(),
    }
}

/// How a rule's field name is found.
pub(super) fn plan(source: LogSource, name: &str) -> Plan {
    let vocabulary = vocabulary(source);
    let canon = canonical(name);
    let known = vocabulary.aliases.iter().find(|alias| alias.goes_by(&canon));
    let of_ocsf = vocabulary.aliases.iter().find(|alias| known.is_none() && alias.ocsf.contains(&name));
    let mut others: Vec<Place> = known.and_then(|alias| alias.made).map(Place::Made).into_iter().collect();
    if known.is_none() && is_ocsf_name(name) {
        others.push(Place::Printed(name.to_owned()));
    }
    if let Some(alias) = of_ocsf {
        others.extend(alias.paths.iter().map(|path| Place::Own(Path::new((*path).to_owned()))));
        others.extend(alias.made.map(Place::Made));
    }
    for (raw, ocsf) in vocabulary.ocsf_prefixes {
        others.extend(below(name, ocsf).map(|rest| Place::Own(Path::new(format!("{raw}{rest}")))));
    }
    let bare = without_prefixes(name);
    if vocabulary.details && known.is_none() && of_ocsf.is_none() && !bare.contains("odifiedProperties") {
        others.push(Place::Detail(bare.to_owned()));
    }
    let of_alias = known.iter().flat_map(|alias| alias.ocsf).map(|path| (*path).to_owned());
    let of_prefix =
        vocabulary.ocsf_prefixes.iter().filter_map(|(raw, ocsf)| Some(format!("{ocsf}{}", below(name, raw)?)));
    let in_ocsf: Vec<Path> = of_alias.chain(of_prefix).map(Path::new).collect();
    if !in_ocsf.is_empty() {
        others.push(Place::OfOcsf(in_ocsf));
    }
    others.push(Place::Unmapped(name.to_owned()));
    let own = own_paths(source, vocabulary, name, known).into_iter().map(Path::new).collect();
    Plan { own, others, all: known.is_some_and(|alias| alias.all) }
}

/// Where the record itself may have a field, best first.
fn own_paths(source: LogSource, vocabulary: &Vocabulary, name: &str, known: Option<&Alias>) -> Vec<String> {
    let mut paths = Vec::new();
    let any_case = source != LogSource::CLOUDTRAIL;
    let mut add = |path: &str| {
        let alike = |known: &String| known == path || (any_case && known.eq_ignore_ascii_case(path));
        if !path.is_empty() && !paths.iter().any(alike) {
            paths.push(path.to_owned());
        }
    };
    add(name);
    let bare = without_prefixes(name);
    if any_case {
        add(bare);
        sibling_paths(vocabulary, bare).iter().for_each(|path| add(path));
    }
    known.iter().flat_map(|alias| alias.paths).for_each(|path| add(path));
    if vocabulary.columns && (known.is_none() || bare.contains(['.', '_'])) {
        column_paths(bare).iter().for_each(|path| add(path));
    }
    paths
}

/// The name as it may stand in the row or its `properties` itself.
fn without_prefixes(name: &str) -> &str {
    let after = |prefix: &str| {
        let head = name.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| name.get(prefix.len()..)).flatten()
    };
    let bare = PREFIXES.iter().find_map(|prefix| after(prefix)).unwrap_or(name);
    match bare.get(..PROPERTIES.len()) {
        Some(head) if head.eq_ignore_ascii_case(PROPERTIES) => bare.get(PROPERTIES.len()..).unwrap_or(bare),
        _ => bare,
    }
}

const PROPERTIES: &str = "properties.";

/// The rest of `name` if it is `start` or goes on behind it with a dot.
fn below<'n>(name: &'n str, start: &str) -> Option<&'n str> {
    name.strip_prefix(start).filter(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn sibling_paths(vocabulary: &Vocabulary, name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut out = Vec::new();
    for group in vocabulary.prefixes {
        let Some(rest) = group.iter().find_map(|prefix| below(&lower, &prefix.to_lowercase())) else { continue };
        let from = name.len().saturating_sub(rest.len());
        let rest = name.get(from..).unwrap_or_default();
        out.extend(group.iter().map(|prefix| format!("{prefix}{rest}")));
    }
    out
}

/// `identity.claim.upn` is the column `identity_claim_upn_s`, and the other way.
fn column_paths(name: &str) -> Vec<String> {
    let joined: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mut out: Vec<String> = ["_s", "_d", "_b", "_g"].iter().map(|ending| format!("{joined}{ending}")).collect();
    let column = ["_s", "_d", "_b", "_g"].iter().find_map(|ending| name.strip_suffix(ending));
    out.extend(column.map(|column| column.replace('_', ".")));
    out.extend(column.map(str::to_owned));
    out
}

/// Attributes at the top of OCSF events; of single words only those that no log
/// uses for something else.
const OCSF_ATTRIBUTES: [&str; 44] = [
    "action",
    "action_id",
    "activity_id",
    "activity_name",
    "actor",
    "api",
    "category_name",
    "category_uid",
    "class_name",
    "class_uid",
    "cloud",
    "compliance",
    "confidence",
    "connection_info",
    "databucket",
    "device",
    "disposition",
    "disposition_id",
    "dst_endpoint",
    "end_time",
    "evidences",
    "finding_info",
    "group",
    "http_request",
    "http_response",
    "is_mfa",
    "message",
    "metadata",
    "observables",
    "privileges",
    "resources",
    "risk_level",
    "session",
    "severity",
    "severity_id",
    "src_endpoint",
    "start_time",
    "status",
    "status_code",
    "status_detail",
    "status_id",
    "traffic",
    "type_uid",
    "user",
];

fn is_ocsf_name(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or_default();
    OCSF_ATTRIBUTES.contains(&root)
}

impl Plan {
    pub(super) fn find<'a>(&self, view: &View<'a>) -> Values<'a> {
        if self.all { self.find_all(view) } else { self.find_first(view) }
    }

    fn find_all<'a>(&self, view: &View<'a>) -> Values<'a> {
        let mut found = Values::Missing;
        for path in &self.own {
            view.at(path, &mut found);
            view.at_inner(path, &mut found);
        }
        for place in &self.others {
            // `unmapped` is the last resort, also where all counts.
            if !matches!(place, Place::Unmapped(_)) || found.says_nothing() {
                place.find(view, &mut found);
            }
        }
        found
    }

    /// What is there but says nothing gives way to what says something.
    fn find_first<'a>(&self, view: &View<'a>) -> Values<'a> {
        let mut silent = Values::Missing;
        for path in &self.own {
            let found = own(view, path);
            if !found.says_nothing() {
                return found;
            }
            if silent.is_missing() {
                silent = found;
            }
        }
        for place in &self.others {
            let mut found = Values::Missing;
            place.find(view, &mut found);
            if !found.says_nothing() {
                return found;
            }
            if silent.is_missing() {
                silent = found;
            }
        }
        silent
    }
}

/// In the record itself, else in its `properties`.
fn own<'a>(view: &View<'a>, path: &Path) -> Values<'a> {
    let mut found = Values::Missing;
    view.at(path, &mut found);
    if found.is_missing() {
        view.at_inner(path, &mut found);
    }
    found
}

impl Place {
    fn find<'a>(&self, view: &View<'a>, found: &mut Values<'a>) {
        match self {
            Self::Own(path) => found.add_all(own(view, path)),
            Self::Printed(path) if !view.is_ocsf => found.add_all(view.ocsf(path)),
            Self::OfOcsf(paths) if view.is_ocsf => {
                for path in paths {
                    let mut one = Values::Missing;
                    walk(view.root, &path.text, false, &mut one);
                    if !one.says_nothing() || found.is_missing() {
                        found.add_all(one);
                    }
                }
            }
            Self::Unmapped(name) if view.is_ocsf => made::unmapped(view, name, found),
            Self::Detail(name) => made::detail(view, name, found),
            Self::Made(make) => make(view, found),
            Self::Printed(_) | Self::OfOcsf(_) | Self::Unmapped(_) => {}
        }
    }
}
