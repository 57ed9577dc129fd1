//! Whole, cut off and damaged files.

mod text;
mod whole_files;
mod zstd_files;

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A member whose header has every optional part: extra field, name, comment,
/// header checksum.
fn gz_with_long_header(bytes: &[u8]) -> Vec<u8> {
    let plain = gz(bytes);
    let mut out = plain[..10].to_vec();
    out[3] = 0x02 | 0x04 | 0x08 | 0x10;
    out.extend_from_slice(&[3, 0, 1, 2, 3]);
    out.extend_from_slice(b"name\0comment\0\xab\xcd");
    out.extend_from_slice(&plain[10..]);
    out
}

/// Text that compresses, but not to nothing: some 40 bytes a line.
fn text(lines: u64) -> Vec<u8> {
    (0..lines)
        .flat_map(|n| format!("{{\"n\":{n},\"h\":\"{:016x}\"}}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes())
        .collect()
}

/// Hands out `step` bytes at a time, then fails or ends.
struct Drip<'a>(&'a [u8], usize, Option<std::io::ErrorKind>);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return self.2.map_or(Ok(0), |kind| Err(kind.into()));
        }
        let count = self.1.min(self.0.len()).min(out.len());
        let (now, rest) = self.0.split_at(count);
        out[..count].copy_from_slice(now);
        self.0 = rest;
        Ok(count)
    }
}

fn read_all(reader: &mut dyn Read) -> (Vec<u8>, FileReport) {
    let mut out = Vec::new();
    let report = read_from(Path::new("f"), reader, &mut |chunk| {
        assert!(!chunk.is_empty() && chunk.len() <= MAX_CHUNK);
        out.extend_from_slice(chunk);
        ControlFlow::Continue(())
    });
    assert_eq!(report.decoded, out.len() as u64);
    (out, report)
}

/// The way of a file on the disk, which may be read whole.
fn read_opened(file: impl Read, size: u64) -> (Vec<u8>, FileReport) {
    let mut out = Vec::new();
    let report = Reader::default().read_open(Path::new("f"), file, size, &mut |chunk| {
        assert!(!chunk.is_empty() && chunk.len() <= MAX_CHUNK);
        out.extend_from_slice(chunk);
        ControlFlow::Continue(())
    });
    (out, report)
}

/// Decodes in one go, byte by byte, and as a file on the disk; all must agree.
fn decode(raw: &[u8]) -> (Vec<u8>, FileReport) {
    let whole = read_all(&mut Drip(raw, READ_SIZE, None));
    for other in [read_all(&mut Drip(raw, 7, None)), read_opened(raw, raw.len() as u64)] {
        assert_eq!(whole.1, other.1);
        assert!(whole.0 == other.0, "the content depends on how it is read");
    }
    if raw.len() < 10_000 {
        assert_eq!(whole, read_all(&mut Drip(raw, 1, None)));
    }
    whole
}

#[test]
fn content_is_told_by_its_first_bytes() {
    let body = text(20_000);
    let empty_member = gz(b"");
    let joined = [gz(&body[..1000]), empty_member.clone(), gz_with_long_header(&body[1000..])].concat();
    let padded = [gz(&body), vec![0; 1000]].concat();
    let almost = b"\x1f\x8b\x07 not gzip".to_vec();
    for (name, raw, expected, layers) in [
        ("plain", body.clone(), body.as_slice(), 0),
        ("gzip", gz(&body), &body, 1),
        ("gzip in gzip", gz(&gz(&body)), &body, 2),
        ("members", joined.clone(), &body, 1),
        ("gzip in members", [gz(&joined[..50]), gz(&joined[50..])].concat(), &body, 2),
        ("padded", padded, &body, 1),
        ("long header", gz_with_long_header(&body), &body, 1),
        ("almost the magic", almost.clone(), &almost, 0),
        ("one byte of the magic", vec![0x1f], b"\x1f", 0),
        ("gzip of one byte of the magic", gz(&[0x1f]), b"\x1f", 1),
        ("byte-order mark", b"\xef\xbb\xbf{}".to_vec(), b"\xef\xbb\xbf{}", 0),
    ] {
        let (out, report) = decode(&raw);
        assert!(out == expected, "{name}: {} bytes instead of {}", out.len(), expected.len());
        assert_eq!((report.layers, report.problems, report.stopped), (layers, vec![], false), "{name}");
    }
}

