//! Lets the program and its tests find libtorch without an environment variable.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // torch-sys tells its direct dependants where libtorch lies; link arguments do not travel by themselves.
    let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") else { return };
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
        // `libtorch.so` itself is not asked for: in the wheel for CPU and GPU it insists on the GPU's libraries.
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
    }
    // `driftline doctor` tells the version it was built against.
    let header = Path::new(&lib).with_file_name("include/torch/headeronly/version.h");
    println!("cargo:rerun-if-changed={}", header.display());
    println!("cargo:rustc-env=DRIFTLINE_LIBTORCH_VERSION={}", version(&header).unwrap_or_else(|| "unknown".to_owned()));
}

/// The version that libtorch's header states in three numbers.
fn version(header: &Path) -> Option<String> {
    let text = std::fs::read_to_string(header).ok()?;
    let number = |part: &str| {
        let name = format!("#define TORCH_VERSION_{part} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).map(str::trim)
    };
    Some(format!("{}.{}.{}", number("MAJOR")?, number("MINOR")?, number("PATCH")?))
}
