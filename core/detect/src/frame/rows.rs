//! Rows of a table, line ends in quotes included.

use super::{Framer, MAX_RECORD, Mode, Piece, TOO_LONG, byte_at, slice};

impl Framer {
    /// A row of a table ends at the first line end outside of quotes. A quote
    /// that is never closed costs its own line.
    pub(super) fn row(&mut self, buf: &[u8], mut quoted: bool, last: bool, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        while let Some(byte) = byte_at(buf, self.pos) {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => {
                    self.end_row(buf, out);
                    return true;
                }
                _ => {}
            }
            self.pos = self.pos.saturating_add(1);
            if self.pos.saturating_sub(self.start) > MAX_RECORD {
                return self.lose_row(buf, TOO_LONG, out);
            }
        }
        self.mode = Mode::Row(quoted);
        if last && quoted {
            return self.lose_row(buf, "a quote is not closed", out);
        }
        if last {
            self.end_row(buf, out);
        }
        false
    }

    fn end_row(&mut self, buf: &[u8], out: &mut dyn FnMut(Piece<'_>)) {
        let row = slice(buf, self.start, self.pos);
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        if !row.is_empty() {
            out(Piece::Row(self.start_at, row));
        }
        self.mode = Mode::Top;
    }

    fn lose_row(&mut self, buf: &[u8], why: &'static str, out: &mut dyn FnMut(Piece<'_>)) -> bool {
        out(Piece::Broken(self.start_at, why));
        let line = slice(buf, self.start, self.pos).iter().position(|b| *b == b'\n');
        self.pos = line.map_or(self.pos, |offset| self.start.saturating_add(offset));
        self.mode = Mode::Top;
        true
    }
}
