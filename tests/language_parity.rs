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
    Device, DeviceChoice, Encoder, Precision, PrecisionChoice, Vectors, default_model_dir, model_info,
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
    Encoder::load(&default_model_dir(), cpu(), Precision::F32)
        .unwrap_or_else(|error| panic!("{error}; run `cargo xtask setup`"))
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
        let encoder = Encoder::load(&model(name), cpu(), Precision::F32).unwrap();
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
fn half_precision_hardly_turns_a_vector() {
    let (texts, theirs) = expected();
    let half = Precision::pick(PrecisionChoice::Bf16, cpu());
    let encoder = Encoder::load(&default_model_dir(), cpu(), half).unwrap();
    let ours = encoder.embed(&borrowed(&texts), &Watch::silent()).unwrap();
    let cosine = |text: usize| -> f64 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let (a, b) = (ours.row(text), theirs.row(text));
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    let cosines: Vec<f64> = (0..texts.len()).map(cosine).collect();
    let (worst, mean) = (cosines.iter().copied().fold(1.0, f64::min), cosines.iter().sum::<f64>() / texts.len() as f64);
    println!("bf16 beside f32 over {} texts: smallest cosine {worst:.6}, mean {mean:.6}", texts.len());
    assert!(worst >= 0.9995, "{worst}");
}

/// A copy of a model that a test may change.
fn copy(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("1_Pooling")).unwrap();
    for file in [
        "config.json",
        "config_sentence_transformers.json",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "1_Pooling/config.json",
    ] {
        fs::copy(model(name).join(file), dir.path().join(file)).unwrap();
    }
    dir
}

/// Changes a JSON file of a model.
fn edit(dir: &Path, file: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let path = dir.join(file);
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, json.to_string()).unwrap();
}

fn embed_in(dir: &Path, texts: &[&str]) -> Vectors {
    Encoder::load(dir, cpu(), Precision::F32).unwrap().embed(texts, &Watch::silent()).unwrap()
}

