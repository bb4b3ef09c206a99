//! How many of the sample's distinct texts the built-in model embeds in a second, with the model loaded and no cache.
//!
//! `python benches/embed.py` runs this and sentence-transformers on the same texts, one after the other.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use driftline::events::{ReadOptions, read_texts};
use driftline::language::{Device, DeviceChoice, Encoder, Precision, PrecisionChoice, default_model_dir};
use driftline::observe::Watch;

fn embed(criterion: &mut Criterion) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let texts = read_texts(&[sample], &ReadOptions::default(), &Watch::silent()).unwrap();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let device = Device::pick(DeviceChoice::Cpu).unwrap();
    let mut group = criterion.benchmark_group("embed");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(30));
    for choice in [PrecisionChoice::F32, PrecisionChoice::Bf16] {
        let encoder = Encoder::load(&default_model_dir(), device, Precision::pick(choice, device)).unwrap();
        group.bench_function(choice.to_string(), |bencher| {
            bencher.iter(|| encoder.embed(&texts, &Watch::silent()).unwrap())
        });
    }
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
