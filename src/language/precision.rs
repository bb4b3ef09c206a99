//! How exact the numbers are that a model computes with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tch::Kind;

use super::Device;

/// The precision an analyst asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrecisionChoice {
    /// 16-bit brain floats where the device multiplies them natively, else 32-bit floats.
    #[default]
    Auto,
    /// 32-bit floats.
    F32,
    /// 16-bit brain floats, on any device.
    Bf16,
}

impl fmt::Display for PrecisionChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        })
    }
}

impl FromStr for PrecisionChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "f32" => Ok(Self::F32),
            "bf16" => Ok(Self::Bf16),
            _ => Err(format!("no precision is called `{text}`; use auto, f32 or bf16")),
        }
    }
}

/// The precision a model computes in, and why it is this one. Vectors are 32-bit floats in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precision {
    half: bool,
    why: &'static str,
}

impl Precision {
    /// 32-bit floats: what the references compute in.
    pub const F32: Self = Self { half: false, why: ASKED };

    /// The precision asked for; with [`PrecisionChoice::Auto`] the fastest that the device has.
    pub fn pick(choice: PrecisionChoice, device: Device) -> Self {
        match choice {
            PrecisionChoice::F32 => Self::F32,
            PrecisionChoice::Bf16 => Self { half: true, why: ASKED },
            PrecisionChoice::Auto if matches!(device.tch(), tch::Device::Cuda(_)) => {
                Self { half: true, why: "a GPU multiplies it much faster than f32" }
            }
            PrecisionChoice::Auto if cpu_multiplies_bf16() => {
                Self { half: true, why: "this CPU has avx512_bf16, which multiplies it twice as fast as f32" }
            }
            PrecisionChoice::Auto => Self { half: false, why: "this CPU has no avx512_bf16, so bf16 would be slower" },
        }
    }

    /// `f32` or `bf16`.
    pub fn name(self) -> &'static str {
        if self.half { "bf16" } else { "f32" }
    }

    /// Why it is this one.
    pub fn why(self) -> &'static str {
        self.why
    }

    /// In words: `bf16: as asked for`.
    pub fn describe(self) -> String {
        format!("{}: {}", self.name(), self.why)
    }

    /// What tch calls it.
    pub(super) fn kind(self) -> Kind {
        if self.half { Kind::BFloat16 } else { Kind::Float }
    }
}

const ASKED: &str = "as asked for";

/// Whether the CPU has an instruction for products of 16-bit brain floats. Every CPU with AMX has avx512_bf16 too, so
/// that one is asked for.
fn cpu_multiplies_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512bf16")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::DeviceChoice;

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for choice in [PrecisionChoice::Auto, PrecisionChoice::F32, PrecisionChoice::Bf16] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert!("fp16".parse::<PrecisionChoice>().unwrap_err().contains("auto, f32 or bf16"));
    }

    #[test]
    fn what_was_asked_for_is_taken_and_what_was_not_is_explained() {
        let cpu = Device::pick(DeviceChoice::Cpu).unwrap();
        assert_eq!(Precision::pick(PrecisionChoice::F32, cpu).kind(), Kind::Float);
        assert_eq!(Precision::pick(PrecisionChoice::Bf16, cpu).kind(), Kind::BFloat16);
        let auto = Precision::pick(PrecisionChoice::Auto, cpu);
        assert_eq!(auto.name() == "bf16", cpu_multiplies_bf16());
        assert!(auto.describe().contains("avx512_bf16"), "{}", auto.describe());
    }
}
