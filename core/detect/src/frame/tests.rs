//! Framing: envelopes, lines, damage, limits, and any bytes in any chunks.

use super::*;
use proptest::prelude::*;

fn frame(bytes: &[u8], chunk: usize) -> Vec<String> {
    let mut framer = Framer::new();
    let mut out = Vec::new();
    let mut take = |piece: Piece<'_>| {
        out.push(match piece {
            Piece::Json(at, b, _) => format!("{}:{} {}", at.line, at.starts_line, String::from_utf8_lossy(b)),
            Piece::Line(at, b) => format!("{} line {}", at.line, String::from_utf8_lossy(b)),
            Piece::Row(at, b) => format!("{} row {}", at.line, String::from_utf8_lossy(b)),
            Piece::Broken(at, why) => format!("{} broken {why}", at.line),
        });
    };
    for part in bytes.chunks(chunk.max(1)) {
        framer.push(part, &mut take);
    }
    framer.finish(&mut take);
    out
}

fn check(text: &str, expect: &[&str]) {
    for chunk in [1, 2, 3, 7, 1000] {
        assert_eq!(frame(text.as_bytes(), chunk), expect, "chunk {chunk} of {text:?}");
    }
}

#[test]
fn envelopes() {
    check("{\"Records\":[{\"a\":1},{\"b\":\"}{\"}]}", &["1:false {\"a\":1}", "1:false {\"b\":\"}{\"}"]);
    check("{\"records\": [\n {\"a\":[1,{}]} ]}\n", &["2:true {\"a\":[1,{}]}"]);
    check("\u{feff}[{\"a\":1}\n,{\"a\":2}]", &["1:false {\"a\":1}", "2:false {\"a\":2}"]);
    check("{\"@odata.context\":\"x\",\"value\":[{\"a\":1}],\"n\":{\"k\":[]}}", &["1:false {\"a\":1}"]);
    check("{\"Records\":[]}", &[]);
    check("{\"value\":[1,2],\"a\":3}", &["1:true {\"value\":[1,2],\"a\":3}"]);
    check("{\"x\":{\"Records\":[{}]}}", &["1:true {\"x\":{\"Records\":[{}]}}"]);
}

#[test]
fn tables() {
    check(
        "a,b,c\n1,\"x\ny\",3\r\n{\"q\":1},2,3\n\n7,8,9",
        &["1 row a,b,c", "2 row 1,\"x\ny\",3", "4 row {\"q\":1},2,3", "6 row 7,8,9"],
    );
    check("a,b,c\n1,\"x,3\n4,5,6\n", &["1 row a,b,c", "2 broken a quote is not closed", "3 row 4,5,6"]);
    check("hello\na,b,c\n", &["1 line hello", "2 line a,b,c"]);
    // A column without a name, cells without a value.
    check(",a,b,c\n1,2,3,4\n,,3,\n 1,2,3,4\n", &["1 row ,a,b,c", "2 row 1,2,3,4", "3 row ,,3,", "4 row  1,2,3,4"]);
    check(",{\"a\":1}", &["1:false {\"a\":1}"]);
}

#[test]
fn lines_and_objects() {
    check("{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}", &["1:true {\"a\":1}", "2:true {\"a\":2}", "4:true {\"a\":3}"]);
    check("{\n \"a\": {\n\"b\":\"x\\\"\"}}{\"c\":1}", &["1:true {\n \"a\": {\n\"b\":\"x\\\"\"}}", "3:false {\"c\":1}"]);
    check("{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}", &["1:false {\"a\":1}", "2:false {\"a\":2}"]);
    check("version account-id\n2 123\n", &["1 line version account-id", "2 line 2 123"]);
    check("", &[]);
}

#[test]
fn damage_costs_one_record() {
    check(
        "{\"a\":1}\n{\"a\": \"x\n{\"a\":3}\n",
        &["1:true {\"a\":1}", "2 broken a string is not closed on its line", "3:true {\"a\":3}"],
    );
    check(
        "{\"a\":1}\n{\"a\": {\"b\":\n{\"a\":3}\n{\"a\":4}\n",
        &["1:true {\"a\":1}", "2 broken a value begins where none may stand", "3:true {\"a\":3}", "4:true {\"a\":4}"],
    );
    check(
        "{\"Records\":[{\"a\":1},{\"a\":",
        &["1:false {\"a\":1}", "1 broken the record is cut off: the file ends inside it"],
    );
    // Damage long before the end of the file is named as what it is, too.
    check("{\"a\":1}\n{\"a\":tru, \"b\":{\"c\":1}\n", &["1:true {\"a\":1}", "2 broken not JSON: a value was expected"]);
    let good = "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}";
    let text = format!("{{\"Records\":[{good},{{\"a\" \"b\",\"r\":[{{\"x\":1}},{{\"x\":2}}]}},{good}]}}");
    let first = format!("1:false {good}");
    check(&text, &[&first, "1 broken a comma or colon is missing", &first]);
}

/// What looks like the end of the records may be damage: it is said, and what
/// stands on the next line is read.
#[test]
fn damage_behind_the_records() {
    check(
        "{\"Records\":[{\"a\":1}], \"b\" \"c\"}\n{\"d\":2}",
        &["1:false {\"a\":1}", "1 broken a comma or colon is missing", "2:true {\"d\":2}"],
    );
    // Cut off behind its records: none of them is lost.
    check("{\"Records\":[{\"a\":1}], \"b\":", &["1:false {\"a\":1}"]);
    check("{\"Records\":[{\"a\":1}]", &["1:false {\"a\":1}"]);
}

#[test]
fn a_record_past_the_limit_is_a_problem_and_is_not_kept() {
    let mut framer = Framer::new();
    let mut seen = Vec::new();
    let mut take = |piece: Piece<'_>| {
        seen.push(match piece {
            Piece::Json(..) => "json",
            Piece::Line(..) | Piece::Row(..) => "line",
            Piece::Broken(_, TOO_LONG) => "too long",
            Piece::Broken(..) => "broken",
        });
    };
    framer.push(b"{\"a\":1}\n{\"b\":\"", &mut take);
    let filler = vec![b'x'; 1024 * 1024];
    for _ in 0..20 {
        framer.push(&filler, &mut take);
        assert!(framer.rest.len() <= MAX_RECORD + 2 * filler.len());
    }
    framer.push(b"\"}\n{\"c\":1}\n", &mut take);
    framer.finish(&mut take);
    assert_eq!(seen, ["json", "too long", "json"]);
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks_give_the_same_pieces(bytes in proptest::collection::vec(prop_oneof![
        Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b'\\'), Just(b','), Just(b':'),
        Just(b'\n'), Just(b' '), Just(b'a'), any::<u8>()], 0..200), chunk in 1usize..20) {
        prop_assert_eq!(frame(&bytes, chunk), frame(&bytes, 1000));
    }

    #[test]
    fn well_formed_objects_come_through_in_every_envelope(
        values in proptest::collection::vec(proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,12}", 0..4), 0..8),
        chunk in 1usize..40, envelope in 0usize..4) {
        let objects: Vec<String> = values.iter().map(|v| serde_json::to_string(v).unwrap()).collect();
        let text = match envelope {
            0 => objects.join("\n"),
            1 => format!("{{\"Records\":[{}]}}", objects.join(",")),
            2 => format!("[{}]", objects.join(" ,\n ")),
            _ => objects.join(""),
        };
        let got: Vec<String> = frame(text.as_bytes(), chunk).into_iter()
            .map(|s| s.split_once(' ').unwrap().1.to_owned()).collect();
        prop_assert_eq!(got, objects);
    }
}
