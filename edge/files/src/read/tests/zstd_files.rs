//! Zstandard: whole, in frames, in layers, cut off, damaged, and hostile.

use super::*;
use zstd::stream::raw::CParameter;

/// One frame with a checksum, as `zstd` writes it.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, 3, true)
}

fn packed(bytes: &[u8], level: i32, checksum: bool) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level).unwrap();
    encoder.include_checksum(checksum).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A frame that readers skip.
fn skipped(nibble: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&[0x50 | nibble, 0x2a, 0x4d, 0x18], length.as_slice(), content].concat()
}

/// A frame whose head asks for a window of 2 to the `log` bytes.
fn with_window(log: u32, body: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.set_parameter(CParameter::WindowLog(log)).unwrap();
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn frames_and_layers_are_told_and_joined() {
    let body = text(20_000);
    let (one, two) = body.split_at(12_345);
    let noise: Vec<u8> = (0..300_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[1]).collect();
    for (name, raw, expected, layers) in [
        ("one frame", pack(&body), body.as_slice(), 1),
        ("no checksum", packed(&body, 1, false), &body, 1),
        ("hard pressed", packed(&body, 19, true), &body, 1),
        ("size told in the head", zstd::bulk::compress(&body, 3).unwrap(), &body, 1),
        ("does not compress", pack(&noise), &noise, 1),
        ("frames", [pack(one), pack(b""), packed(two, 9, false)].concat(), &body, 1),
        ("small frames", body.chunks(5_000).flat_map(pack).collect(), &body, 1),
        (
            "skipped frames",
            [skipped(0, b"x"), pack(one), skipped(15, &noise), pack(two), skipped(3, b"")].concat(),
            &body,
            1,
        ),
        ("zstd in zstd", pack(&pack(&body)), &body, 2),
        ("zstd in gzip", gz(&pack(&body)), &body, 2),
        ("gzip in zstd", pack(&gz(&body)), &body, 2),
        ("gzip in zstd in gzip", gz(&pack(&gz(&body))), &body, 3),
        ("four layers", gz(&pack(&gz(&pack(one)))), &pack(one), 3),
        ("first bytes alone", b"\x28\xb5\x2f".to_vec(), b"\x28\xb5\x2f", 0),
        ("almost the magic", b"\x28\xb5\x2f\xfc....".to_vec(), b"\x28\xb5\x2f\xfc....", 0),
        ("text that begins like a skipped frame", b"P*M{}".to_vec(), b"P*M{}", 0),
        ("a window of 128 MiB", with_window(27, &body), &body, 1),
    ] {
        let (out, report) = decode(&raw);
        assert!(out == expected, "{name}: {} bytes instead of {}", out.len(), expected.len());
        assert_eq!((report.layers, report.problems, report.stopped), (layers, vec![], false), "{name}");
    }
}

#[test]
fn damage_is_named_after_all_that_could_be_read() {
    let body = text(40_000);
    let whole = pack(&body);
    let (len, half) = (whole.len(), whole.len() / 2);
    let changed = |at: usize| {
        let mut raw = whole.clone();
        raw[at] ^= 1;
        raw
    };
    let at = |byte: usize| format!("f@{byte}");
    // name, raw bytes, least and most decoded bytes, place, reason
    for (name, raw, least, most, place, reason) in [
        ("cut in the middle", whole[..half].to_vec(), body.len() / 3, body.len(), at(half), "cut off"),
        ("cut in the checksum", whole[..len - 2].to_vec(), body.len(), body.len(), at(len - 2), "cut off"),
        ("cut in the head", whole[..5].to_vec(), 0, 0, at(5), "cut off"),
        ("second frame cut", [&whole, &whole[..3]].concat(), body.len(), body.len(), at(len + 3), "cut off"),
        ("cut in a skipped frame", skipped(1, b"abc")[..9].to_vec(), 0, 0, at(9), "cut off"),
        ("text after it", [&whole, b"tail".as_slice()].concat(), body.len(), body.len(), at(len), "not zstd follow"),
        ("gzip after it", [whole.clone(), gz(b"x")].concat(), body.len(), body.len(), at(len), "not zstd follow"),
        (
            "checksum changed, and more after it",
            [changed(len - 1), pack(b"more\n")].concat(),
            body.len() + 5,
            body.len() + 5,
            at(len),
            "checksum does not match",
        ),
        ("reserved bits", [&whole[..4], &[whole[4] | 0x08], &whole[5..]].concat(), 0, 0, at(2), "damaged"),
        ("skipped alone", skipped(0, b"x"), 0, 0, at(0), "decodes to nothing"),
        ("inner layer cut", gz(&whole[..half]), body.len() / 3, body.len(), at(0), "in layer 2 (zstd)"),
        ("outer layer cut", pack(&gz(&body))[..half].to_vec(), 0, body.len(), at(half), "the zstd data is cut off"),
        ("a window of 256 MiB", with_window(28, b"x"), 0, 0, at(0), "asks for more memory"),
        ("a window of 2 GiB", with_window(31, b"x"), 0, 0, at(0), "asks for more memory"),
        ("an inner window of 16 MiB", gz(&with_window(24, b"x")), 0, 0, at(0), "layer 2 (zstd)"),
        (
            "a dictionary is needed",
            [&whole[..4], &[whole[4] | 1, whole[5], 7], &whole[6..]].concat(),
            0,
            0,
            at(0),
            "dictionary",
        ),
    ] {
        let (out, report) = decode(&raw);
        assert_eq!(report.problems.len(), 1, "{name}: {:?}", report.problems);
        let problem = &report.problems[0];
        assert!(problem.place == place && problem.why.contains(reason), "{name}: {problem:?}");
        assert!((least..=most).contains(&out.len()), "{name}: {} of {} bytes", out.len(), body.len());
        assert!(out.len() > body.len() || body.starts_with(&out), "{name}");
    }
}

/// Cut at any byte, all whole blocks before the cut come out, and one problem
/// says that something is missing.
#[test]
fn a_cut_loses_no_whole_block() {
    let body = text(40_000);
    let raws = [
        ("zstd", pack(&body), 128 * 1024),
        ("zstd frames", body.chunks(10_000).flat_map(pack).collect(), 10_000),
        ("gzip", gz(&body), 64 * 1024),
        ("gzip in zstd", pack(&gz(&body)), 400 * 1024),
    ];
    for (name, raw, block) in raws {
        let ends_of_frames = name == "zstd frames";
        let mut longest = 0;
        for cut in (5..raw.len()).step_by(997).chain([raw.len() - 1]) {
            let (out, report) = read_opened(&raw[..cut], cut as u64);
            assert!(body.starts_with(&out), "{name} cut at {cut}");
            assert!(report.problems.len() == 1 || ends_of_frames, "{name} cut at {cut}: {:?}", report.problems);
            assert!(
                out.len() + block * 2 > body.len() * cut / raw.len() * 9 / 10,
                "{name} cut at {cut}: only {}",
                out.len()
            );
            assert!(out.len() >= longest, "{name} cut at {cut}: less than from a shorter file");
            longest = out.len();
        }
    }
}

/// A byte changed anywhere: no panic, and what comes out before the damage is
/// what went in; without a problem nothing is lost.
#[test]
fn a_changed_byte_is_never_silent() {
    let body = text(8_000);
    for (name, raw) in [("zstd", pack(&body)), ("gzip", gz(&body))] {
        for at in (0..raw.len()).step_by(211) {
            let mut changed = raw.clone();
            changed[at] ^= 0x55;
            let (out, report) = read_opened(changed.as_slice(), changed.len() as u64);
            let told = !report.problems.is_empty() || report.layers == 0;
            // Names and times in a gzip header are nobody's business.
            assert!(told || out == body, "{name} changed at {at}: silent loss");
        }
    }
}

/// Gigabytes from kilobytes are handed out in pieces, and the consumer's word
/// ends it.
#[test]
fn a_bomb_is_streamed() {
    let layer = pack(&vec![b' '; 200 << 20]);
    let bomb = pack(&layer);
    assert!(bomb.len() < 4096, "{}", bomb.len());
    let (mut seen, mut largest) = (0_usize, 0);
    let report = Reader::default().read_open(Path::new("f"), bomb.as_slice(), bomb.len() as u64, &mut |chunk| {
        seen += chunk.len();
        largest = largest.max(chunk.len());
        if seen > 100 << 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(report.stopped && largest <= MAX_CHUNK && seen <= (100 << 20) + MAX_CHUNK, "{seen} {largest}");
}