/// Every eighth number of the vectors of «a red mug» and «two of the long green lamps» is what sentence-transformers 6.2
/// gave for the same change.
fn assert_every_eighth(ours: &Vectors, theirs: &[&[f32]; 2]) {
    for (row, theirs) in theirs.iter().enumerate() {
        let ours: Vec<f32> = ours.row(row).iter().step_by(8).copied().collect();
        let worst = ours.iter().zip(*theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(ours.len() == theirs.len() && worst < 1e-5, "{worst:e}: {ours:?} beside {theirs:?}");
    }
}

#[test]
fn several_poolings_and_a_prompt_that_does_not_count_are_those_of_sentence_transformers() {
    let dir = copy("bert");
    edit(dir.path(), "1_Pooling/config.json", |pooling| {
        pooling["include_prompt"] = false.into();
        pooling["pooling_mode"] =
            serde_json::json!(["cls", "weightedmean", "lasttoken", "mean_sqrt_len_tokens", "max"]);
    });
    edit(dir.path(), "config_sentence_transformers.json", |config| {
        config["prompts"]["query"] = "find a mug: ".into();
        config["default_prompt_name"] = "query".into();
    });
    let ours = embed_in(dir.path(), &["a red mug", "two of the long green lamps"]);
    let theirs: [&[f32]; 2] = [
        &[
            0.056243, -0.06287, -0.044385, -0.085014, 0.047451, -0.057067, -0.055937, -0.057291, 0.018794, -0.043236,
            -0.029024, -0.022196, 0.100475, -0.115476, -0.114078, -0.119872, 0.101516, -0.043236, -0.029024, -0.022196,
        ],
        &[
            0.038029, -0.048869, -0.014823, -0.042851, 0.051549, -0.036245, -0.020912, -0.033821, 0.025459, -0.022271,
            0.005173, -0.045831, 0.174093, -0.127846, -0.07284, -0.120592, 0.103604, -0.017127, 0.005173, 0.000109,
        ],
    ];
    assert_every_eighth(&ours, &theirs);
}

#[test]
fn types_of_tokens_reach_the_model_where_its_tokenizer_hands_them_on() {
    let dir = copy("xlnet");
    edit(dir.path(), "tokenizer_config.json", |config| {
        config["model_input_names"] = serde_json::json!(["input_ids", "token_type_ids", "attention_mask"]);
    });
    let ours = embed_in(dir.path(), &["a red mug", "two of the long green lamps"]);
    let theirs: [&[f32]; 2] =
        [&[-0.133329, 0.208944, 0.168309, -0.240579], &[-0.053436, 0.274569, 0.123783, -0.162511]];
    assert_every_eighth(&ours, &theirs);
}

/// Splits the tiny model's weights in two files with an index, under a prefix.
fn sharded(prefix: &str) -> tempfile::TempDir {
    let dir = copy("bert");
    let whole = dir.path().join("model.safetensors");
    let bytes = fs::read(&whole).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut map = serde_json::Map::new();
    let mut shards = [Vec::new(), Vec::new()];
    for (at, (name, view)) in weights.tensors().into_iter().enumerate() {
        map.insert(format!("{prefix}{name}"), format!("model-0000{}-of-00002.safetensors", at % 2 + 1).into());
        shards[at % 2].push((format!("{prefix}{name}"), view));
    }
    for (at, shard) in shards.into_iter().enumerate() {
        let path = dir.path().join(format!("model-0000{}-of-00002.safetensors", at + 1));
        fs::write(path, safetensors::serialize(shard, None).unwrap()).unwrap();
    }
    let index = serde_json::json!({"metadata": {}, "weight_map": map});
    fs::write(dir.path().join("model.safetensors.index.json"), index.to_string()).unwrap();
    fs::remove_file(whole).unwrap();
    dir
}

#[test]
fn weights_in_several_files_and_under_a_prefix_are_the_same_weights() {
    let (texts, _) = tiny_texts();
    let whole = embed_in(&tiny(), &borrowed(&texts));
    for prefix in ["", "bert.", "module.model."] {
        let dir = sharded(prefix);
        assert_eq!(embed_in(dir.path(), &borrowed(&texts)), whole, "{prefix}");
        assert_ne!(model_info(dir.path()).unwrap().fingerprint, model_info(&tiny()).unwrap().fingerprint);
    }
    let dir = sharded("bert.");
    fs::remove_file(dir.path().join("model-00002-of-00002.safetensors")).unwrap();
    let missing = Encoder::load(dir.path(), cpu(), Precision::F32).unwrap_err().to_string();
    assert!(missing.contains("no model-00002-of-00002.safetensors"), "{missing}");
    edit(dir.path(), "model.safetensors.index.json", |index| index["weight_map"]["x"] = "../secret".into());
    let outside = Encoder::load(dir.path(), cpu(), Precision::F32).unwrap_err().to_string();
    assert!(outside.contains("outside the directory"), "{outside}");
}

/// What loading a copy of the tiny model with one file changed answers.
fn spoilt(file: &str, change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) -> String {
    let dir = copy("bert");
    let path = dir.path().join(file);
    match change(fs::read(&path).unwrap()) {
        Some(bytes) => fs::write(path, bytes).unwrap(),
        None => fs::remove_file(path).unwrap(),
    }
    Encoder::load(dir.path(), cpu(), Precision::F32).unwrap_err().to_string()
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
    assert!(ARCHITECTURES.iter().all(|known| unknown.contains(known)), "{unknown}");
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
    let lying = spoilt("model.safetensors", |mut bytes| {
        bytes[7] = 0x7f;
        Some(bytes)
    });
    assert!(lying.contains("header says"), "{lying}");
    let few = copy("bert");
    edit(few.path(), "tokenizer.json", |tokenizer| tokenizer["model"]["vocab"]["the"] = 5000.into());
    let beyond =
        Encoder::load(few.path(), cpu(), Precision::F32).unwrap().embed(&["the mug"], &Watch::silent()).unwrap_err();
    assert!(beyond.to_string().contains("token 5000") && beyond.to_string().contains("900 tokens"), "{beyond}");
    let broken = spoilt("modules.json", |_| Some(b"[{".to_vec()));
    assert!(broken.contains("modules.json"), "{broken}");
}
