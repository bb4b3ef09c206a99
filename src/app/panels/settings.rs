//! The settings of a run. The defaults are good; nothing here has to be touched.

use eframe::egui::{Align2, DragValue, TextEdit, Ui, vec2};

use crate::app::commands::{Action, Actions};
use crate::app::session::Session;
use crate::app::theme::space;
use crate::app::view::View;
use crate::app::widgets::{caption, card, labelled, section, segmented};
use crate::calendar::PeriodLength;
use crate::interests::VectorsAsked;
use crate::language::{DeviceChoice, PrecisionChoice};
use crate::project::limits::{HORIZON, INTERESTS};
use crate::project::{InterestCount, Settings};
use crate::report::TableFormat;
use crate::wording::agreeing;

/// How many interests are proposed to a person who wants a number of their own.
const SOME_INTERESTS: u16 = 16;

/// The settings of a run.
#[derive(Debug, Default)]
pub struct SettingsCard {
    /// What stands in the field of the time format, and whether a person is typing there.
    time_format: String,
    typing: bool,
    /// The same of the field of the language model.
    language_model: String,
    typing_model: bool,
}

impl View for SettingsCard {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let mut settings = session.settings.clone();
        card(ui, space::INSET, |ui| {
            ui.set_min_width(ui.available_width());
            section(ui, "Settings");
            caption(ui, "Good as they are; change what you know better.");
            ui.add_space(space::TIGHT);
            period_ui(ui, &mut settings);
            interests_ui(ui, &mut settings);
            vectors_ui(ui, &mut settings);
            labelled(ui, "Forecast ahead", |ui| {
                let periods = settings.horizon as u64;
                let value = DragValue::new(&mut settings.horizon)
                    .range(HORIZON)
                    .suffix(format!(" {}", agreeing(periods, "period")))
                    .speed(0.05);
                ui.add(value).accessible_name("Forecast ahead").on_hover_text("How many periods the forecast reaches");
            });
            self.time_format_ui(ui, &mut settings);
            device_ui(ui, &mut settings);
            labelled(ui, "Seed", |ui| {
                let value = DragValue::new(&mut settings.seed).range(0..=u64::MAX).speed(0.1);
                ui.add(value)
                    .accessible_name("Seed")
                    .on_hover_text("The same seed, settings and log give the same results");
            });
            self.language_model_ui(ui, &mut settings);
            precision_ui(ui, &mut settings);
            tables_ui(ui, &mut settings);
        });
        if settings != session.settings {
            actions.push(Action::Configure(Box::new(settings)));
        }
    }
}

impl SettingsCard {
    fn language_model_ui(&mut self, ui: &mut Ui, settings: &mut Settings) {
        labelled(ui, "Language model", |ui| {
            if !self.typing_model {
                let chosen = settings.language_model.as_deref();
                self.language_model = chosen.map(|path| path.display().to_string()).unwrap_or_default();
            }
            let field = TextEdit::singleline(&mut self.language_model)
                .hint_text("built in")
                .desired_width(132.0)
                .align(Align2::LEFT_CENTER)
                .min_size(vec2(0.0, space::CONTROL));
            let field = ui
                .add(field)
                .accessible_name("Language model")
                .on_hover_text("The directory of a Hugging Face model: of your own language, or of your own field");
            self.typing_model = field.has_focus();
            if field.lost_focus() {
                let typed = self.language_model.trim();
                settings.language_model = (!typed.is_empty()).then(|| typed.into());
            }
        });
    }

    fn time_format_ui(&mut self, ui: &mut Ui, settings: &mut Settings) {
        labelled(ui, "Times are written", |ui| {
            if !self.typing {
                self.time_format = settings.time_format.clone().unwrap_or_default();
            }
            let field = TextEdit::singleline(&mut self.time_format)
                .hint_text("as guessed")
                .desired_width(132.0)
                .align(Align2::LEFT_CENTER)
                .min_size(vec2(0.0, space::CONTROL));
            let field = ui.add(field).accessible_name("Times are written").on_hover_text(
                "Where times can be read two ways, say how they are written: %d/%m/%Y %H:%M is day, month, year",
            );
            self.typing = field.has_focus();
            if field.lost_focus() {
                let typed = self.time_format.trim();
                settings.time_format = (!typed.is_empty()).then(|| typed.to_owned());
            }
        });
    }
}

fn precision_ui(ui: &mut Ui, settings: &mut Settings) {
    labelled(ui, "Precision", |ui| {
        let choices =
            [(PrecisionChoice::Auto, "Auto"), (PrecisionChoice::F32, "32 bits"), (PrecisionChoice::Bf16, "16 bits")];
        if let Some(precision) = segmented(ui, "Precision", &choices, settings.precision) {
            settings.precision = precision;
        }
    });
}

fn tables_ui(ui: &mut Ui, settings: &mut Settings) {
    labelled(ui, "Tables as", |ui| {
        let choices = [(TableFormat::Parquet, "Parquet"), (TableFormat::Csv, "CSV"), (TableFormat::Both, "Both")];
        if let Some(tables) = segmented(ui, "Tables as", &choices, settings.tables) {
            settings.tables = tables;
        }
    });
}

fn period_ui(ui: &mut Ui, settings: &mut Settings) {
    ui.label("Period");
    let choices = [
        (None, "Auto"),
        (Some(PeriodLength::Day), "Day"),
        (Some(PeriodLength::Week), "Week"),
        (Some(PeriodLength::Month), "Month"),
    ];
    if let Some(period) = segmented(ui, "Period", &choices, settings.period) {
        settings.period = period;
    }
}

fn interests_ui(ui: &mut Ui, settings: &mut Settings) {
    labelled(ui, "Interests", |ui| {
        if let InterestCount::Fixed(number) = &mut settings.interests {
            let value = DragValue::new(number).range(INTERESTS).speed(0.1);
            ui.add(value).accessible_name("Number of interests").on_hover_text("How many interests to look for");
        }
        let fixed = matches!(settings.interests, InterestCount::Fixed(_));
        match segmented(ui, "Interests", &[(false, "Auto"), (true, "Number")], fixed) {
            Some(true) => settings.interests = InterestCount::Fixed(SOME_INTERESTS),
            Some(false) => settings.interests = InterestCount::Auto,
            None => {}
        }
    });
}

fn vectors_ui(ui: &mut Ui, settings: &mut Settings) {
    labelled(ui, "Vectors", |ui| {
        let choices = [(VectorsAsked::Raw, "Words"), (VectorsAsked::Behaviour, "Behaviour")];
        if let Some(vectors) = segmented(ui, "Vectors", &choices, settings.vectors) {
            settings.vectors = vectors;
        }
    });
}

fn device_ui(ui: &mut Ui, settings: &mut Settings) {
    labelled(ui, "Device", |ui| {
        let gpu = match settings.device {
            DeviceChoice::Cuda(number) => DeviceChoice::Cuda(number),
            DeviceChoice::Auto | DeviceChoice::Cpu => DeviceChoice::Cuda(0),
        };
        let choices = [(DeviceChoice::Auto, "Auto"), (DeviceChoice::Cpu, "CPU"), (gpu, "GPU")];
        if let Some(device) = segmented(ui, "Device", &choices, settings.device) {
            settings.device = device;
        }
    });
}
