//! Databases made by hand, right and wrong.

use super::*;
use std::net::Ipv4Addr;

/// A value of the format: text, number of 16, 32 or 64 bits, or map.
enum Data<'a> {
    Text(&'a str),
    Short(u16),
    Number(u32),
    Long(u64),
    Map(Vec<(&'a str, Data<'a>)>),
    /// A list with nothing in it.
    Nothing,
}

/// The encoding of MaxMind's format, version 2, of values with fewer than 29 parts.
fn encode(data: &Data<'_>, out: &mut Vec<u8>) {
    match data {
        Data::Text(text) => {
            out.push(2 << 5 | u8::try_from(text.len()).unwrap());
            out.extend(text.as_bytes());
        }
        Data::Number(number) => {
            out.push(6 << 5 | 4);
            out.extend(number.to_be_bytes());
        }
        Data::Short(number) => {
            out.push(5 << 5 | 2);
            out.extend(number.to_be_bytes());
        }
        // A kind beyond the eighth stands in a byte of its own.
        Data::Long(number) => {
            out.extend([8, 9 - 7]);
            out.extend(number.to_be_bytes());
        }
        Data::Nothing => out.extend([0, 11 - 7]),
        Data::Map(parts) => {
            out.push(7 << 5 | u8::try_from(parts.len()).unwrap());
            for (name, part) in parts {
                encode(&Data::Text(name), out);
                encode(part, out);
            }
        }
    }
}

/// A database that knows whole networks by their first byte.
fn database(kind: &str, rows: &[(u8, Data<'_>)]) -> Vec<u8> {
    // A node is two numbers: below 1,000 a node, from there on a row, none else.
    let mut nodes: Vec<[Option<usize>; 2]> = vec![[None; 2]];
    for (row, (first, _)) in rows.iter().enumerate() {
        let mut at = 0;
        for bit in 0..8 {
            let side = usize::from(first >> (7 - bit) & 1);
            at = match (bit, nodes[at][side]) {
                (7, _) => {
                    nodes[at][side] = Some(1_000 + row);
                    break;
                }
                (_, Some(next)) => next,
                (_, None) => {
                    nodes.push([None; 2]);
                    let next = nodes.len() - 1;
                    nodes[at][side] = Some(next);
                    next
                }
            };
        }
    }
    let (mut data, mut places) = (Vec::new(), Vec::new());
    for (_, row) in rows {
        places.push(data.len());
        encode(row, &mut data);
    }
    let mut out = Vec::new();
    for side in nodes.iter().flatten() {
        let value = match side {
            None => nodes.len(),
            Some(row) if *row >= 1_000 => nodes.len() + 16 + places[row - 1_000],
            Some(node) => *node,
        };
        out.extend(&u32::try_from(value).unwrap().to_be_bytes()[1..]);
    }
    out.extend([0; 16]);
    out.extend(data);
    out.extend(b"\xab\xcd\xefMaxMind.com");
    let meta = vec![
        ("binary_format_major_version", Data::Short(2)),
        ("binary_format_minor_version", Data::Short(0)),
        ("build_epoch", Data::Long(1)),
        ("database_type", Data::Text(kind)),
        ("description", Data::Map(vec![])),
        ("ip_version", Data::Short(4)),
        ("languages", Data::Nothing),
        ("node_count", Data::Number(u32::try_from(nodes.len()).unwrap())),
        ("record_size", Data::Short(24)),
    ];
    encode(&Data::Map(meta), &mut out);
    out
}

fn country(code: &str) -> Data<'_> {
    Data::Map(vec![("country", Data::Map(vec![("iso_code", Data::Text(code))]))])
}

fn opened(files: &[Vec<u8>]) -> Result<Geo, String> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..files.len()).map(|n| folder.path().join(format!("{n}.mmdb"))).collect();
    paths.iter().zip(files).for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
    Geo::open(&paths).map_err(|error| {
        assert!(error.to_string().contains(".mmdb: "), "{error}");
        error.why
    })
}

#[test]
fn files_answer_together_and_the_first_that_knows_counts() {
    let countries = database("GeoLite2-Country", &[(192, country("de")), (203, country("KP"))]);
    let asn = |number| Data::Map(vec![("autonomous_system_number", Data::Number(number))]);
    let networks = database("GeoLite2-ASN", &[(192, asn(3320))]);
    let flat = Data::Map(vec![("country", Data::Text("AT")), ("asn", Data::Text("AS131279"))]);
    let other = database("both", &[(203, flat)]);
    let geo = opened(&[countries, networks, other]).unwrap();
    let check = |first: u8, expect: Option<(Option<&str>, Option<i64>)>| {
        let found = geo.locate(Ipv4Addr::new(first, 0, 2, 1).into());
        let found = found.as_ref().map(|found| (found.country.as_deref(), found.asn));
        assert_eq!(found, expect, "{first}");
    };
    check(192, Some((Some("DE"), Some(3320))));
    check(203, Some((Some("KP"), Some(131_279))));
    check(8, None);
    assert_eq!(geo.locate("2001:db8::1".parse().unwrap()), None, "the files know no IPv6");
}

#[test]
fn what_is_no_database_or_tells_nothing_of_use_is_an_error() {
    let check = |bytes: Vec<u8>, why: &str| {
        let found = opened(&[bytes]).err().unwrap_or_default();
        assert!(found.starts_with(why), "{found}");
    };
    check(b"a text".to_vec(), "it is no database in MaxMind's format");
    check(Vec::new(), "it is no database in MaxMind's format");
    let anonymous = || Data::Map(vec![("is_anonymous", Data::Text("yes"))]);
    check(database("GeoIP2-Anonymous-IP", &[(192, anonymous())]), "it tells neither countries nor networks");
    check(database("GeoLite2-Country", &[]), "it tells neither countries nor networks");
    // Data that lead nowhere.
    let mut damaged = database("GeoLite2-Country", &[(192, country("DE"))]);
    let at = damaged.windows(7).position(|part| part == b"country").unwrap();
    damaged[at - 1] = 0xff;
    check(damaged, "the database is damaged");
    let missing = Geo::open(&[PathBuf::from("nowhere.mmdb")]).unwrap_err();
    assert!(missing.to_string().starts_with("nowhere.mmdb: "), "{missing}");
}
