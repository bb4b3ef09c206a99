//! `driftline embed`: a log's distinct texts and their vectors.

use std::time::Instant;

use serde_json::json;

use super::arguments::EmbedArguments;
use super::doctor::describe;
use super::output::{count, print, print_json};
use super::{Misuse, exit, progress};
use crate::language::{self, Device, Embedded};
use crate::wording::counted;
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
    let embedding = pipeline::embedding(&settings, device);
    let model = language::model_info(&embedding.model)?;
    let texts = events::read_texts(&settings.inputs, &pipeline::read_options(&settings), &watch)?;
    let precision = embedding.precision;
    let done = report::write_vectors(out, &texts, |write| {
        embedding.each(&texts, &watch, |dim, rows| Ok::<(), anyhow::Error>(write(dim, rows)?))
    })?;
    drop(watch);

    let seconds = began.elapsed().as_secs_f64();
    if arguments.voice.json {
        print_json(&json!({
            "file": out,
            "texts": texts.len(),
            "dim": model.dim,
            "model": model,
            "device": device.describe(),
            "precision": precision.name(),
            "precision_why": precision.why(),
            "embedded": done,
            "texts_per_second": done.texts_per_second(),
            "seconds": seconds,
        }))?;
    } else {
        print(&format!(
            "{}, each as {} numbers, in {seconds:.1} s{}\nmodel: {}\ndevice: {}\nprecision: {}\n{}\n",
            counted(texts.len(), "text"),
            model.dim,
            account(&done, model.max_tokens),
            describe(&model),
            device.describe(),
            precision.describe(),
            out.display()
        ))?;
    }
    Ok(exit::DONE)
}

/// What became of the texts, a line each, where there is something to say.
fn account(done: &Embedded, most: usize) -> String {
    let mut text = String::new();
    if done.distinct < done.texts {
        let distinct = count(done.distinct);
        text.push_str(&format!("\n{distinct} of them differ to the model, which drops spaces and the like"));
    }
    match done.cut {
        0 => {}
        1 => text.push_str(&format!("\none longer than {most} tokens lost its end")),
        some => text.push_str(&format!("\n{} longer than {most} tokens lost their ends", count(some))),
    }
    match done.texts_per_second() {
        Some(rate) if done.kept > 0 => {
            text.push_str(&format!("\n{} were kept from earlier, the rest took {rate:.0} a second", count(done.kept)));
        }
        Some(rate) => text.push_str(&format!("\n{rate:.0} a second, once the model was loaded")),
        None => text.push_str("\nall were kept from earlier"),
    }
    text
}
