//! How a text file writes its table, its times and which of its rows count: what was found, and what to say instead.

use eframe::egui::{Align2, ComboBox, Label, RichText, TextEdit, Ui, vec2};
use jiff::civil::Date;

use crate::app::commands::{Action, Actions};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, card, icon_button, labelled, section};
use crate::events::{Dialect, KindReport, Role};
use crate::project::Settings;
use crate::wording::counted;

const ENCODINGS: [&str; 7] = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "gb18030", "shift_jis", "euc-kr"];
const DELIMITERS: [(char, &str); 4] = [(',', "comma"), (';', "semicolon"), ('\t', "tab"), ('|', "bar")];
const DECIMALS: [(char, &str); 2] = [('.', "point"), (',', "comma")];
/// So many lines above a table can be chosen.
const LINES_ABOVE: u32 = 12;
const HEADERS: [(bool, &str); 2] = [(true, "column names"), (false, "values")];
/// So many kinds of events are listed.
const KINDS: usize = 8;
/// Width of the fields and lists at the right.
const FIELD: f32 = 148.0;

/// How the log is read.
#[derive(Debug, Default)]
pub struct ReadingCard {
    time_zone: Typed,
    first: Typed,
    last: Typed,
    filter: Typed,
    weights: Typed,
}

/// A field whose words count once they are typed to the end.
#[derive(Debug, Default)]
struct Typed {
    text: String,
    typing: bool,
    /// What is wrong with the words typed last.
    wrong: Option<String>,
}

impl Typed {
    /// Shows the field; answers the words when they were typed to the end. `now` stands there while nobody types.
    fn ui(&mut self, ui: &mut Ui, name: &str, hint: &str, width: f32, now: &str) -> Option<String> {
        if !self.typing && self.wrong.is_none() {
            now.clone_into(&mut self.text);
        }
        let field = TextEdit::singleline(&mut self.text)
            .hint_text(hint)
            .desired_width(width)
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(0.0, space::CONTROL));
        let field = ui.add(field).accessible_name(name);
        self.typing = field.has_focus();
        (field.lost_focus() && self.text.trim() != now).then(|| self.text.trim().to_owned())
    }

    fn wrong_ui(&self, ui: &mut Ui) {
        if let Some(why) = &self.wrong {
            ui.add(Label::new(RichText::new(why).color(Tokens::of(ui).warn)).wrap());
        }
    }
}

impl View for ReadingCard {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let Some(inspection) = &session.inspection else { return };
        let mut settings = session.settings.clone();
        card(ui, space::INSET, |ui| {
            ui.set_min_width(ui.available_width());
            section(ui, "Reading");
            if settings.preset.is_some() {
                preset_ui(ui, &mut settings);
            }
            if let Some(dialect) = &inspection.dialect {
                caption(ui, "How the file is written, as found by looking at it.")
                    .on_hover_text(dialect.why.join("\n"));
                dialect_ui(ui, dialect, &mut settings);
            }
            labelled(ui, "Time zone", |ui| {
                let now = settings.time_zone.clone().unwrap_or_default();
                if let Some(typed) = self.time_zone.ui(ui, "Time zone", "as written", FIELD - 16.0, &now) {
                    settings.time_zone = (!typed.is_empty()).then_some(typed);
                }
            });
            extent_ui(ui, "Begins on", &mut self.first, &mut settings.first);
            extent_ui(ui, "Ends on", &mut self.last, &mut settings.last);
            ui.checkbox(&mut settings.keep_duplicates, "Equal rows are events of their own");
            if inspection.columns.iter().any(|column| column.role == Some(Role::Kind)) {
                self.weights_ui(ui, &session.kinds, &mut settings);
            }
            self.filters_ui(ui, &mut settings);
            if !inspection.broken.is_empty() {
                ui.add_space(space::TIGHT);
                for file in &inspection.broken {
                    ui.add(Label::new(RichText::new(&file.why).color(Tokens::of(ui).warn)).wrap());
                }
                ui.checkbox(&mut settings.skip_broken, "Read the others without");
            }
            if !inspection.off.is_empty() {
                ui.add_space(space::TIGHT);
                for off in &inspection.off {
                    caption(ui, format!("Without: {}", off.what)).on_hover_text(&off.why);
                }
            }
        });
        if settings != session.settings {
            actions.push(Action::Configure(Box::new(settings)));
        }
    }
}

impl ReadingCard {
    fn weights_ui(&mut self, ui: &mut Ui, kinds: &[KindReport], settings: &mut Settings) {
        labelled(ui, "Kinds count", |ui| {
            let now = settings.kind_weights.to_string();
            let typed = self.weights.ui(ui, "Kinds count", "all the same", FIELD - 16.0, &now);
            match typed.map(|typed| typed.parse()) {
                Some(Ok(weights)) => (settings.kind_weights, self.weights.wrong) = (weights, None),
                Some(Err(why)) => self.weights.wrong = Some(why),
                None => {}
            }
        });
        self.weights.wrong_ui(ui);
        for kind in kinds.iter().take(KINDS) {
            labelled(ui, &kind.kind, |ui| {
                let each = if kind.weight == 1.0 { String::new() } else { format!(", {} each", kind.weight) };
                caption(ui, format!("{}{each}", counted(kind.events, "event")));
            });
        }
        if let Some(more) = kinds.len().checked_sub(KINDS).filter(|more| *more > 0) {
            caption(ui, format!("and {more} more"));
        }
    }

