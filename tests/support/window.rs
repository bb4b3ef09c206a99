//! The window under test, with verbs of the domain.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftline::app::{DriftlineApp, Opening};
use driftline::events::Inspection;
use driftline::observe::{Progress, Stage};
use driftline::pipeline::{JobId, Outcome, Request, Update};
use eframe::egui::{self, Color32, Role, Theme, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use egui_kittest::{Harness, Node};
use resvg::tiny_skia::Pixmap;

use super::engine::{FakeDialogs, FakeEngine};
use super::raster::Raster;
use super::shop;

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads a dropped file through the window".to_owned())
    }
}

/// The real window with an engine and dialogs that a test directs.
pub struct Window {
    pub harness: Harness<'static, DriftlineApp>,
    pub engine: FakeEngine,
    pub dialogs: FakeDialogs,
    raster: Raster,
}

impl Window {
    /// Opens a window of a usual size in the light theme.
    pub fn open(opening: Opening) -> Self {
        Self::open_in(opening, Theme::Light, Vec2::new(1280.0, 800.0), 1.0)
    }

    /// Opens a window that keeps in a folder how logs are read.
    pub fn remembering(opening: Opening, cache: &Path) -> Self {
        let cache = cache.to_owned();
        Self::made(Theme::Light, Vec2::new(1280.0, 800.0), 1.0, opening, move |app| app.with_presets(&cache))
    }

    /// Opens a window in a theme and size.
    pub fn open_in(opening: Opening, theme: Theme, size: Vec2, pixels_per_point: f32) -> Self {
        Self::made(theme, size, pixels_per_point, opening, |app| app)
    }

    fn made(
        theme: Theme,
        size: Vec2,
        pixels_per_point: f32,
        opening: Opening,
        furnish: impl FnOnce(DriftlineApp) -> DriftlineApp + 'static,
    ) -> Self {
        let (engine, dialogs, raster) = (FakeEngine::default(), FakeDialogs::default(), Raster::default());
        let (inner_engine, inner_dialogs) = (engine.clone(), dialogs.clone());
        let mut harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(pixels_per_point)
            .with_theme(theme)
            .with_max_steps(16)
            .renderer(raster.clone())
            .build_eframe(move |creation| {
                let app = DriftlineApp::new(&creation.egui_ctx, Box::new(inner_engine), opening);
                furnish(app.with_dialogs(Box::new(inner_dialogs)))
            });
        harness.run();
        Self { harness, engine, dialogs, raster }
    }

    /// A window on the shop's log, looked into.
    pub fn on_a_log(theme: Theme) -> Self {
        let log = Opening::Logs(vec!["garden_shop.csv".into()]);
        let mut window = Self::open_in(log, theme, Vec2::new(1280.0, 800.0), 1.0);
        window.inspected(shop::inspection());
        window
    }

    /// A window with results.
    pub fn trained(theme: Theme, outcome: Outcome) -> Self {
        let mut window = Self::on_a_log(theme);
        window.click("Train");
        let (job, _) = window.engine.latest();
        window.tell(Update::Trained(job, Arc::new(outcome)));
        window
    }

    /// Has the engine tell something and lets the window take it up.
    pub fn tell(&mut self, update: Update) {
        self.engine.tell(update);
        self.harness.run();
    }

    /// Ends the inspection at work.
    pub fn inspected(&mut self, inspection: Inspection) {
        let (job, request) = self.engine.latest();
        assert!(matches!(request, Request::Inspect(_)), "{request:?}");
        self.tell(Update::Inspected(job, Arc::new(inspection)));
        self.tell(Update::Accounted(job, Arc::new(shop::account())));
    }

    /// The job of the latest request, which must be a training.
    pub fn training(&self) -> JobId {
        let (job, request) = self.engine.latest();
        assert!(matches!(request, Request::Train(_)), "{request:?}");
        job
    }

    /// Clicks what has this name, the first if several have.
    pub fn click(&mut self, name: &str) {
        self.find(name).click();
        self.harness.run();
    }

    /// Scrolls what has this name into view and clicks it.
    pub fn reach(&mut self, name: &str) {
        self.find(name).scroll_to_me();
        self.harness.run();
        self.click(name);
    }

    /// Presses keys.
    pub fn press(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    /// Types into the field of this name.
    pub fn type_into(&mut self, field: &str, text: &str) {
        self.find(field).focus();
        self.harness.run();
        self.find(field).type_text(text);
        self.harness.run();
    }

    /// Drops a file onto the window.
    pub fn drop_file(&mut self, path: &str) {
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.into())));
        self.harness.run();
    }

    /// Whether something on the window has this name or says these words.
    pub fn shows(&self, words: &str) -> bool {
        let says = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
            node.label().is_some_and(|label| label.contains(words))
                || node.value().is_some_and(|value| value.contains(words))
        };
        self.harness.query_all(by().predicate(says)).next().is_some()
    }

    /// What has this name; a thing to use goes before a word that is only read.
    pub fn find<'a>(&'a self, name: &'a str) -> Node<'a> {
        let nodes: Vec<Node<'a>> = self.harness.query_all_by_label(name).collect();
        let usable = |node: &&Node<'_>| node.accesskit_node().role() != Role::Label;
        let place = nodes.iter().position(|node| usable(&node)).unwrap_or(0);
        nodes
            .into_iter()
            .nth(place)
            .unwrap_or_else(|| panic!("nothing is called {name:?}; there is: {:#?}", self.names()))
    }

    /// The names of all that is shown.
    pub fn names(&self) -> Vec<String> {
        self.harness.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect()
    }

    /// The users listed on the window now, from top to bottom.
    pub fn rows(&self) -> Vec<String> {
        let mut rows: Vec<(f32, String)> = self
            .harness
            .query_all_by_role(Role::Row)
            .filter_map(|node| Some((node.rect().top(), node.accesskit_node().label()?)))
            .collect();
        rows.sort_by(|one, other| one.0.total_cmp(&other.0));
        rows.into_iter().map(|(_, name)| name).collect()
    }

    /// Has a training come so far that its curves show.
    pub fn training_under_way(&mut self) {
        let job = self.training();
        for (stage, unit, total) in
            [(Stage::Read, "row", 612_480), (Stage::Embed, "text", 4_631), (Stage::Cluster, "attempt", 1)]
        {
            self.engine.tell(Update::Progress(job, progress(stage, "", total, total, unit)));
        }
        for point in shop::curves(2, 9) {
            self.engine.tell(Update::Curve(job, point));
        }
        self.tell(Update::Progress(job, progress(Stage::Train, "seed 2 of 3 · epoch 9", 23, 60, "epoch")));
    }

    /// A picture of the window as it is.
    pub fn picture(&self) -> Pixmap {
        self.raster.picture(&self.harness, Color32::BLACK)
    }
}

/// What a stage says of itself.
pub fn progress(stage: Stage, detail: &str, done: u64, total: u64, unit: &'static str) -> Progress {
    let left = std::time::Duration::from_secs(18);
    Progress {
        stage,
        detail: detail.to_owned(),
        done,
        total: Some(total),
        unit,
        rate: 1.9,
        eta: Some(if done == total { std::time::Duration::ZERO } else { left }),
    }
}
