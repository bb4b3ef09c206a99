//! Progress on standard error: a bar on a terminal, a line for each stage elsewhere.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::arguments::Voice;
use super::interrupt;
use super::output::count;
use crate::observe::{CurvePoint, Observer, Progress, Stage, Watch};
use crate::wording::{counted, counted_of};

/// What the engine reports, on standard error; stopped by Ctrl-C.
///
/// # Errors
/// When Ctrl-C cannot be listened to.
pub(super) fn watch(voice: &Voice) -> anyhow::Result<Watch> {
    let manner = match (voice.quiet, std::io::stderr().is_terminal()) {
        (true, _) => Manner::Quiet,
        (false, true) => Manner::Bar,
        (false, false) => Manner::Lines,
    };
    Ok(Watch::new(Arc::new(Teller { manner, now: Mutex::new(None) }), interrupt::token()?))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Quiet,
    Bar,
    Lines,
}

/// The stage at work.
struct Now {
    stage: Stage,
    began: Instant,
    bar: ProgressBar,
}

struct Teller {
    manner: Manner,
    now: Mutex<Option<Now>>,
}

impl Teller {
    /// Ends the stage at work, leaving a line of it, and begins another.
    fn begin(&self, progress: &Progress, now: &mut Option<Now>) {
        if let Some(before) = now.take() {
            before.bar.finish_and_clear();
            if self.manner == Manner::Bar {
                eprintln!("{}: {:.1} s", before.stage, before.began.elapsed().as_secs_f64());
            }
        }
        let bar = match self.manner {
            Manner::Bar => ProgressBar::new(progress.total.unwrap_or(0)),
            _ => ProgressBar::hidden(),
        };
        if self.manner == Manner::Lines {
            let total = progress.total.map(|total| format!(": {}", counted(total, progress.unit)));
            eprintln!("{}{}", progress.stage, total.unwrap_or_default());
        }
        *now = Some(Now { stage: progress.stage, began: Instant::now(), bar });
    }
}

impl Observer for Teller {
    fn progress(&self, progress: Progress) {
        if self.manner == Manner::Quiet {
            return;
        }
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.as_ref().is_none_or(|now| now.stage != progress.stage) {
            self.begin(&progress, &mut now);
        }
        let Some(Now { bar, .. }) = &*now else { return };
        if self.manner == Manner::Bar {
            bar.set_style(style(progress.total.is_some()));
            bar.set_length(progress.total.unwrap_or(0));
            bar.set_position(progress.done);
            bar.set_prefix(progress.stage.to_string());
            bar.set_message(words(&progress));
        }
    }

    fn curve(&self, _: CurvePoint) {}

    fn note(&self, text: String) {
        if self.manner == Manner::Quiet {
            return;
        }
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match &*now {
            Some(now) => now.bar.suspend(|| eprintln!("Note: {text}")),
            None => eprintln!("Note: {text}"),
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if let Some(now) = self.now.get_mut().unwrap_or_else(PoisonError::into_inner) {
            now.bar.finish_and_clear();
        }
    }
}

fn style(total_known: bool) -> ProgressStyle {
    let template =
        if total_known { "{prefix} {bar:24} {percent:>3} %  {wide_msg}" } else { "{prefix} {spinner}  {wide_msg}" };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Part done, rate, time left, and what in particular.
fn words(progress: &Progress) -> String {
    let mut words = match progress.total {
        Some(total) => counted_of(progress.done, total, progress.unit),
        None => counted(progress.done, progress.unit),
    };
    if progress.rate >= 10.0 {
        let _ = write!(words, " · {}/s", count(progress.rate as u64));
    } else if progress.rate > 0.0 {
        let _ = write!(words, " · {:.1}/s", progress.rate);
    }
    if let Some(eta) = progress.eta.filter(|eta| eta.as_secs() > 0) {
        let _ = write!(words, " · {} left", HumanDuration(eta));
    }
    if !progress.detail.is_empty() {
        let _ = write!(words, " · {}", progress.detail);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn progress_says_part_rate_and_time_left() {
        let progress = Progress {
            stage: Stage::Embed,
            detail: "batch 3".into(),
            done: 1200,
            total: Some(5000),
            unit: "text",
            rate: 361.4,
            eta: Some(Duration::from_secs(11)),
        };
        assert_eq!(words(&progress), "1,200 of 5,000 texts · 361/s · 11 seconds left · batch 3");
        let begun = Progress { done: 0, total: None, rate: 0.0, eta: None, detail: String::new(), ..progress };
        assert_eq!(words(&begun), "0 texts");
    }
}
