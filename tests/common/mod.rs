//! Running the built program on small logs.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A run that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// A folder of its own for a test: its logs, its results, and a cache that has the language model and nothing else.
pub struct Bench {
    folder: TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = driftline::language::default_model_dir();
        assert!(model.is_dir(), "run `cargo xtask setup` first, these tests need the language model");
        let models = folder.path().join("cache/models");
        fs::create_dir_all(&models).unwrap();
        std::os::unix::fs::symlink(std::path::absolute(&model).unwrap(), models.join(model.file_name().unwrap()))
            .unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file there.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The program, away from display and caches of the machine.
    pub fn program(&self) -> Command {
        self.wrapped(Command::new(env!("CARGO_BIN_EXE_driftline")))
    }

    /// Another program that starts ours, under the same conditions.
    pub fn wrapped(&self, mut command: Command) -> Command {
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("DRIFTLINE_CACHE", self.path("cache"));
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end. Words are set apart by blanks.
    pub fn run(&self, words: &str) -> Ended {
        let child = self.program().args(words.split(' ')).spawn().unwrap();
        finish(child, String::new())
    }

    /// Runs the program and presses Ctrl-C as soon as `line` appears on standard error.
    pub fn interrupt_at(&self, words: &str, line: &str) -> Ended {
        let mut child = self.program().args(words.split(' ')).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        while !seen.contains(line) {
            assert!(stderr.read_line(&mut seen).unwrap() > 0, "`{line}` never came: {seen}");
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let rest = std::thread::spawn(move || {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            rest
        });
        let ended = finish(child, String::new());
        Ended { stderr: seen + &rest.join().unwrap(), ..ended }
    }

    /// Files and folders below a folder that a run may have left, hidden ones too.
    pub fn left_in(&self, name: &str) -> Vec<String> {
        list(&self.path(name))
    }
}

/// The names in a folder; none if there is no such folder.
pub fn list(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Waits for a run to end, however much it says.
pub fn finish(mut child: Child, mut stderr: String) -> Ended {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let read = |stream: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut stream) = stream {
                stream.read_to_end(&mut text).unwrap();
            }
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let out = read(out.map(|stream| Box::new(stream) as _));
    let err = read(err.map(|stream| Box::new(stream) as _));
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the program hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    stderr += &err.join().unwrap();
    Ended { code: status.code(), stdout: out.join().unwrap(), stderr }
}

impl Ended {
    /// The one message of a run that ended with `code`.
    #[track_caller]
    pub fn message(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        let mut messages = self.stderr.lines().filter_map(|line| line.strip_prefix("driftline: "));
        let message = messages.next().unwrap_or_else(|| panic!("no message: {self:?}"));
        assert_eq!(messages.next(), None, "one message: {self:?}");
        assert_eq!(
            self.stderr.lines().last(),
            Some(format!("driftline: {message}").as_str()),
            "it comes last: {self:?}"
        );
        message
    }

    /// Asserts that all went well.
    #[track_caller]
    pub fn done(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self
    }
}

/// What the shop of these tests sells: three kinds of things.
const GOODS: [&str; 12] = [
    "red tea pot",
    "blue tea cup",
    "tea towel with roses",
    "set of six spoons",
    "wooden train",
    "jigsaw puzzle",
    "toy rabbit",
    "box of crayons",
    "christmas star",
    "candle holder",
    "paper lantern",
    "string of lights",
];

/// A small shop's log as CSV. Every user buys in every month, each from a kind of goods of their own, now and then
/// from another.
pub fn shop(users: usize, months: usize) -> String {
    let mut log = String::from("customer,invoice date,description,quantity,price\n");
    for month in 0..months {
        for user in 0..users {
            for purchase in 0..3 {
                let stray = (user * 7 + month * 5 + purchase * 3) % 4 == 0;
                let kind = if stray { (user + month) % 3 } else { user % 3 };
                let text = GOODS[kind * 4 + (user + month + purchase) % 4];
                let (year, month, day) = (2020 + month / 12, month % 12 + 1, (user * 3 + purchase * 9) % 28 + 1);
                let minute = (user + purchase) % 60;
                writeln!(log, "u{user:03},{year}-{month:02}-{day:02} 10:{minute:02}:00,{text},{},2.5", purchase + 1)
                    .unwrap();
            }
        }
    }
    log
}
