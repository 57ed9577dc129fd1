//! `selvedge estate` and `selvedge graph` as a user meets them: what they say of
//! good and bad inventory, and with which exit code.

use super::{Program, Story};
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const ROLES: &str = r#"{"RoleDetailList": [
    {"RoleName": "Admin", "RoleId": "AROA1", "Arn": "arn:aws:iam::111122223333:role/Admin"},
    {"RoleName": "Admin", "RoleId": "AROA2", "Arn": "arn:aws:iam::444455556666:role/Admin",
     "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"}}]}}]}"#;

#[test]
fn bad_inventory_is_named_and_strict_makes_it_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("inv/broken.json", "{\n\"a\":");
    write("inv/vpc-a.json", r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#);
    write("inv/vpc-b.json", r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.1.0.0/16"}], "NextToken": "more"}"#);
    write("inv/hostile.json", "{\"Buckets\": [{\"Name\": \"a\\u001b[2Jb\\u202e\"}]}");
    write("inv/other.json", r#"{"Widgets": []}"#);
    write("inv/classes.toml", "[[class]]\nmatch = \"x\"\ndata_class = \"purple\"\n");
    let args = ["estate", "import", "inv", "--state", "state"];
    let ran = program.expect(0, &args);
    for says in [
        "broken.json:2: not JSON",
        "vpc-b.json: contradicts inv/vpc-a.json on CidrBlock",
        "incomplete: it says that there is more",
        "classes.toml: line 3",
        "1 documents are of kinds",
        "2 resources of AWS are in no account that is known",
    ] {
        let plain: String = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains(says), "{says} is not in {}", ran.out);
    }
    let shown = program.expect(0, &["estate", "show", "bucket", "--state", "state"]).out;
    assert!(shown.contains(r"a\u{1b}[2Jb\u{202e}") && !shown.contains('\u{1b}'), "{shown}");
    program.expect(1, &["estate", "import", "inv", "--state", "state", "--strict"]);
    assert!(program.expect(0, &args).out.contains("nothing is new"));
    for (args, code, says) in [
        (&["estate", "import", "nowhere", "--state", "state"][..], "E0005", "nowhere"),
        (&["estate", "diff", "inv", "nowhere"], "E0005", "nowhere"),
        (&["estate", "show", "unicorn", "--state", "state"], "E0142", "bucket, network"),
        (&["estate", "show", "bucket", "--state", "empty"], "E0142", "selvedge estate import"),
        (&["graph", "path", "vpc-1", "nobody", "--state", "state"], "E0140", "nobody"),
        (
            &["graph", "export", "--format", "graphml", "--output", "o", "--state", "state"],
            "E0144",
            "leave --output away",
        ),
        (
            &["graph", "export", "--format", "parquet", "--output", "inv/broken.json/o", "--state", "state"],
            "E0001",
            "broken.json",
        ),
    ] {
        let ran = program.expect(1, args);
        assert!(ran.err.contains(&format!("error[{code}]")) && ran.err.contains(says), "{args:?}: {ran:#?}");
    }
    for (args, says) in [
        (&["estate"][..], "Usage:"),
        (&["estate", "import"], "<PATH>"),
        (&["estate", "diff", "inv"], "<NEW-PATH>"),
        (&["graph", "path", "a"], "<TO>"),
        (&["graph", "path", "a", "b", "--max-hops", "0"], "0 is not in 1..=50"),
        (&["graph", "path", "a", "b", "--as-of", "yesterday"], "invalid value 'yesterday'"),
        (&["graph", "neighbours", "a", "--family", "kin"], "data-flow"),
        (&["graph", "export"], "--format"),
        (&["graph", "export", "--format", "csv"], "graphml, opengraph, parquet"),
        (&["graph", "export", "--format", "parquet"], "--output"),
    ] {
        let ran = program.expect(2, args);
        assert!(ran.out.is_empty() && ran.err.contains(says), "{args:?}: {ran:#?}");
    }
}

#[test]
fn a_name_that_several_things_have_is_an_error_that_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    write(folder.path(), "inv/roles.json", ROLES);
    program.expect(0, &["estate", "import", "inv", "--state", "state"]);
    let (one, two) = ("arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::444455556666:role/Admin");
    let ran = program.expect(1, &["graph", "neighbours", "admin", "--state", "state"]);
    assert!(ran.err.contains("error[E0141]: 2 things are called admin"), "{ran:#?}");
    for arn in [one, two] {
        let id = format!("iam-role:{arn}");
        assert!(ran.err.contains(&id), "{ran:#?}");
        let told = program.expect(0, &["graph", "neighbours", &id, "--state", "state"]).out;
        assert!(told.contains("trusts iam-role") && told.contains("AssumeRolePolicyDocument statement 1"), "{told}");
    }
    let path = program.expect(0, &["graph", "path", one, two, "--state", "state"]).out;
    assert!(path.contains("<- trusts") && !path.contains("control does not pass"), "{path}");
    let back = program.expect(0, &["graph", "path", two, one, "--state", "state"]).out;
    assert!(back.contains("control does not pass all along this way"), "{back}");
    let none = program
        .expect(0, &["graph", "path", one, "aws-account:444455556666", "--max-hops", "1", "--state", "state"])
        .out;
    assert!(none.contains("no path of at most 1 hops leads to"), "{none}");
}

#[test]
fn a_diff_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    write(folder.path(), "old/r.json", ROLES);
    write(folder.path(), "new/r.json", &ROLES.replace("AROA2", "AROA3"));
    write(folder.path(), "new/b.json", r#"{"Buckets": [{"Name": "fresh"}]}"#);
    let told = program.expect(0, &["estate", "diff", "old", "new"]).out;
    insta::assert_snapshot!("estate-diff", told);
    assert_eq!(program.expect(0, &["estate", "diff", "old", "old"]).out, "nothing changed\n");
}

#[test]
fn an_inventory_that_comes_later_tells_the_same_incident() {
    let story = Story::tell();
    let whole = story.replay();
    let ran = story.program.expect(0, &["replay", "logs", "--state", "late", "--json"]);
    assert!(ran.of("incident").iter().all(|incident| incident != &whole), "without it less is known");
    story.program.expect(0, &["estate", "import", "estate", "--state", "late"]);
    let listed = story.program.expect(0, &["incidents", "--json", "--state", "late"]).objects();
    let same = |incident: &serde_json::Value| {
        ["entities", "evidence", "severity"].iter().all(|key| incident[key] == whole[key])
    };
    assert!(listed.iter().any(same), "{listed:#?} against {whole:#?}");
}
