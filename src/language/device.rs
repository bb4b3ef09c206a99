//! Where tensors live.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use libloading::Library;
use serde::{Deserialize, Serialize};

use super::LanguageError;

/// The device an analyst asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The first GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU by number.
    Cuda(usize),
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |digits: &str| digits.parse().map(Self::Cuda).ok();
        match text {
            "auto" => Some(Self::Auto),
            "cpu" => Some(Self::Cpu),
            "cuda" => Some(Self::Cuda(0)),
            _ => text.strip_prefix("cuda:").and_then(number),
        }
        .ok_or_else(|| format!("no device is called `{text}`; use auto, cpu, cuda or cuda:N"))
    }
}

/// The device that tensors live on, and why it is this one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Device {
    tch: tch::Device,
    why: &'static str,
}

impl Device {
    /// The device asked for; with [`DeviceChoice::Auto`] the first GPU if there is one that works.
    ///
    /// # Errors
    /// [`LanguageError::NoGpu`] if a GPU was asked for by number and cannot be used.
    pub fn pick(choice: DeviceChoice) -> Result<Self, LanguageError> {
        const ASKED: &str = "as asked for";
        match choice {
            DeviceChoice::Cpu => Ok(Self { tch: tch::Device::Cpu, why: ASKED }),
            DeviceChoice::Auto => Ok(match gpus() {
                Ok(_) => Self { tch: tch::Device::Cuda(0), why: "the first that was found" },
                Err(why) => Self { tch: tch::Device::Cpu, why },
            }),
            DeviceChoice::Cuda(number) => match gpus() {
                Ok(count) if number < count => Ok(Self { tch: tch::Device::Cuda(number), why: ASKED }),
                Ok(count) => Err((number, format!("the last GPU here is cuda:{}", count - 1))),
                Err(why) => Err((number, why.to_owned())),
            }
            .map_err(|(number, why)| LanguageError::NoGpu { asked: format!("cuda:{number}"), why }),
        }
    }

    /// In words: `CPU, 2 threads: no GPU was found`.
    pub fn describe(&self) -> String {
        match self.tch {
            tch::Device::Cuda(number) => format!("GPU {number}: {}", self.why),
            _ => {
                let threads = tch::get_num_threads();
                let plural = if threads == 1 { "" } else { "s" };
                format!("CPU, {threads} thread{plural}: {}", self.why)
            }
        }
    }

    /// What of it can change the last bits of a result: what computes, and on how many threads. Why it was taken changes
    /// nothing.
    pub fn key(&self) -> String {
        match self.tch {
            tch::Device::Cuda(number) => format!("cuda:{number}"),
            _ => format!("cpu {} threads {}", std::env::consts::ARCH, tch::get_num_threads()),
        }
    }

    /// What tch calls it.
    pub fn tch(&self) -> tch::Device {
        self.tch
    }
}

/// Sets how many threads one tensor operation is spread over, at least 1. Results are the same bytes only for the same
/// number.
pub fn set_threads(threads: usize) {
    tch::set_num_threads(i32::try_from(threads.max(1)).unwrap_or(i32::MAX));
}

/// How many GPUs can be used, at least 1; if none, why.
fn gpus() -> Result<usize, &'static str> {
    gpu_library().as_ref().map_err(String::as_str)?;
    let count = if tch::Cuda::is_available() { tch::Cuda::device_count() } else { 0 };
    usize::try_from(count).ok().filter(|count| *count > 0).ok_or("no GPU was found")
}

/// Opens libtorch's GPU part, once and for ever. It must be there before the first tensor, and must never go: libtorch
/// keeps pointers into it.
fn gpu_library() -> &'static Result<Library, String> {
    static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        open_globally(libloading::library_filename("torch_cuda")).map_err(|error| {
            // The loader's own words stand behind libloading's.
            let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            if why.contains("torch_cuda") && why.contains("No such file") {
                "this libtorch has no GPU part".to_owned()
            } else {
                format!("libtorch's GPU part did not load ({why})")
            }
        })
    })
}

#[expect(unsafe_code, reason = "opening a library runs its initialisers; libtorch's own are meant to be run so")]
fn open_globally(name: std::ffi::OsString) -> Result<Library, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library as UnixLibrary, RTLD_GLOBAL, RTLD_NOW};
        // SAFETY: the library belongs to the libtorch this program is linked with; its initialisers only register the
        // GPU's operations.
        unsafe { UnixLibrary::open(Some(name), RTLD_NOW | RTLD_GLOBAL) }.map(Library::from)
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as above.
        unsafe { Library::new(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for choice in [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(3)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!("cuda".parse(), Ok(DeviceChoice::Cuda(0)));
        assert!("gpu".parse::<DeviceChoice>().unwrap_err().contains("cuda:N"));
    }

    #[test]
    fn the_cpu_is_always_there_and_says_why() {
        let cpu = Device::pick(DeviceChoice::Cpu).unwrap();
        assert_eq!(cpu.tch(), tch::Device::Cpu);
        assert!(cpu.describe().starts_with("CPU, ") && cpu.describe().ends_with(": as asked for"));
        assert!(Device::pick(DeviceChoice::Auto).unwrap().describe().contains(": "));
    }

    #[test]
    fn a_gpu_that_is_not_there_is_refused_with_the_reason() {
        let refused = Device::pick(DeviceChoice::Cuda(999)).unwrap_err().to_string();
        assert!(refused.contains("`cuda:999` cannot be used"), "{refused}");
    }
}
