//! Vectors kept between runs: what is computed once, what survives a kill, and two processes at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftline::language::{
    Device, DeviceChoice, Embedded, Embedding, LanguageError, Precision, PrecisionChoice, Vectors, default_model_dir,
};
use driftline::observe::{CancelToken, CurvePoint, Observer, Progress, Watch};

/// A model with two layers and random weights.
fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/language_models/bert")
}

fn embedding(cache: &Path) -> Embedding {
    let device = Device::pick(DeviceChoice::Cpu).unwrap();
    Embedding { model: tiny(), cache: cache.to_owned(), device, precision: Precision::F32 }
}

fn embed(cache: &Path, texts: &[String]) -> (Vectors, Embedded) {
    embedding(cache).all(texts, &Watch::silent()).unwrap()
}

fn goods(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{} {} number {n}", ["red", "blue"][n % 2], ["mug", "lamp", "clock"][n % 3])).collect()
}

fn segments(cache: &Path) -> Vec<PathBuf> {
    let models = fs::read_dir(cache.join("vectors")).unwrap().map(|model| model.unwrap().path());
    models.flat_map(|model| fs::read_dir(model).unwrap()).map(|file| file.unwrap().path()).collect()
}

fn largest_difference(a: &Vectors, b: &Vectors) -> f32 {
    assert_eq!((a.dim, a.len()), (b.dim, b.len()));
    a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn kept_vectors_are_the_computed_ones() {
    let (texts, cache) = (goods(40), tempfile::tempdir().unwrap());
    let (some, first) = embed(cache.path(), &texts[..5]);
    assert_eq!((first.texts, first.distinct, first.kept), (5, 5, 0));
    let (all, second) = embed(cache.path(), &texts);
    assert_eq!((second.texts, second.distinct, second.kept), (40, 40, 5));
    assert!(second.texts_per_second().is_some_and(|rate| rate > 0.0));
    assert_eq!(all.data[..some.data.len()], some.data, "the first five were kept");
    let (again, third) = embed(cache.path(), &texts);
    assert_eq!((again, third.kept, third.texts_per_second()), (all.clone(), 40, None));
    let doubled: Vec<String> = texts.iter().rev().chain(&texts).cloned().collect();
    assert_eq!(embed(cache.path(), &doubled).0.row(texts.len() - 1), all.row(0));

    for path in segments(cache.path()) {
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let (mended, fourth) = embed(cache.path(), &texts);
    assert_eq!(fourth.kept, 0);
    assert!(largest_difference(&mended, &all) < 1e-5, "broken segments are embedded anew");
}

#[test]
fn texts_that_the_tokenizer_does_not_tell_apart_are_embedded_once() {
    let cache = tempfile::tempdir().unwrap();
    let texts = ["Red Mug", " red  mug ", "RED MUG", "red lamp", "red\tmug"].map(String::from);
    let (vectors, done) = embed(cache.path(), &texts);
    assert_eq!((done.texts, done.distinct), (5, 2));
    for same in [1, 2, 4] {
        assert_eq!(vectors.row(same), vectors.row(0));
    }
    assert_ne!(vectors.row(3), vectors.row(0));
    assert_eq!(embed(cache.path(), &["rED mug".to_owned()]).1.kept, 1, "in the next run as well");
}

#[test]
fn texts_that_lose_their_ends_are_counted() {
    let cache = tempfile::tempdir().unwrap();
    let texts = ["red ".repeat(500), "mug".to_owned(), "red ".repeat(600)];
    let (vectors, done) = embed(cache.path(), &texts);
    assert_eq!((done.cut, done.distinct), (2, 2));
    assert_eq!(vectors.row(0), vectors.row(2), "what is left of them is the same");
    assert_eq!(embed(cache.path(), &texts).1.cut, 2, "also when the vectors were kept");
}

#[test]
fn another_precision_has_vectors_of_its_own() {
    let (texts, cache) = (goods(3), tempfile::tempdir().unwrap());
    embed(cache.path(), &texts);
    let exact = embedding(cache.path());
    let half = Embedding { precision: Precision::pick(PrecisionChoice::Bf16, exact.device), ..exact };
    assert_eq!(half.all(&texts, &Watch::silent()).unwrap().1.kept, 0);
    assert_eq!(half.all(&texts, &Watch::silent()).unwrap().1.kept, 3);
}

#[test]
fn more_texts_than_a_window_come_in_their_order() {
    let (texts, cache) = (goods(40_000), tempfile::tempdir().unwrap());
    let (mut windows, mut rows, mut dim) = (0, Vec::new(), 0);
    let done = embedding(cache.path())
        .each(&texts, &Watch::silent(), |width, some| {
            windows += 1;
            dim = width;
            rows.extend_from_slice(some);
            Ok::<(), LanguageError>(())
        })
        .unwrap();
    assert!(windows > 1 && done.distinct == 40_000 && rows.len() == 40_000 * dim);
    let all = Vectors { dim, data: rows };
    for text in [0, 1, 16_383, 16_384, 39_999] {
        let alone = embed(tempfile::tempdir().unwrap().path(), &texts[text..=text]).0;
        let worst = alone.row(0).iter().zip(all.row(text)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{text}: {worst:e}");
    }
}

#[test]
fn a_cache_that_cannot_be_written_costs_a_note_and_no_vectors() {
    struct Notes(std::sync::Mutex<Vec<String>>);
    impl Observer for Notes {
        fn progress(&self, _: Progress) {}
        fn curve(&self, _: CurvePoint) {}
        fn note(&self, text: String) {
            self.0.lock().unwrap().push(text);
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let notes = Arc::new(Notes(std::sync::Mutex::default()));
    let watch = Watch::new(notes.clone(), CancelToken::new());
    let (vectors, _) = embedding(file.path()).all(&goods(3), &watch).unwrap();
    assert_eq!(vectors.len(), 3);
    assert!(notes.0.lock().unwrap()[0].contains("could not be kept"));
}

#[test]
fn a_job_that_was_cancelled_gives_no_vectors() {
    let cache = tempfile::tempdir().unwrap();
    let watch = Watch::silent();
    watch.cancel_token().cancel();
    let stopped = embedding(cache.path()).all(&goods(9), &watch);
    assert!(matches!(stopped, Err(LanguageError::Cancelled(_))), "{stopped:?}");
}

#[test]
#[ignore = "measures time, which other tests would spoil"]
fn a_wish_to_stop_is_heard_within_a_quarter_of_a_second() {
    let device = Device::pick(DeviceChoice::Cpu).unwrap();
    for precision in [Precision::F32, Precision::pick(PrecisionChoice::Bf16, device)] {
        let mut worst = Duration::ZERO;
        for wait in [900, 1100, 1300, 1500, 1700] {
            let cache = tempfile::tempdir().unwrap();
            let job = Embedding { model: default_model_dir(), cache: cache.path().to_owned(), device, precision };
            let watch = Watch::silent();
            let token = watch.cancel_token().clone();
            let asked = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(wait));
                token.cancel();
                Instant::now()
            });
            let stopped = job.all(&goods(20_000), &watch);
            assert!(matches!(stopped, Err(LanguageError::Cancelled(_))));
            worst = worst.max(asked.join().unwrap().elapsed());
        }
        println!("{}: stopped after {worst:?} at most", precision.name());
        assert!(worst < Duration::from_millis(250), "{worst:?}");
    }
}

/// Starts `driftline embed` with the tiny model on a log.
fn start(log: &Path, cache: &Path, out: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_driftline"))
        .args(["embed", "--quiet", "--device", "cpu", "--precision", "f32", "--text", "what"])
        .arg("--lm")
        .arg(tiny())
        .arg("--out")
        .args([out, log])
        .env("DRIFTLINE_CACHE", cache)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn log(folder: &Path) -> PathBuf {
    let path = folder.join("log.csv");
    let lines: Vec<String> = goods(20_000).iter().map(|text| format!("u1,2024-01-01,{text}")).collect();
    fs::write(&path, format!("who,when,what\n{}\n", lines.join("\n"))).unwrap();
    path
}

#[test]
fn two_processes_share_a_cache_and_a_kill_leaves_it_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (log, cache) = (log(folder.path()), folder.path().join("cache"));
    let out = |name: &str| folder.path().join(name);
    // Killed at ever later moments.
    for wait in [50, 200, 400, 700, 1100] {
        let mut killed = start(&log, &cache, &out("killed.parquet"));
        std::thread::sleep(Duration::from_millis(wait));
        let _ = killed.kill();
        killed.wait().unwrap();
    }
    let mut both = ["one.parquet", "two.parquet"].map(|name| start(&log, &cache, &out(name)));
    for process in &mut both {
        assert!(process.wait().unwrap().success());
    }
    let (kept, done) = embed(&cache, &goods(20_000));
    assert_eq!(done.kept, 20_000, "all that the two computed is there");
    let (alone, _) = embed(tempfile::tempdir().unwrap().path(), &goods(20_000));
    assert!(largest_difference(&kept, &alone) < 1e-5);
    assert!(start(&log, &cache, &out("three.parquet")).wait().unwrap().success());
    assert!(start(&log, &cache, &out("four.parquet")).wait().unwrap().success());
    assert!(fs::read(out("three.parquet")).unwrap() == fs::read(out("four.parquet")).unwrap());

    let run = |action: &str| {
        let told = Command::new(env!("CARGO_BIN_EXE_driftline"))
            .args(["cache", action, "--json"])
            .env("DRIFTLINE_CACHE", &cache)
            .output()
            .unwrap();
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
        told["parts"][0]["bytes"].as_u64().unwrap()
    };
    let bytes = run("show");
    assert!(bytes > 20_000 * 32 * 4, "{bytes}");
    assert_eq!(run("clear"), bytes);
    assert_eq!(run("show"), 0);
}
