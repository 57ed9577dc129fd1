//! The fast way for small gzip files: it must see what the fed machine sees, and
//! step aside for all but one sound member.

use super::*;

/// What the fast way alone makes of it.
fn fast(raw: &[u8]) -> Option<Vec<u8>> {
    let mut room = vec![0xaa; 1000];
    whole::one_member(raw, &mut room, &mut libdeflater::Decompressor::new()).map(<[u8]>::to_vec)
}

#[test]
fn it_takes_one_sound_member_and_nothing_else() {
    let body = text(5_000);
    let one = gz(&body);
    let len = one.len();
    let stored = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(&body).unwrap();
        encoder.finish().unwrap()
    };
    let changed = |at: usize| {
        let mut raw = one.clone();
        raw[at] ^= 1;
        raw
    };
    let other = {
        let mut other = body.clone();
        other[0] = b'[';
        gz(&other)
    };
    let long_name = [&one[..3], &[0x08], &one[4..10], &[b'x'; 200_000], &[0], &one[10..]].concat();
    for (name, raw, taken) in [
        ("one member", one.clone(), true),
        ("stored", stored.clone(), true),
        ("long header", gz_with_long_header(&body), true),
        ("nothing in it", gz(b""), false),
        ("cut", one[..len - 1].to_vec(), false),
        ("cut in half", one[..len / 2].to_vec(), false),
        ("checksum changed", changed(len - 8), false),
        ("length changed", changed(len - 4), false),
        ("damaged", changed(len / 2), false),
        ("twice the same", [one.clone(), one.clone()].concat(), false),
        ("two of one length", [one.clone(), other].concat(), false),
        ("two", [one.clone(), gz(b"x")].concat(), false),
        ("two, the last one larger", [gz(b"x"), one.clone()].concat(), false),
        ("padded", [one.clone(), vec![0; 8]].concat(), false),
        ("its own trailer again", [&one, &one[len - 8..]].concat(), false),
        ("a header that is too long", long_name, false),
        ("claims 60 MiB", [&one[..len - 4], &(60_u32 << 20).to_le_bytes()].concat(), false),
        ("no gzip", body.clone(), false),
        ("too short", one[..12].to_vec(), false),
        ("empty", Vec::new(), false),
    ] {
        let out = fast(&raw);
        assert_eq!(out.is_some(), taken, "{name}");
        assert!(out.is_none_or(|out| out == body), "{name}");
        // Whichever way it goes, the answer is the machine's.
        assert!(read_opened(raw.as_slice(), raw.len() as u64) == read_all(&mut raw.as_slice()), "{name}");
    }
}

#[test]
fn a_reader_keeps_nothing_of_the_file_before() {
    let (long, short) = (text(3_000), text(10));
    let mut reader = Reader::default();
    let files = [gz(&long), gz(&short), short.clone(), gz(&gz(&short)), gz(&long)[..500].to_vec(), gz(&short)];
    for raw in files {
        let mut out = Vec::new();
        let report = reader.read_open(Path::new("f"), raw.as_slice(), raw.len() as u64, &mut |chunk| {
            out.extend_from_slice(chunk);
            ControlFlow::Continue(())
        });
        assert!((out, report) == read_all(&mut raw.as_slice()));
    }
}

#[test]
fn progress_counts_the_bytes_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let progress = Arc::new(AtomicU64::new(0));
    let mut reader = Reader::new(Arc::clone(&progress));
    let mut total = 0;
    for (n, raw) in [gz(&text(100)), text(100), zstd_files::pack(&text(100)), gz(&text(9))[..20].to_vec(), Vec::new()]
        .into_iter()
        .enumerate()
    {
        let path = folder.path().join(n.to_string());
        fs::write(&path, &raw).unwrap();
        reader.read(&path, &mut |_| ControlFlow::Continue(()));
        total += raw.len() as u64;
        assert_eq!(progress.load(Ordering::Relaxed), total, "file {n}");
    }
}

/// It says it is small, and is not: what was taken already is not lost.
#[test]
fn a_file_that_grows_meanwhile_is_streamed() {
    let noise: Vec<u8> = (0..(whole::MAX_RAW as u64 + 100_000))
        .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[2])
        .collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&noise).unwrap();
    let raw = encoder.finish().unwrap();
    let (out, report) = read_opened(raw.as_slice(), 1000);
    assert!(out == noise && report.problems.is_empty());
}
