//! Texts that a regular expression cannot match without.
//!
//! Only what is plainly literal counts; whatever is not understood here gives
//! nothing, so that the expression itself is asked.

/// Alternatives beyond this are not worth a look at each.
const MAX_TEXTS: usize = 64;
/// Shorter texts stand nearly everywhere.
const MIN_LENGTH: usize = 3;
/// Groups within groups.
const MAX_DEPTH: u8 = 32;

/// Texts in lower case, one of which every match has in it. Empty if nothing of
/// the kind is known.
pub(super) fn texts(pattern: &str) -> Vec<String> {
    let mut reader = Reader { rest: pattern.chars().peekable(), depth: MAX_DEPTH };
    let node = reader.alternatives();
    let whole = node.filter(|_| reader.rest.next().is_none());
    let needs = whole.and_then(Node::needs).unwrap_or_default();
    if needs.iter().all(|text| text.len() >= MIN_LENGTH) { needs } else { Vec::new() }
}

/// What is known of a part of an expression.
#[derive(Debug, Clone)]
enum Node {
    /// It matches this text and nothing else, but for case.
    Text(String),
    /// Every match has one of these in it.
    Needs(Vec<String>),
    Unknown,
}

impl Node {
    fn needs(self) -> Option<Vec<String>> {
        match self {
            Self::Text(text) if text.is_empty() => None,
            Self::Text(text) => Some(vec![text]),
            Self::Needs(texts) => Some(texts),
            Self::Unknown => None,
        }
    }
}

/// The better of two: the one whose shortest text is longer.
fn better(left: Option<Vec<String>>, right: Option<Vec<String>>) -> Option<Vec<String>> {
    let shortest = |texts: &Option<Vec<String>>| texts.as_ref().and_then(|all| all.iter().map(String::len).min());
    if shortest(&right) > shortest(&left) { right } else { left }
}

struct Reader<'p> {
    rest: std::iter::Peekable<std::str::Chars<'p>>,
    depth: u8,
}

/// `None` everywhere: not understood.
impl Reader<'_> {
    fn alternatives(&mut self) -> Option<Node> {
        let mut branches = vec![self.sequence()?];
        while self.rest.next_if_eq(&'|').is_some() {
            branches.push(self.sequence()?);
        }
        if branches.len() == 1 {
            return branches.pop();
        }
        let mut all = Vec::new();
        for branch in branches {
            let Some(needs) = branch.needs() else { return Some(Node::Unknown) };
            all.extend(needs);
        }
        Some(if all.len() <= MAX_TEXTS { Node::Needs(all) } else { Node::Unknown })
    }

    fn sequence(&mut self) -> Option<Node> {
        let (mut run, mut best, mut only_text) = (String::new(), None, true);
        while let Some(next) = self.rest.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            match self.repeated(atom)? {
                Node::Text(text) => run.push_str(&text),
                other => {
                    only_text = false;
                    best = better(best, Node::Text(std::mem::take(&mut run)).needs());
                    best = better(best, other.needs());
                }
            }
        }
        if only_text {
            return Some(Node::Text(run));
        }
        Some(better(best, Node::Text(run).needs()).map_or(Node::Unknown, Node::Needs))
    }

    /// What follows an atom may make it optional.
    fn repeated(&mut self, atom: Node) -> Option<Node> {
        let Some(sign) = self.rest.next_if(|c| matches!(c, '*' | '+' | '?' | '{')) else { return Some(atom) };
        let least = match sign {
            '+' => 1,
            '{' => {
                let mut count = String::new();
                while let Some(c) = self.rest.next_if(|c| *c != '}') {
                    count.push(c);
                }
                self.rest.next()?;
                count.split(',').next().unwrap_or_default().trim().parse::<u32>().ok()?
            }
            _ => 0,
        };
        // Lazy, or a repetition of a repetition.
        while self.rest.next_if(|c| matches!(c, '?' | '+' | '*')).is_some() {}
        Some(if least == 0 { Node::Unknown } else { atom.needs().map_or(Node::Unknown, Node::Needs) })
    }

    fn atom(&mut self) -> Option<Node> {
        match self.rest.next()? {
            '(' => self.group(),
            '[' => self.class(),
            '.' => Some(Node::Unknown),
            // Places, which take no text.
            '^' | '$' => Some(Node::Text(String::new())),
            '\\' => self.escape(),
            '*' | '+' | '?' | '{' => None,
            c if c.is_ascii() => Some(Node::Text(c.to_ascii_lowercase().to_string())),
            _ => Some(Node::Unknown),
        }
    }

    fn escape(&mut self) -> Option<Node> {
        match self.rest.next()? {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => Some(Node::Unknown),
            'b' | 'B' | 'A' | 'z' => Some(Node::Text(String::new())),
            'n' | 't' | 'r' => Some(Node::Unknown),
            c if c.is_ascii_punctuation() => Some(Node::Text(c.to_string())),
            _ => None,
        }
    }

    fn class(&mut self) -> Option<Node> {
        self.rest.next_if_eq(&'^');
        // A bracket that comes first is meant as it is.
        self.rest.next_if_eq(&']');
        loop {
            match self.rest.next()? {
                ']' => return Some(Node::Unknown),
                '\\' => {
                    self.rest.next()?;
                }
                '[' => return None,
                _ => {}
            }
        }
    }

    fn group(&mut self) -> Option<Node> {
        self.depth = self.depth.checked_sub(1)?;
        if self.rest.next_if_eq(&'?').is_some() {
            let mut flags = String::new();
            loop {
                match self.rest.next()? {
                    ':' => break,
                    ')' if !flags.contains(['x', '<', 'P', '=', '!']) => {
                        self.depth = self.depth.saturating_add(1);
                        return Some(Node::Text(String::new()));
                    }
                    '>' if flags.contains('<') => break,
                    c => flags.push(c),
                }
            }
            if flags.contains('x') && !flags.contains('<') {
                return None;
            }
        }
        let node = self.alternatives()?;
        self.depth = self.depth.saturating_add(1);
        self.rest.next_if_eq(&')')?;
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_missing() {
        for (pattern, expected) in [
            ("(?i)^Microsoft\\.Insights/x$", vec!["microsoft.insights/x"]),
            ("abc|def", vec!["abc", "def"]),
            ("abc|d.f", vec![]),
            ("(?:abcd|efgh)+xyz", vec!["abcd", "efgh"]),
            ("a(?:bc)?def", vec!["def"]),
            ("abc{0,3}def", vec!["def"]),
            ("abc*", vec![]),
            ("(abc)*defg", vec!["defg"]),
            ("x[ab]yzw", vec!["yzw"]),
            ("x[]a]yzw", vec!["yzw"]),
            ("[[:alpha:]]yzw", vec![]),
            (".+", vec![]),
            ("^(python|node|go-http)", vec!["python", "node", "go-http"]),
            ("(?P<n>abc)d", vec!["abcd"]),
            ("(?x) a b c d", vec![]),
            ("\\p{L}abcd", vec![]),
            ("(((abc", vec![]),
            ("\"deviceId\":\"[^\"]", vec!["\"deviceid\":\""]),
            ("[0-9]{12}:role/", vec![":role/"]),
            ("Straße", vec!["stra"]),
        ] {
            let found = texts(pattern);
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
