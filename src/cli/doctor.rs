//! `driftline doctor`: whether every part works, a line each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::arguments::DoctorArguments;
use super::exit;
use super::output::{count, print, print_json};
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::language::{self, Device, Encoder, ModelInfo, Precision};
use crate::observe::Watch;
use crate::project::Settings;
use crate::report::{self, Theme, TrajectoryChart};

/// One part: whether it works, and what there is to know about it.
struct Finding {
    part: &'static str,
    ok: bool,
    detail: String,
}

impl Finding {
    fn ok(part: &'static str, detail: String) -> Self {
        Self { part, ok: true, detail }
    }

    fn of(part: &'static str, found: Result<String, String>) -> Self {
        let ok = found.is_ok();
        Self { part, ok, detail: found.unwrap_or_else(|why| why) }
    }
}

pub(super) fn run(arguments: &DoctorArguments, display: bool) -> anyhow::Result<u8> {
    let mut settings = Settings::default();
    arguments.model.apply(&mut settings);
    let folder = settings.language_model.clone().unwrap_or_else(language::default_model_dir);
    let device = Device::pick(settings.device);

    let mut findings = vec![Finding::ok("driftline", env!("CARGO_PKG_VERSION").to_owned())];
    findings.push(Finding::of("device", device.as_ref().map(Device::describe).map_err(ToString::to_string)));
    let device = device.map_err(|e| e.to_string());
    if let Ok(device) = device {
        findings.push(Finding::ok("precision", Precision::pick(settings.precision, device).describe()));
    }
    let loaded = device.and_then(|device| model(&folder, device, Precision::pick(settings.precision, device)));
    findings.push(Finding::of("model", loaded));
    // Libraries after the model: by now everything that will be loaded is.
    findings.extend(libraries());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    findings.push(Finding::ok("threads", format!("{cores} for this program")));
    findings.push(Finding::of("cache", cache(&language::cache_dir())));
    findings.push(Finding::of("fonts", chart()));
    let window = if display { "there" } else { "none: the window cannot open, every other command works" };
    findings.push(Finding::ok("display", window.to_owned()));

    let ok = findings.iter().all(|finding| finding.ok);
    if arguments.voice.json {
        let parts: Vec<_> =
            findings.iter().map(|f| json!({ "part": f.part, "ok": f.ok, "detail": f.detail })).collect();
        print_json(&json!({ "ok": ok, "parts": parts }))?;
    } else {
        let line = |f: &Finding| format!("{:<8} {:<10} {}\n", if f.ok { "ok" } else { "problem" }, f.part, f.detail);
        print(&findings.iter().map(line).collect::<String>())?;
    }
    Ok(if ok { exit::DONE } else { exit::INPUT })
}

/// Embeds a text, as a forecast would.
fn model(folder: &Path, device: Device, precision: Precision) -> Result<String, String> {
    let encoder = Encoder::load(folder, device, precision).map_err(|e| e.to_string())?;
    let vectors = encoder.embed(&["a red tea pot"], &Watch::silent()).map_err(|e| e.to_string())?;
    if vectors.data.iter().any(|number| !number.is_finite()) {
        return Err(format!("the language model gives no numbers; fetch it again: {}", folder.display()));
    }
    let info = encoder.info();
    let fingerprint = info.fingerprint.get(..16).unwrap_or(&info.fingerprint);
    Ok(format!("{}, fingerprint {fingerprint}", describe(info)))
}

/// A model in words: which, how large, for what.
pub(super) fn describe(info: &ModelInfo) -> String {
    let languages = match info.languages.as_slice() {
        [] => "languages not stated".to_owned(),
        [one] => format!("language {one}"),
        all if all.len() > 8 => format!("{} languages", all.len()),
        all => format!("languages {}", all.join(", ")),
    };
    let unsaid = if info.pooling_stated { "" } else { " (the directory does not say)" };
    format!(
        "{}: {}, {:.1} M numbers, {} MB, {languages}, {} numbers a text, {} tokens at most, pooling {}{unsaid}",
        info.name,
        info.architecture,
        info.parameters as f64 / 1e6,
        count(info.bytes.div_ceil(1_000_000)),
        info.dim,
        info.max_tokens,
        info.pooling,
    )
}

/// What the system says is loaded: which libtorch, and that only one runtime shares out its threads.
fn libraries() -> Vec<Finding> {
    let built = concat!("built against ", env!("DRIFTLINE_LIBTORCH_VERSION"));
    let Ok(maps) = fs::read_to_string("/proc/self/maps") else {
        return vec![Finding::ok("libtorch", built.to_owned())];
    };
    let loaded = |name: &str| -> BTreeSet<&str> {
        let paths = maps.lines().filter_map(|line| line.find('/').map(|start| &line[start..]));
        paths.filter(|path| path.rsplit('/').next().is_some_and(|file| file.starts_with(name))).collect()
    };
    let torch: Vec<&str> = loaded("libtorch_cpu").into_iter().collect();
    let gomp: Vec<&str> = loaded("libgomp").into_iter().chain(loaded("libomp")).collect();
    let threads = match gomp.len() {
        0 | 1 => Ok(gomp.first().map_or_else(|| "none is loaded".to_owned(), ToString::to_string)),
        _ => Err(format!("{} are loaded, which slows work down: {}", gomp.len(), gomp.join(", "))),
    };
    vec![Finding::ok("libtorch", format!("{built}: {}", torch.join(", "))), Finding::of("openmp", threads)]
}

/// Whether results can be kept between runs, and how much is kept.
fn cache(folder: &Path) -> Result<String, String> {
    let fault =
        |e: std::io::Error| format!("nothing can be kept there ({e}); set DRIFTLINE_CACHE: {}", folder.display());
    fs::create_dir_all(folder).map_err(fault)?;
    tempfile::tempfile_in(folder).map_err(fault)?;
    Ok(format!("{} MB in {}", count(size(folder) / 1_000_000), folder.display()))
}

/// Bytes of all files in a folder; what cannot be read counts nothing.
pub(super) fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let of = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size(&entry.path()),
        _ => entry.metadata().map_or(0, |about| about.len()),
    };
    entries.flatten().map(of).sum()
}

/// Draws an empty chart: its words need a font.
fn chart() -> Result<String, String> {
    let chart = TrajectoryChart {
        title: "Driftline".to_owned(),
        subtitle: String::new(),
        source: String::new(),
        calendar: Calendar::new(PeriodLength::Month),
        origin: Period(0),
        series: Vec::new(),
        activity: Vec::new(),
        band: None,
        note: None,
    };
    let png = report::chart_png(&chart, Theme::Light, 320.0, 180.0, 1.0).map_err(|e| e.to_string())?;
    Ok(format!("a chart can be drawn ({} bytes)", count(png.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_with_what_is_below() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("below/a"), [0; 300]).unwrap();
        fs::write(folder.path().join("b"), [0; 20]).unwrap();
        assert_eq!(size(folder.path()), 320);
    }

    #[test]
    fn a_cache_below_a_file_is_a_problem_with_a_way_out() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let why = cache(&file.path().join("cache")).unwrap_err();
        assert!(why.contains("DRIFTLINE_CACHE"), "{why}");
    }

    #[test]
    fn charts_can_be_drawn_here() {
        chart().unwrap();
    }
}
