//! The programs that a set-up needs and does not bring: Python with pip, a C++ compiler.

use std::process::{Command, Stdio};

use crate::Fallible;

/// A Python 3 with pip.
pub struct Python(&'static str);

impl Python {
    /// The Python on the path.
    pub fn find() -> Fallible<Self> {
        let works = |name: &&str| {
            answers(Command::new(name).args(["-c", "import zipfile, sys; assert sys.version_info >= (3, 8)"]))
        };
        let Some(name) = ["python3", "python"].into_iter().find(works) else {
            return Err(format!(
                "Python 3.8 or later is needed to fetch libtorch, and none was found. {}",
                advice("python3 python3-pip", "brew install python3")
            ));
        };
        let python = Self(name);
        if !answers(python.pip().arg("--version")) {
            return Err(format!(
                "pip is needed to fetch libtorch, and `{name}` has none. {}",
                advice("python3-pip", "brew install python3")
            ));
        }
        Ok(python)
    }

    /// pip, whatever the user's configuration asks for.
    pub fn pip(&self) -> Command {
        let mut command = Command::new(self.0);
        command.args(["-m", "pip"]).env("PIP_REQUIRE_VIRTUALENV", "0").env("PIP_NO_INPUT", "1");
        command
    }

    /// A script of ours, away from the user's modules.
    pub fn script(&self, text: &str) -> Command {
        let mut command = Command::new(self.0);
        command.args(["-I", "-c", text]).stdin(Stdio::null());
        command
    }
}

/// torch-sys compiles a layer of C++ over libtorch; without a compiler its build fails late and at length.
pub fn check_compiler() -> Fallible<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let given = std::env::var("CXX").unwrap_or_default();
    let mut words = given.split_whitespace();
    let name = words.next().unwrap_or("c++");
    if answers(Command::new(name).args(words).arg("--version")) {
        Ok(())
    } else {
        Err(format!(
            "a C++ compiler is needed, and `{name}` could not be started. {}",
            advice("g++", "xcode-select --install")
        ))
    }
}

/// Whether a command runs and ends well.
fn answers(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// How to get what is missing.
fn advice(debian: &str, mac: &str) -> String {
    let how = if cfg!(target_os = "macos") {
        format!("`{mac}`")
    } else {
        format!("on Debian or Ubuntu: `sudo apt install {debian}`")
    };
    format!("Install it ({how}) and give the command again")
}