#[test]
fn damage_is_named_after_all_that_could_be_read() {
    let body = text(40_000);
    let whole = gz(&body);
    let half = whole.len() / 2;
    let broken_at = |at: usize| {
        let mut raw = whole.clone();
        raw[at..at + 64].fill(0xff);
        raw
    };
    let changed_checksum = {
        let mut raw = whole.clone();
        let at = raw.len() - 8;
        raw[at] ^= 1;
        [raw, gz(b"more\n")].concat()
    };
    let len = whole.len();
    // name, raw bytes, least and most decoded bytes, place, reason
    for (name, raw, least, most, place, reason) in [
        ("cut in the middle", whole[..half].to_vec(), body.len() / 3, body.len(), format!("f@{half}"), "cut off"),
        (
            "cut in the checksum",
            whole[..len - 3].to_vec(),
            body.len(),
            body.len(),
            format!("f@{}", len - 3),
            "before its checksum",
        ),
        ("cut in the header", whole[..5].to_vec(), 0, 0, "f@5".to_owned(), "inside a header"),
        (
            "second member cut",
            [whole.clone(), whole[..6].to_vec()].concat(),
            body.len(),
            body.len(),
            format!("f@{}", len + 6),
            "inside a header",
        ),
        (
            "text after it",
            [whole.clone(), b"tail".to_vec()].concat(),
            body.len(),
            body.len(),
            format!("f@{len}"),
            "follow the gzip data",
        ),
        (
            "text after padding",
            [whole.clone(), b"\0\0tail".to_vec()].concat(),
            body.len(),
            body.len(),
            format!("f@{}", len + 2),
            "follow the gzip data",
        ),
        (
            "checksum changed",
            changed_checksum,
            body.len() + 5,
            body.len() + 5,
            format!("f@{len}"),
            "checksum does not match",
        ),
        ("reserved flags", [&whole[..3], &[0xe0], &whole[4..]].concat(), 0, 0, "f@0".to_owned(), "header is damaged"),
        (
            "endless name",
            [&whole[..3], &[0x08], &whole[4..10], &vec![b'x'; 200_000]].concat(),
            0,
            0,
            "f@0".to_owned(),
            "unreasonably long",
        ),
        ("inner layer cut", gz(&whole[..half]), body.len() / 3, body.len(), "f@0".to_owned(), "in layer 2 (gzip)"),
        ("empty", Vec::new(), 0, 0, "f@0".to_owned(), "the file is empty"),
        ("gzip of nothing", gz(b""), 0, 0, "f@0".to_owned(), "decodes to nothing"),
    ] {
        let (out, report) = decode(&raw);
        assert_eq!(report.problems.len(), 1, "{name}: {:?}", report.problems);
        let problem = &report.problems[0];
        assert!(problem.place.starts_with(&place) && problem.why.contains(reason), "{name}: {problem:?}");
        assert!((least..=most).contains(&out.len()), "{name}: {} of {} bytes", out.len(), body.len());
        assert!(out.len() > body.len() || body.starts_with(&out), "{name}");
    }
    for at in [half, len - 200] {
        let (out, report) = decode(&broken_at(at));
        let sound = body.iter().zip(&out).take_while(|(a, b)| a == b).count();
        assert!(sound > body.len() * at / len / 2, "damage at {at}: only {sound} sound bytes");
        assert!(!report.problems.is_empty(), "damage at {at}");
    }
}

#[test]
fn layers_beyond_the_limit_are_content() {
    let (mut raw, mut expected) = (b"x".to_vec(), Vec::new());
    for n in 0..5 {
        if n == 2 {
            expected = raw.clone();
        }
        raw = gz(&raw);
    }
    let (out, report) = decode(&raw);
    assert_eq!((out, report.layers), (expected, 3));
}

#[test]
fn a_failing_disk_is_one_problem() {
    for whole in [gz(&text(1000)), zstd_files::pack(&text(40_000)), text(1000)] {
        let (half, size) = (&whole[..whole.len() / 2], whole.len() as u64);
        let failing = || Drip(half, 100, Some(io::ErrorKind::PermissionDenied));
        for (out, report) in [read_all(&mut failing()), read_opened(failing(), size), read_opened(failing(), u64::MAX)]
        {
            assert!(!out.is_empty());
            assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
            assert!(report.problems[0].why.contains("no permission"));
            assert!(report.problems[0].place.ends_with(&format!("@{}", half.len())), "{:?}", report.problems);
        }
    }
}

#[test]
fn the_consumer_can_stop() {
    let body = text(100_000);
    for raw in [gz(&body), zstd_files::pack(&body), body, gz(&gz(&text(100_000)))] {
        for size in [raw.len() as u64, u64::MAX] {
            let mut calls = 0;
            let report = Reader::default().read_open(Path::new("f"), raw.as_slice(), size, &mut |_| {
                calls += 1;
                if calls == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!((calls, report.stopped, report.problems), (2, true, vec![]));
        }
    }
}

#[test]
fn missing_files_and_large_exports_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let report = read_file(&path("none.json"), &mut |_| ControlFlow::Continue(()));
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].why.contains("no such file"), "{:?}", report.problems);

    fs::write(path("small.json"), b"{}").unwrap();
    fs::write(path("zipped.json"), gz(b"{\"a\":1}")).unwrap();
    fs::write(path("large.json"), gz(&text(100))).unwrap();
    fs::write(path("void.json"), b"").unwrap();
    let (files, problems) = read_whole(folder.path(), 100);
    let names: Vec<_> =
        files.iter().map(|f| (f.path.file_name().unwrap().to_str().unwrap(), f.bytes.as_slice())).collect();
    assert_eq!(names, [("small.json", b"{}".as_slice()), ("zipped.json", b"{\"a\":1}")]);
    let reasons: Vec<_> =
        problems.iter().map(|p| (p.place.ends_with("large.json@0"), p.why.contains("too large"))).collect();
    assert_eq!(reasons, [(true, true), (false, false)], "{problems:?}");
    assert_eq!(read_estate(&path("small.json")).0.len(), 1);
}
