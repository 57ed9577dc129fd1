//! UTF-16, long lines, and what is no text at all.

use super::*;

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn utf16_with_a_mark_becomes_utf8() {
    let line = "{\"user\":\"Zoë Łuk 日本 🦀\"}\r\n";
    let long = line.repeat(20_000);
    for (name, raw, layers) in [
        ("little", utf16(&long, false), 0),
        ("big", utf16(&long, true), 0),
        ("gzip", gz(&utf16(&long, false)), 1),
        ("zstd in gzip", gz(&zstd_files::pack(&utf16(&long, true))), 2),
    ] {
        let (out, report) = decode(&raw);
        assert!(out == long.as_bytes(), "{name}");
        assert_eq!((report.layers, report.problems), (layers, vec![]), "{name}");
    }
}

#[test]
fn unsound_utf16_is_one_problem() {
    let with = |units: &[u16]| -> Vec<u8> {
        [0xfeff, u16::from(b'a')].iter().chain(units).flat_map(|unit| unit.to_le_bytes()).collect()
    };
    for (name, raw, expected, place, reason) in [
        ("a lone high one", with(&[0xd83e, 0x62]), "a\u{fffd}b", "f@8", "not sound"),
        ("a lone low one", with(&[0xdd80, 0x62]), "a\u{fffd}b", "f@6", "not sound"),
        ("two high ones", with(&[0xd83e, 0xd83e, 0xdd80]), "a\u{fffd}🦀", "f@8", "not sound"),
        ("a high one at the end", with(&[0x62, 0xd83e]), "ab\u{fffd}", "f@8", "not sound"),
        ("many", with(&[0xdd80; 1000]), &format!("a{}", "\u{fffd}".repeat(1000)), "f@6", "not sound"),
        ("half a character", [with(&[0x62]), vec![0]].concat(), "ab", "f@7", "inside a character"),
        ("the mark alone", vec![0xff, 0xfe], "", "f@0", "decodes to nothing"),
    ] {
        let (out, report) = decode(&raw);
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}");
        assert_eq!(report.problems.len(), 1, "{name}: {:?}", report.problems);
        assert_eq!(report.problems[0].place, place, "{name}");
        assert!(report.problems[0].why.contains(reason), "{name}: {:?}", report.problems);
    }
    for alone in [vec![0xff], vec![0xfe], vec![0xff, 0x00]] {
        assert_eq!(
            decode(&alone),
            (alone.clone(), FileReport { decoded: alone.len() as u64, ..FileReport::default() })
        );
    }
}

/// A line of 100 MB, made while it is read.
struct Line(usize);

impl Read for Line {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(self.0);
        out[..count].fill(b'x');
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn a_line_of_100_megabytes_comes_in_pieces() {
    let length = 100_000_000;
    let mut pressed = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut Line(length), &mut pressed).unwrap();
    let pressed = pressed.finish().unwrap();
    for (name, mut file) in
        [("plain", Box::new(Line(length)) as Box<dyn Read>), ("gzip", Box::new(pressed.as_slice()) as Box<dyn Read>)]
    {
        let (mut seen, mut largest) = (0_usize, 0);
        let mut reader = Reader::default();
        let report = reader.read_open(Path::new("f"), &mut file, 1, &mut |chunk| {
            seen += chunk.len();
            largest = largest.max(chunk.len());
            ControlFlow::Continue(())
        });
        assert_eq!((seen, report.problems), (length, vec![]), "{name}");
        let kept = reader.raw.capacity() + reader.room.capacity();
        assert!(largest <= MAX_CHUNK && kept < 2 << 20, "{name}: pieces of {largest}, {kept} kept");
    }
}

#[test]
fn an_unreadable_file_is_a_problem() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closed.json");
        fs::write(&path, b"{}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
        if File::open(&path).is_ok() {
            eprintln!("skipped: an unreadable file (this user may read everything)");
            return;
        }
        let report = read_file(&path, &mut |_| ControlFlow::Continue(()));
        assert!(report.problems.len() == 1 && report.problems[0].why.contains("no permission"), "{report:?}");
    }
}
