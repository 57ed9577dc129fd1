//! The end of a number, by the grammar of RFC 8259.

use super::parse::Stop;

const BAD: Stop = Stop::Damage("not JSON: a number is malformed");

/// Where the number at `at` ends.
pub(super) fn end(bytes: &[u8], at: usize, inside: bool) -> Result<usize, Stop> {
    let mut scan = Scan { bytes, at, inside };
    scan.take(b'-');
    match scan.peek()? {
        Some(b'0') => scan.step(),
        Some(b'1'..=b'9') => scan.digits()?,
        _ => return Err(BAD),
    }
    if scan.peek()? == Some(b'.') {
        scan.step();
        scan.digits()?;
    }
    if let Some(b'e' | b'E') = scan.peek()? {
        scan.step();
        if let Some(b'+' | b'-') = scan.peek()? {
            scan.step();
        }
        scan.digits()?;
    }
    Ok(scan.at)
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    inside: bool,
}

impl Scan<'_> {
    /// The next byte; the end of the bytes ends a number only outside of all
    /// brackets.
    fn peek(&self) -> Result<Option<u8>, Stop> {
        match self.bytes.get(self.at) {
            None if self.inside => Err(Stop::More),
            found => Ok(found.copied()),
        }
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn take(&mut self, byte: u8) {
        if self.bytes.get(self.at) == Some(&byte) {
            self.step();
        }
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let first = self.peek()?;
        if !first.is_some_and(|b| b.is_ascii_digit()) {
            return Err(BAD);
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.step();
        }
        Ok(())
    }
}