    fn filters_ui(&mut self, ui: &mut Ui, settings: &mut Settings) {
        labelled(ui, "Only rows where", |ui| {
            let typed = self.filter.ui(ui, "Only rows where", "Country=France", FIELD - 16.0, "");
            match typed.map(|typed| typed.parse()) {
                Some(Ok(filter)) => {
                    settings.filters.push(filter);
                    self.filter = Typed::default();
                }
                Some(Err(why)) => self.filter.wrong = Some(why),
                None => {}
            }
        });
        self.filter.wrong_ui(ui);
        let mut gone = None;
        for (place, filter) in settings.filters.iter().enumerate() {
            labelled(ui, &filter.to_string(), |ui| {
                if icon_button(ui, Icon::Cross, &format!("Take away {filter}")).clicked() {
                    gone = Some(place);
                }
            });
        }
        if let Some(gone) = gone {
            settings.filters.remove(gone);
        }
    }
}

/// That the log is read as one before it, and a button that undoes it.
fn preset_ui(ui: &mut Ui, settings: &mut Settings) {
    let words = settings.reading_words();
    labelled(ui, "As last time", |ui| {
        let button =
            ui.button("Read anew").on_hover_text(format!("As if nothing were kept for these columns: {words}"));
        if button.clicked() {
            settings.read_as(&Settings::default());
        }
    });
    ui.add(Label::new(RichText::new(words).color(Tokens::of(ui).quiet)).wrap());
}

/// A day that the log begins or ends with; found by its rows while nobody says it.
fn extent_ui(ui: &mut Ui, name: &str, field: &mut Typed, day: &mut Option<Date>) {
    labelled(ui, name, |ui| {
        let now = day.map(|day| day.to_string()).unwrap_or_default();
        match field.ui(ui, name, "as its rows show", FIELD - 16.0, &now).as_deref() {
            Some("") => (*day, field.wrong) = (None, None),
            Some(typed) => match typed.parse() {
                Ok(said) => (*day, field.wrong) = (Some(said), None),
                Err(_) => field.wrong = Some(format!("`{typed}` is no day; write it as 2022-01-31")),
            },
            None => {}
        }
    });
    field.wrong_ui(ui);
}

fn dialect_ui(ui: &mut Ui, found: &Dialect, settings: &mut Settings) {
    let named = |sign: char| {
        let known = DELIMITERS.iter().find(|(known, _)| *known == sign);
        known.map_or_else(|| sign.to_string(), |(_, name)| (*name).to_owned())
    };
    let choice = &mut settings.dialect;
    let delimiters = DELIMITERS.map(|(sign, name)| (sign, name.to_owned()));
    pick(ui, "Between fields", &named(found.delimiter), &delimiters, &mut choice.delimiter);
    let encodings = ENCODINGS.map(|name| (name.to_owned(), name.to_owned()));
    pick(ui, "Encoding", &found.encoding, &encodings, &mut choice.encoding);
    let above: Vec<(u32, String)> = (0..=LINES_ABOVE).map(|lines| (lines, lines.to_string())).collect();
    pick(ui, "Lines above", &found.skip_lines.to_string(), &above, &mut choice.skip_lines);
    let headers = HEADERS.map(|(header, name)| (header, name.to_owned()));
    let header = if found.header { HEADERS[0].1 } else { HEADERS[1].1 };
    pick(ui, "First line", header, &headers, &mut choice.header);
    let decimals = DECIMALS.map(|(sign, name)| (sign, name.to_owned()));
    let decimal = found.decimal.and_then(|sign| DECIMALS.iter().find(|(known, _)| *known == sign));
    pick(ui, "Fractions behind", decimal.map_or("point", |(_, name)| name), &decimals, &mut choice.decimal);
}

/// A list whose first entry is what was found.
fn pick<T: Clone + PartialEq>(ui: &mut Ui, name: &str, found: &str, choices: &[(T, String)], chosen: &mut Option<T>) {
    labelled(ui, name, |ui| {
        let as_found = format!("{found}, as found");
        let said = choices.iter().find(|(value, _)| Some(value) == chosen.as_ref());
        let text = said.map_or_else(|| RichText::new(&as_found), |(_, text)| RichText::new(text));
        let list = ComboBox::from_id_salt(name).selected_text(text).width(FIELD).show_ui(ui, |ui| {
            ui.selectable_value(chosen, None, as_found.clone());
            for (value, text) in choices {
                ui.selectable_value(chosen, Some(value.clone()), text.clone());
            }
        });
        list.response.accessible_name(name);
    });
}
