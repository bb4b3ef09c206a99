//! Model directories as they were published: older names of weights, heads beside the model, forms that are not read, and
//! configurations that cannot be true.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use driftline::language::{Device, Encoder, Precision, Vectors};
use driftline::observe::Watch;
use safetensors::tensor::{Dtype, TensorView};

/// The architectures, with what stands before their weights where they were saved with a head, and such a head.
const PUBLISHED: [(&str, &str, &str); 9] = [
    ("bert", "bert.", "cls.predictions.transform.LayerNorm.gamma"),
    ("roberta", "roberta.", "lm_head.layer_norm.weight"),
    ("xlm-roberta", "roberta.", "lm_head.layer_norm.weight"),
    ("distilbert", "distilbert.", "vocab_layer_norm.weight"),
    ("mpnet", "mpnet.", "lm_head.layer_norm.weight"),
    ("gpt2", "transformer.", "score.weight"),
    ("xlnet", "transformer.", "sequence_summary.summary.weight"),
    ("modernbert", "model.", "head.norm.weight"),
    ("qwen3", "model.", "score.weight"),
];

const TEXTS: [&str; 2] = ["a red mug", "two of the long green lamps"];

fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/language_models").join(name)
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let into = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &into);
        } else {
            fs::copy(&path, into).unwrap();
        }
    }
}

fn copy(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy_all(&model(name), dir.path());
    dir
}

fn load(dir: &Path) -> Result<Encoder, String> {
    Encoder::load(dir, Device::pick(driftline::language::DeviceChoice::Cpu).unwrap(), Precision::F32)
        .map_err(|error| error.to_string())
}

/// One at a time, as the program has one thread of its engine: how many threads libtorch has belongs to the process, and
/// sums over two parts are not the last bit's of sums over one.
fn vectors(dir: &Path) -> Vectors {
    static ENGINE: Mutex<()> = Mutex::new(());
    let _engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
    load(dir).unwrap().embed(&TEXTS, &Watch::silent()).unwrap()
}

/// Renames the weights of a model; some are left out, and some others are put beside them.
fn renamed(dir: &Path, name: impl Fn(&str) -> Option<String>, beside: &[&str]) {
    let path = dir.join("model.safetensors");
    let bytes = fs::read(&path).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let numbers = [0; 4 * 32];
    let mut views: Vec<(String, TensorView<'_>)> =
        tensors.tensors().into_iter().filter_map(|(old, view)| Some((name(&old)?, view))).collect();
    for extra in beside {
        views.push(((*extra).to_owned(), TensorView::new(Dtype::F32, vec![32], &numbers).unwrap()));
    }
    let written = safetensors::serialize(views, None).unwrap();
    fs::write(path, written).unwrap();
}

#[test]
fn weights_under_their_older_names_are_the_same_weights() {
    for (architecture, prefix, head) in PUBLISHED {
        let expected = vectors(&model(architecture));
        let dir = copy(architecture);
        let older = |name: &str| {
            let name = match architecture {
                "gpt2" if name.contains("ln_") => name.replace(".weight", ".g").replace(".bias", ".b"),
                _ if name.contains("LayerNorm") => name.replace(".weight", ".gamma").replace(".bias", ".beta"),
                _ => name.to_owned(),
            };
            Some(format!("{prefix}{name}"))
        };
        renamed(dir.path(), older, &[head, "pooler.dense.bias", "embeddings.position_ids"]);
        assert!(vectors(dir.path()) == expected, "{architecture}");
    }
}

#[test]
fn a_table_of_words_stored_with_its_head_alone_is_found() {
    for (architecture, table, head) in [
        ("bert", "embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"),
        ("gpt2", "wte.weight", "lm_head.weight"),
        ("qwen3", "embed_tokens.weight", "lm_head.weight"),
    ] {
        let dir = copy(architecture);
        let shared = |name: &str| Some(if name == table { head.to_owned() } else { format!("model.{name}") });
        renamed(dir.path(), shared, &[]);
        assert!(vectors(dir.path()) == vectors(&model(architecture)), "{architecture}");
    }
}

#[test]
fn a_file_of_two_models_is_refused_instead_of_guessed_at() {
    let dir = copy("bert");
    renamed(dir.path(), |name| Some(format!("query.{name}")), &["document.embeddings.word_embeddings.weight"]);
    let refused = load(dir.path()).unwrap_err();
    assert!(refused.contains("several models") && refused.contains("`query."), "{refused}");
}

#[test]
fn weights_in_another_form_are_refused_with_how_to_convert_them() {
    for file in ["pytorch_model.bin", "tf_model.h5", "pytorch_model.bin.index.json"] {
        let dir = copy("bert");
        fs::rename(dir.path().join("model.safetensors"), dir.path().join(file)).unwrap();
        let refused = load(dir.path()).unwrap_err();
        assert!(refused.contains(file) && refused.contains("save_pretrained"), "{refused}");
        assert!(refused.ends_with(&dir.path().display().to_string()), "{refused}");
    }
}

#[test]
fn a_module_outside_the_directory_is_refused() {
    for path in ["../other", "/etc", "1_Pooling/../../x"] {
        let dir = copy("bert");
        let list = dir.path().join("modules.json");
        let text = fs::read_to_string(&list).unwrap().replace("1_Pooling", path);
        fs::write(&list, text).unwrap();
        let refused = load(dir.path()).unwrap_err();
        assert!(refused.contains("leads out of the directory"), "{path}: {refused}");
    }
    let dir = copy("bert");
    let list = dir.path().join("modules.json");
    let mut modules: serde_json::Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    modules[0]["path"] = "0_Transformer".into();
    fs::write(&list, modules.to_string()).unwrap();
    let refused = load(dir.path()).unwrap_err();
    assert!(refused.contains("`0_Transformer`") && refused.contains("save it again"), "{refused}");
}
