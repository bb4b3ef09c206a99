//! What a log means, as a person or a script says it on the command line.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]
#![allow(dead_code, reason = "the common helpers serve other tests too")]

mod common;

use common::Bench;

/// Names that nobody could guess.
const LOG: &str = "\
a,b,c,d
ann,2010-03-04 09:00,red tea,view
ann,2010-03-05 09:00,blue cup,buy
bob,2010-03-06 09:00,blue cup,view
";

const FLAGS: &str = "--user a --time b --text c --kind d --where d!=wink --kind-weights view=0.5";

fn inspected(bench: &Bench, words: &str) -> (serde_json::Value, String) {
    let ended = bench.run(words);
    (serde_json::from_str(&ended.done().stdout).unwrap(), ended.stderr)
}

#[test]
fn what_is_remembered_is_taken_next_time_and_said() {
    let bench = Bench::new();
    bench.file("march.csv", LOG);
    bench.file("april.csv", LOG.replace("2010-03", "2010-04").replace("view", "wink"));
    let guessed = bench.run("inspect march.csv");
    assert!(guessed.message(2).contains("--user COL"), "{guessed:?}");
    inspected(&bench, &format!("inspect march.csv {FLAGS} --json --quiet"));
    assert_eq!(bench.run("inspect april.csv").code, Some(2), "nothing is kept unasked");

    let (_, said) = inspected(&bench, &format!("inspect march.csv {FLAGS} --remember --json --quiet"));
    assert!(said.contains("Kept for the next log"), "{said}");
    let (found, said) = inspected(&bench, "inspect april.csv --json --quiet");
    assert!(said.contains("as last time") && said.contains("d!=wink") && said.contains("--fresh"), "{said}");
    assert_eq!(found["rejected"][0]["reason"], "filtered_out");
    assert_eq!((&found["rows_kept"], &found["rejected"][0]["rows"]), (&1.into(), &2.into()));
    assert_eq!(bench.run("inspect april.csv --fresh").code, Some(2), "--fresh does without");

    let words = "inspect april.csv --fresh --remember --user a --time b --text c --json";
    let (plain, _) = inspected(&bench, words);
    assert_eq!(plain["rows_kept"], 3, "what is said now takes the place of what was said then");
    let (again, _) = inspected(&bench, "inspect march.csv --json");
    assert_eq!(again["rows_kept"], 3);
}

#[test]
fn inspect_tells_kinds_and_what_is_switched_off() {
    let bench = Bench::new();
    bench.file("log.csv", LOG);
    let (found, _) = inspected(&bench, &format!("inspect log.csv {FLAGS} --json"));
    assert_eq!(found["kinds"][0]["kind"], "view");
    assert_eq!((&found["kinds"][0]["weight"], &found["kinds"][0]["meaning"]), (&0.5.into(), &"view".into()));
    assert!(found["switched_off"].as_array().unwrap().iter().any(|off| off["needs"][0] == "item"), "{found:#}");
    assert_eq!(found["flagged"].as_array().unwrap().len(), 0);
    let spoken = bench.run(&format!("inspect log.csv {FLAGS}"));
    for said in ["Kinds of events", "Switched off", "no column is the item"] {
        assert!(spoken.done().stdout.contains(said), "{said}: {spoken:?}");
    }
    for (flags, says) in [
        ("--where Country", "COL=VALUE"),
        ("--kind-weights view", "purchase=1,view=0.1"),
        ("--where e=1", "to filter by"),
    ] {
        let refused = bench.run(&format!("inspect log.csv --user a --time b --text c {flags}"));
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains(says), "{flags}: {refused:?}");
    }
}
