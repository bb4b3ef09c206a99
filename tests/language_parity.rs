//! Our vectors beside those of sentence-transformers 6.2 (float32, CPU) for the same models and texts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use driftline::language::{
    Device, DeviceChoice, Encoder, LanguageError, Vectors, default_model_dir, embed_cached, model_info,
};
use driftline::observe::Watch;
use polars::prelude::{ParquetReader, SerReader};

const TOLERANCE: f32 = 1e-4;

fn cpu() -> Device {
    Device::pick(DeviceChoice::Cpu).unwrap()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The built-in model.
fn mini_lm() -> Encoder {
    Encoder::load(&default_model_dir(), cpu()).unwrap_or_else(|error| panic!("{error}; run `cargo xtask setup`"))
}

/// The texts and vectors that sentence-transformers gave with the built-in model.
fn expected() -> (Vec<String>, Vectors) {
    let file = File::open(data("all-MiniLM-L6-v2.expected.parquet")).unwrap();
    let table = ParquetReader::new(file).finish().unwrap();
    let texts: Vec<String> =
        table.column("text").unwrap().str().unwrap().iter().map(|text| text.unwrap().to_owned()).collect();
    let rows = table.column("embedding").unwrap().list().unwrap();
    let mut data = Vec::new();
    for row in 0..rows.len() {
        data.extend(rows.get_as_series(row).unwrap().f32().unwrap().iter().map(Option::unwrap));
    }
    (texts.clone(), Vectors { dim: data.len() / texts.len(), data })
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn largest_difference(ours: &Vectors, theirs: &Vectors) -> f32 {
    assert_eq!((ours.dim, ours.len()), (theirs.dim, theirs.len()));
    ours.data.iter().zip(&theirs.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn the_built_in_model_gives_the_vectors_of_sentence_transformers() {
    let (texts, theirs) = expected();
    assert_eq!(texts.len(), 178);
    let ours = mini_lm().embed(&borrowed(&texts), &Watch::silent()).unwrap();
    let difference = largest_difference(&ours, &theirs);
    println!("largest difference over {} texts: {difference:e}", texts.len());
    assert!(difference < TOLERANCE, "{difference:e}");
}

#[test]
fn a_text_has_the_same_vector_whatever_stands_beside_it() {
    let (texts, _) = expected();
    let encoder = mini_lm();
    let together = encoder.embed(&borrowed(&texts), &Watch::silent()).unwrap();
    let mut backwards = borrowed(&texts);
    backwards.reverse();
    let backwards = encoder.embed(&backwards, &Watch::silent()).unwrap();
    for (at, text) in texts.iter().enumerate().step_by(7) {
        let alone = encoder.embed(&[text], &Watch::silent()).unwrap();
        for other in [together.row(at), backwards.row(texts.len() - 1 - at)] {
            let worst = alone.row(0).iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-5, "{worst:e}: {text}");
        }
    }
    let twice = encoder.embed(&["mug", "lamp", "mug"], &Watch::silent()).unwrap();
    assert_eq!(twice.row(0), twice.row(2));
    assert_ne!(twice.row(0), twice.row(1));
}

#[test]
fn the_built_in_model_is_described_without_loading_it() {
    let info = model_info(&default_model_dir()).unwrap_or_else(|error| panic!("{error}; run `cargo xtask setup`"));
    assert_eq!((info.dim, info.layers, info.max_tokens), (384, 6, 256));
    assert_eq!((info.pooling.as_str(), info.normalize, info.architecture.as_str()), ("mean", true, "bert"));
    assert_eq!(info.parameters, 22_713_216);
}

/// Models with random weights, one of each architecture, in the newer spelling of the configuration.
const ARCHITECTURES: [&str; 9] =
    ["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "gpt2", "xlnet", "modernbert", "qwen3"];

fn model(name: &str) -> PathBuf {
    data("language_models").join(name)
}

fn tiny() -> PathBuf {
    model("bert")
}

fn tiny_texts() -> (Vec<String>, Vectors) {
    model_texts("bert")
}

/// A model's texts and the vectors that sentence-transformers gave for them.
fn model_texts(name: &str) -> (Vec<String>, Vectors) {
    let expected: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(model(name).join("expected.json")).unwrap()).unwrap();
    let texts: Vec<String> = serde_json::from_value(expected["texts"].clone()).unwrap();
    let rows: Vec<Vec<f32>> = serde_json::from_value(expected["embeddings"].clone()).unwrap();
    (texts, Vectors { dim: rows[0].len(), data: rows.concat() })
}

/// In order, backwards, one by one, and in pairs of the longest with the shortest, so that everything is padded.
#[test]
fn every_architecture_gives_the_vectors_of_sentence_transformers_in_any_company() {
    println!("{:<12} {:>11} {:>11} {:>11} {:>11}", "model", "together", "backwards", "alone", "in pairs");
    for name in ARCHITECTURES {
        let info = model_info(&model(name)).unwrap();
        assert_eq!((info.architecture.as_str(), info.dim, info.max_tokens), (name, 32, 64));
        let (texts, theirs) = model_texts(name);
        let encoder = Encoder::load(&model(name), cpu()).unwrap();
        let embed = |order: &[usize]| {
            let some: Vec<&str> = order.iter().map(|at| texts[*at].as_str()).collect();
            let ours = encoder.embed(&some, &Watch::silent()).unwrap();
            let theirs = order.iter().flat_map(|at| theirs.row(*at)).copied().collect();
            largest_difference(&ours, &Vectors { dim: ours.dim, data: theirs })
        };
        let order: Vec<usize> = (0..texts.len()).collect();
        let backwards: Vec<usize> = order.iter().rev().copied().collect();
        let mut by_length = order.clone();
        by_length.sort_by_key(|at| texts[*at].len());
        let alone = order.iter().map(|at| embed(&[*at])).fold(0.0, f32::max);
        let pairs = by_length.iter().zip(by_length.iter().rev()).map(|(short, long)| embed(&[*short, *long]));
        let found = [embed(&order), embed(&backwards), alone, pairs.fold(0.0, f32::max)];
        println!("{name:<12} {:>11.1e} {:>11.1e} {:>11.1e} {:>11.1e}", found[0], found[1], found[2], found[3]);
        assert!(found.iter().all(|worst| *worst < TOLERANCE), "{name}: {found:?}");
    }
}

#[test]
fn kept_vectors_are_the_computed_ones() {
    let (texts, _) = tiny_texts();
    let cache = tempfile::tempdir().unwrap();
    let embed = |texts: &[String]| embed_cached(&tiny(), cache.path(), cpu(), texts, &Watch::silent()).unwrap();
    let some = embed(&texts[..5]);
    let all = embed(&texts);
    assert_eq!(all.data[..some.data.len()], some.data, "the first five were kept");
    assert_eq!(embed(&texts), all);
    let doubled: Vec<String> = texts.iter().rev().chain(&texts).cloned().collect();
    assert_eq!(embed(&doubled).row(texts.len() - 1), all.row(0));

    let folder = fs::read_dir(cache.path().join("vectors")).unwrap().next().unwrap().unwrap().path();
    for segment in fs::read_dir(folder).unwrap() {
        let path = segment.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let again = embed(&texts);
    assert!(largest_difference(&again, &all) < 1e-5, "broken segments are embedded anew");
}

#[test]
fn a_job_that_was_cancelled_gives_no_vectors() {
    let (texts, _) = tiny_texts();
    let cache = tempfile::tempdir().unwrap();
    let watch = Watch::silent();
    watch.cancel_token().cancel();
    let stopped = embed_cached(&tiny(), cache.path(), cpu(), &texts, &watch);
    assert!(matches!(stopped, Err(LanguageError::Cancelled(_))), "{stopped:?}");
}

/// A copy of the tiny model with one file changed.
fn spoilt(file: &str, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("1_Pooling")).unwrap();
    for name in [
        "config.json",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "1_Pooling/config.json",
    ] {
        fs::copy(tiny().join(name), dir.path().join(name)).unwrap();
    }
    let path = dir.path().join(file);
    match change(fs::read(&path).unwrap()) {
        Some(bytes) => fs::write(path, bytes).unwrap(),
        None => fs::remove_file(path).unwrap(),
    }
    Encoder::load(dir.path(), cpu()).unwrap_err().to_string()
}

/// Replaces words of a file by others of the same length.
fn swap<'a>(from: &'a str, to: &'a str) -> impl FnOnce(Vec<u8>) -> Option<Vec<u8>> + 'a {
    assert_eq!(from.len(), to.len());
    move |mut bytes| {
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        Some(bytes)
    }
}

#[test]
fn a_model_that_cannot_be_used_says_what_is_wrong() {
    let missing = spoilt("tokenizer.json", |_| None);
    assert!(missing.contains("no tokenizer.json") && missing.contains("cargo xtask setup"), "{missing}");
    let missing = spoilt("model.safetensors", |_| None);
    assert!(missing.contains("no model.safetensors"), "{missing}");
    let unknown = spoilt("config.json", swap(r#""model_type": "bert""#, r#""model_type": "mamb""#));
    assert!(unknown.contains("`mamb`") && unknown.contains("type bert"), "{unknown}");
    let cut = spoilt("model.safetensors", |bytes| Some(bytes[..bytes.len() - 100].to_vec()));
    assert!(cut.contains("shorter"), "{cut}");
    let empty = spoilt("model.safetensors", |_| Some(Vec::new()));
    assert!(empty.contains("damaged"), "{empty}");
    let absent = spoilt("model.safetensors", swap("embeddings.LayerNorm.bias", "embeddings.LayerNorm.bios"));
    assert!(absent.contains("`embeddings.LayerNorm.bias`"), "{absent}");
    let shape = spoilt("config.json", swap(r#""intermediate_size": 64"#, r#""intermediate_size": 32"#));
    assert!(shape.contains("[64, 32]") && shape.contains("[32, 32]"), "{shape}");
    let heads = spoilt("config.json", swap(r#""num_attention_heads": 4"#, r#""num_attention_heads": 5"#));
    assert!(heads.contains("5 attention heads"), "{heads}");
    let words = spoilt("tokenizer.json", |_| Some(b"{}".to_vec()));
    assert!(words.contains("tokenizer failed"), "{words}");
    let broken = spoilt("modules.json", |_| Some(b"[{".to_vec()));
    assert!(broken.contains("modules.json"), "{broken}");
}
