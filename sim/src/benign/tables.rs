//! The tables of what is done, as text beside this file.
//!
//! A line that begins in the first column is something that is done: how often in
//! a million draws (in a table of reads: its share) and by whom. Below it stand
//! its steps, and below a step what else is to be said of it.

/// What is done by one actor at one time.
#[derive(Debug)]
pub(super) struct Doing {
    /// How often.
    pub(super) rate: u32,
    /// Kind of actor: the first word.
    pub(super) by: &'static str,
    /// The rest of the line: which service, for some kinds.
    pub(super) name: &'static str,
    /// The steps, in order.
    pub(super) steps: Vec<Step>,
}

/// One step: its line, and the lines below it.
#[derive(Debug)]
pub(super) struct Step {
    /// The line.
    pub(super) line: &'static str,
    /// Word and rest of each line below.
    pub(super) more: Vec<(&'static str, &'static str)>,
}

impl Step {
    /// What a line below says, by its first word.
    pub(super) fn more(&self, word: &str) -> Option<&'static str> {
        self.more.iter().find(|(first, _)| *first == word).map(|(_, rest)| *rest)
    }
}

/// Reads a table.
///
/// # Panics
/// If a line stands where none can: a slip of ours, which the tests find.
pub(super) fn read(text: &'static str) -> Vec<Doing> {
    let mut doings: Vec<Doing> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let content = line.trim_start();
        match (line.len() - content.len(), doings.last_mut()) {
            (0, _) => {
                let (rate, who) = words(content);
                let (by, name) = words(who);
                let rate = rate.parse().unwrap_or_else(|_| panic!("no rate in the table's line {line}"));
                doings.push(Doing { rate, by, name, steps: Vec::new() });
            }
            (2, Some(doing)) => doing.steps.push(Step { line: content, more: Vec::new() }),
            (4, Some(Doing { steps, .. })) if !steps.is_empty() => {
                steps.last_mut().into_iter().for_each(|step| step.more.push(words(content)));
            }
            _ => panic!("the table's line belongs to nothing: {line}"),
        }
    }
    doings
}

/// The first word and the rest.
pub(super) fn words(line: &'static str) -> (&'static str, &'static str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// How often anything of a table is done.
pub(super) fn rate(table: &[Doing]) -> u32 {
    table.iter().map(|doing| doing.rate).sum()
}
