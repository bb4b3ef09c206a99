//! The system's file dialogs. They run beside the window, which goes on drawing.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// What is asked of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which log to open.
    OpenLog,
    /// Which project to open.
    OpenProject,
    /// Where to save the project.
    SaveProject {
        /// The name proposed.
        name: String,
    },
    /// Where to write a chart.
    SaveChart {
        /// The name proposed; its ending says which format.
        name: String,
    },
    /// Into which folder to write the tables.
    TablesFolder,
    /// Where to write the trials of a search.
    SaveTrials {
        /// The name proposed; its ending says which format.
        name: String,
    },
    /// Where to write the rows left out.
    SaveRejected {
        /// The name proposed.
        name: String,
    },
}

/// A person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// The files or the folder chosen; none if the person thought better of it.
    pub paths: Vec<PathBuf>,
}

/// Asks the window to draw again; may be called from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Asks people for files. Tests answer by themselves.
pub trait FileDialogs {
    /// Shows a dialog and returns at once. `wake` is called when the answer is there.
    fn ask(&mut self, question: Question, wake: Wake);
    /// The next answer, if there is one.
    fn poll(&mut self) -> Option<Answer>;
}

/// The dialogs of the system.
#[derive(Debug)]
pub struct NativeDialogs {
    sender: SyncSender<Answer>,
    receiver: Receiver<Answer>,
    open: usize,
}

impl Default for NativeDialogs {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(8);
        Self { sender, receiver, open: 0 }
    }
}

type Picked = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

impl FileDialogs for NativeDialogs {
    fn ask(&mut self, question: Question, wake: Wake) {
        // One dialog at a time: a second one would hide behind the first.
        if self.open > 0 {
            return;
        }
        // On macOS the dialog must be made on this thread; waiting for it may happen on any.
        let picked = dialog(&question);
        let sender = self.sender.clone();
        let started = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
            let paths = pollster::block_on(picked);
            // The window may be gone by now, and then nobody waits for the answer.
            let _ = sender.send(Answer { question, paths });
            wake();
        });
        if started.is_ok() {
            self.open += 1;
        }
    }

    fn poll(&mut self) -> Option<Answer> {
        let answer = self.receiver.try_recv().ok()?;
        self.open = self.open.saturating_sub(1);
        Some(answer)
    }
}

fn dialog(question: &Question) -> Picked {
    let new = rfd::AsyncFileDialog::new;
    let path = |handle: rfd::FileHandle| handle.path().to_owned();
    match question {
        Question::OpenLog => {
            let asked = new()
                .set_title("Open a log")
                .add_filter("Logs", &["csv", "tsv", "txt", "gz", "zst", "zip", "parquet", "pq"])
                .add_filter("All files", &["*"])
                .pick_files();
            Box::pin(async move { asked.await.unwrap_or_default().into_iter().map(path).collect() })
        }
        Question::OpenProject => {
            let asked = new().set_title("Open a project").add_filter("Driftline projects", &["ron"]).pick_file();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
        Question::SaveProject { name } => {
            let asked = new()
                .set_title("Save the project")
                .add_filter("Driftline projects", &["ron"])
                .set_file_name(name)
                .save_file();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
        Question::SaveChart { name } => {
            let asked = new().set_title("Export the chart").set_file_name(name).save_file();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
        Question::SaveRejected { name } => {
            let asked =
                new().set_title("Write the rows left out").add_filter("CSV", &["csv"]).set_file_name(name).save_file();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
        Question::SaveTrials { name } => {
            let asked = new()
                .set_title("Save the trials")
                .add_filter("CSV", &["csv"])
                .add_filter("Parquet", &["parquet"])
                .set_file_name(name)
                .save_file();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
        Question::TablesFolder => {
            let asked =
                new().set_title("Export all tables into a folder").set_can_create_directories(true).pick_folder();
            Box::pin(async move { asked.await.into_iter().map(path).collect() })
        }
    }
}
