//! `driftline embed`: a log's distinct texts and their vectors.

use std::time::Instant;

use serde_json::json;

use super::arguments::EmbedArguments;
use super::output::{print, print_json, things};
use super::{Misuse, exit, progress};
use crate::language::{self, Device};
use crate::observe::Stage;
use crate::{events, pipeline, report};

pub(super) fn run(arguments: &EmbedArguments) -> anyhow::Result<u8> {
    let settings = arguments.settings()?;
    let out = &arguments.out;
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
    if out.is_dir() || parent.is_some_and(|parent| !parent.is_dir()) {
        let why = "the vectors go into one file, in a folder that exists; choose another place for --out";
        return Err(Misuse(format!("{why}: {}", out.display())).into());
    }
    let began = Instant::now();
    let watch = progress::watch(&arguments.voice)?;
    let device = Device::pick(settings.device)?;
    let folder = settings.language_model.clone().unwrap_or_else(language::default_model_dir);
    let model = language::model_info(&folder)?;
    let texts = events::read_texts(&settings.inputs, &pipeline::read_options(&settings), &watch)?;
    let vectors = language::embed_cached(&folder, &language::cache_dir(), device, &texts, &watch)?;
    let mut meter = watch.meter(Stage::Write, "files", Some(1));
    watch.check()?;
    report::write_vectors(out, &texts, vectors.dim, &vectors.data)?;
    meter.advance(1)?;
    drop((meter, watch));

    let seconds = began.elapsed().as_secs_f64();
    if arguments.voice.json {
        print_json(&json!({
            "file": out,
            "texts": texts.len(),
            "dim": vectors.dim,
            "model": model,
            "device": device.describe(),
            "seconds": seconds,
        }))?;
    } else {
        print(&format!(
            "{}, each as {} numbers by {} on {}, in {seconds:.1} s\n{}\n",
            things(texts.len(), "text"),
            vectors.dim,
            model.name,
            device.describe(),
            out.display()
        ))?;
    }
    Ok(exit::DONE)
}
