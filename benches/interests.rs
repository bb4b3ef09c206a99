//! What interests are worth by the vectors they are found in: `interests LOG [COUNT]` finds them before the log's last
//! three whole months, in raw words and in words mapped to behaviour, from five seeds, and prints what they say about
//! what users take in those months, how far they hang together there, and how far seeds and halves of the users agree;
//! then names with the ten most frequent texts of each.
//!
//! `cargo bench --profile dev --bench interests -- LOG` (the language model's folder as for `driftline`).

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use driftline::calendar::{Calendar, PeriodLength};
use driftline::events::{self, EventTable, Interned, ReadOptions};
use driftline::interests::{
    InterestSpace, JudgedTime, TextMapping, VectorsUsed, WholePeriods, adjusted_rand, choose_vectors, coherence,
    find_before, item_nats,
};
use driftline::language::{self, Device, DeviceChoice, Embedding, Precision, PrecisionChoice, SpooledVectors};
use driftline::observe::Watch;
use driftline::report::vectors_in_words;

const SEEDS: [u64; 5] = [7, 1, 2, 3, 4];
const MONTHS: i32 = 3;
const RECENT: i32 = 6;
const TOP: usize = 15;

type Answer<T> = Result<T, Box<dyn Error>>;

fn main() -> Answer<()> {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(log) = arguments.first() else {
        eprintln!("interests: name a log, and how many interests if not 16");
        return Ok(());
    };
    let count = arguments.get(1).map_or(Ok(16), |count| count.parse())?;
    let watch = Watch::silent();
    let events = events::read(&[PathBuf::from(log)], &ReadOptions::default(), &watch)?.events;
    let device = Device::pick(DeviceChoice::Cpu)?;
    let embedding = Embedding {
        model: language::default_model_dir(),
        cache: language::cache_dir(),
        device,
        precision: Precision::pick(PrecisionChoice::Auto, device),
    };
    let (mut raw, _) = embedding.spooled(&events.texts, &watch)?;
    let months = Calendar::new(PeriodLength::Month);
    let whole = WholePeriods::of(&events, months).ok_or("the log has no whole month")?;
    let start = whole.origin.plus(-MONTHS);
    let until = months.start(start);
    let end = months.start(whole.origin);
    let time = JudgedTime {
        recent: months.start(start.plus(-RECENT)),
        starts: (0..MONTHS).map(|month| months.start(start.plus(month))).collect(),
        end,
    };
    println!(
        "learnt before {}, judged {} to {}",
        months.label(start),
        months.label(start),
        months.label(whole.origin.plus(-1))
    );
    let sold = events.text_counts_before(until);
    for mapped in [false, true] {
        let name = if mapped { "behaviour" } else { "raw" };
        let mut found = Vec::new();
        for seed in SEEDS {
            let began = Instant::now();
            let (mapping, used) = learn(mapped, &events, &mut raw, count, until, seed)?;
            let learning = began.elapsed().as_secs_f64();
            let space = gather(mapping.as_ref(), &events, &mut raw, count, until, seed)?;
            let nats = item_nats(&events, &space.text_interest, space.len(), &time).ok_or("nothing is judged")?;
            let npmi = coherence(&events, &space.text_interest, &sold, TOP, (until, end)).unwrap_or(f64::NAN);
            println!(
                "{name:10} seed {seed}: {:.4} nats an event, popularity {:.4}, gain {:.4}, {} events; npmi {npmi:.3}; \
                 mapping learnt in {learning:.2} s",
                nats.nats,
                nats.popularity,
                nats.popularity - nats.nats,
                nats.events
            );
            if let Some(words) = vectors_in_words(&used) {
                println!("    {words}");
            }
            found.push(space);
        }
        let known = |space: &InterestSpace| -> Vec<u16> {
            space
                .text_interest
                .iter()
                .zip(&sold)
                .filter(|(_, sold)| **sold > 0)
                .map(|(interest, _)| *interest)
                .collect()
        };
        let groups: Vec<Vec<u16>> = found.iter().map(known).collect();
        let pairs = (0..groups.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let agree: Vec<f64> = pairs.map(|(a, b)| adjusted_rand(&groups[a], &groups[b])).collect();
        println!("{name:10} agreement of seeds {:.2}", agree.iter().sum::<f64>() / agree.len() as f64);
        let mut halves = Vec::new();
        for half in [0, 1] {
            let part = half_of(&events, half);
            let (mapping, _) = learn(mapped, &part, &mut raw, count, until, SEEDS[0])?;
            halves.push(known(&gather(mapping.as_ref(), &part, &mut raw, count, until, SEEDS[0])?));
        }
        println!("{name:10} agreement of halves of the users {:.2}", adjusted_rand(&halves[0], &halves[1]));
        for (number, interest) in found[0].interests.iter().enumerate() {
            let mut texts: Vec<usize> =
                (0..sold.len()).filter(|text| usize::from(found[0].text_interest[*text]) == number).collect();
            texts.sort_by_key(|text| (std::cmp::Reverse(sold[*text]), *text));
            let texts: Vec<&str> = texts.iter().take(10).map(|text| events.texts[*text].trim()).collect();
            println!("  {:4.1} %  {}\n          {}", 100.0 * interest.share, interest.label, texts.join(" | "));
        }
    }
    Ok(())
}

fn learn(
    mapped: bool,
    events: &EventTable,
    raw: &mut SpooledVectors,
    count: u16,
    until: driftline::calendar::WallTime,
    seed: u64,
) -> Answer<(Option<TextMapping>, VectorsUsed)> {
    match mapped {
        false => Ok((None, VectorsUsed::Raw)),
        true => Ok(choose_vectors(events, raw, Some(until), Some(count), seed, &Watch::silent())?),
    }
}

fn gather(
    mapping: Option<&TextMapping>,
    events: &EventTable,
    raw: &mut SpooledVectors,
    count: u16,
    until: driftline::calendar::WallTime,
    seed: u64,
) -> Answer<InterestSpace> {
    let mut mapped = mapping.map(|mapping| mapping.map_all(raw)).transpose()?;
    Ok(find_before(events, mapped.as_mut().unwrap_or(raw), until, Some(count), seed, &Watch::silent())?)
}

/// The log of every second user, so that no event is in both halves. All texts keep their numbers.
fn half_of(events: &EventTable, half: usize) -> EventTable {
    let mut part = EventTable { texts: events.texts.clone(), offsets: vec![0], ..EventTable::default() };
    let mut baskets = Vec::new();
    for user in events.user_ids().filter(|user| user.index() % 2 == half) {
        part.users.push(events.users[user.index()].clone());
        for row in events.rows(user) {
            part.time.push(events.time[row]);
            part.text.push(events.text[row]);
            baskets.extend(events.basket.as_ref().map(|basket| basket.codes[row]));
        }
        part.offsets.push(part.time.len());
    }
    part.basket = events.basket.as_ref().map(|basket| Interned { names: basket.names.clone(), codes: baskets });
    part
}
