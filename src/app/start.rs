//! Opening the window on this machine, and saying clearly why that cannot be done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use eframe::egui::{IconData, ViewportBuilder};

use super::dialogs::Wake;
use super::preferences::Preferences;
use super::{DriftlineApp, Opening};
use crate::pipeline::Engine;

/// The project that comes with the program, below the folder it lies in.
const SAMPLE: &str = "sample_data/online_retail_II.ron";

/// What a person has to install where a library is missing, by a part of the message that tells of it.
/// The Debian and Ubuntu package stands last.
const LIBRARIES: [(&str, &str, &str); 11] = [
    ("xkbcommon-x11", "libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("xkbcommon", "libxkbcommon.so.0", "libxkbcommon0"),
    ("libX11-xcb", "libX11-xcb.so.1", "libx11-xcb1"),
    ("libX11", "libX11.so.6", "libx11-6"),
    ("libXcursor", "libXcursor.so.1", "libxcursor1"),
    ("libXi", "libXi.so.6", "libxi6"),
    ("wayland-egl", "libwayland-egl.so.1", "libwayland-egl1"),
    ("libwayland-client", "libwayland-client.so.0", "libwayland-client0"),
    ("wayland library could not be loaded", "libwayland-client.so.0", "libwayland-client0"),
    ("libEGL", "libEGL.so.1", "libegl1"),
    ("libGL", "libGL.so.1", "libgl1"),
];

/// Whether this machine has a display to open a window on.
pub fn display_available() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Opens the window and returns when it is closed. `start_engine` is handed what wakes the window from any thread.
///
/// # Errors
/// If no window can be opened: one message that says why, naming a system library where that is what is missing.
pub fn run(start_engine: Box<dyn FnOnce(Wake) -> Box<dyn Engine>>, opening: Opening) -> anyhow::Result<()> {
    let place = Preferences::place();
    let size = place.as_deref().and_then(|place| Preferences::load(place).size).unwrap_or((1280.0, 800.0));
    let mut viewport = ViewportBuilder::default()
        .with_title("Driftline")
        .with_app_id("driftline")
        .with_inner_size([size.0, size.1])
        .with_min_inner_size([880.0, 560.0])
        .with_drag_and_drop(true);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let opened = Arc::new(AtomicBool::new(false));
    let now_open = opened.clone();
    let told = quiet_panics_until(opened.clone());
    let ran = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native(
            "Driftline",
            options,
            Box::new(move |creation| {
                now_open.store(true, Ordering::Relaxed);
                let ctx = creation.egui_ctx.clone();
                let waker = ctx.clone();
                let engine = start_engine(Arc::new(move || waker.request_repaint()));
                let app = DriftlineApp::new(&ctx, engine, opening).with_presets(&crate::language::cache_dir());
                Ok(Box::new(match place {
                    Some(place) => app.with_preferences(place, &ctx),
                    None => app,
                }))
            }),
        )
    }));
    match ran {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => anyhow::bail!(explain(&error.to_string())),
        Err(panic) if opened.load(Ordering::Relaxed) => std::panic::resume_unwind(panic),
        Err(_) => {
            let detail = told.lock().map(|text| text.clone()).unwrap_or_default();
            anyhow::bail!(explain(&detail))
        }
    }
}

/// Keeps panics of this thread off the terminal until the window is open: winit panics where a library is missing,
/// and the message made of it says more. What was said is in the cell returned.
fn quiet_panics_until(opened: Arc<AtomicBool>) -> Arc<Mutex<String>> {
    let told = Arc::new(Mutex::new(String::new()));
    let (cell, here) = (told.clone(), std::thread::current().id());
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if opened.load(Ordering::Relaxed) || std::thread::current().id() != here {
            usual(panic);
        } else if let Ok(mut text) = cell.lock() {
            *text = panic.to_string();
        }
    }));
    told
}

/// What a person can do about a window that did not open.
fn explain(detail: &str) -> String {
    // Where in winit's sources it happened helps nobody here.
    let detail =
        detail.rsplit_once(".rs:").and_then(|(_, rest)| rest.split_once(": ")).map_or(detail, |(_, said)| said);
    let detail = detail.trim();
    let detail = if detail.contains("xlib's shared libraries") { missing_x11().unwrap_or(detail) } else { detail };
    if let Some((_, library, package)) = LIBRARIES.iter().find(|(sign, _, _)| detail.contains(sign)) {
        return format!(
            "the window needs the system library {library}, which could not be loaded; install it \
             (on Debian and Ubuntu: apt install {package}), or use the commands that need no window: driftline --help"
        );
    }
    let what = if detail.contains("glutin") || detail.contains("egui_glow") || detail.contains("OpenGL") {
        "the window needs OpenGL 2.1 or newer (libGL.so.1 and libEGL.so.1; on Debian and Ubuntu: apt install libgl1 libegl1)"
    } else {
        "the window could not be opened"
    };
    format!("{what}; the commands that need no window still work: driftline --help ({detail})")
}

/// Which of X11's libraries cannot be loaded.
#[cfg(target_os = "linux")]
fn missing_x11() -> Option<&'static str> {
    use x11_dl::{xcursor::Xcursor, xinput2::XInput2, xlib::Xlib, xlib_xcb::Xlib_xcb};
    let loads = [
        ("libX11.so.6", Xlib::open().is_ok()),
        ("libXcursor.so.1", Xcursor::open().is_ok()),
        ("libXi.so.6", XInput2::open().is_ok()),
        ("libX11-xcb.so.1", Xlib_xcb::open().is_ok()),
    ];
    loads.into_iter().find(|(_, loaded)| !loaded).map(|(library, _)| library)
}

#[cfg(not(target_os = "linux"))]
fn missing_x11() -> Option<&'static str> {
    None
}

fn icon() -> Option<IconData> {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).ok()
}

/// Finds the sample: beside the program, above it, or where it was built.
pub(super) fn sample() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|program| program.ancestors().skip(1).take(5));
    let here = std::env::current_dir().ok();
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.as_deref()
        .into_iter()
        .chain(above)
        .chain([built])
        .map(|folder| folder.join(SAMPLE))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named_with_its_package() {
        let told = "panicked at src/x11.rs:59: Library libxkbcommon-x11.so could not be loaded.";
        let message = explain(told);
        assert!(message.contains("libxkbcommon-x11.so.0"), "{message}");
        assert!(message.contains("apt install libxkbcommon-x11-0"), "{message}");
        assert!(!message.contains('\n'));
        for (sign, library, _) in LIBRARIES {
            assert!(explain(&format!("opening {sign} failed")).contains(library), "{sign}");
        }
    }

    #[test]
    fn what_is_not_understood_is_passed_on() {
        assert!(explain("winit error: os error 11").contains("os error 11"));
        let told = "winit EventLoopError: os error at /home/a/winit/src/linux/mod.rs:788: Failed to open connection to X server";
        let message = explain(told);
        assert!(message.ends_with("(Failed to open connection to X server)"), "{message}");
        assert!(explain("glutin error: no config").contains("OpenGL"));
    }

    #[test]
    fn the_icon_and_the_sample_are_there() {
        assert!(icon().is_some_and(|icon| icon.width == icon.height && icon.width >= 128));
        assert!(sample().is_some());
    }
}
