//! The language model of a run in words: which it is, how it reads a text, and what became of the log's texts.

use eframe::egui::{Grid, Label, RichText, Ui};

use crate::app::commands::Actions;
use crate::app::format;
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{caption, card, section};
use crate::language::Embedded;
use crate::pipeline::LanguageUse;
use crate::wording::counted;

/// Languages named one by one; more are counted.
const NAMED: usize = 6;

/// The language model of a run.
#[derive(Debug, Default)]
pub struct LanguageCard;

impl View for LanguageCard {
    fn ui(&mut self, ui: &mut Ui, session: &Session, _: &mut Actions) {
        let Some(outcome) = &session.outcome else { return };
        let used = &outcome.language;
        if used.model.name.is_empty() {
            return;
        }
        ui.add_space(space::MEDIUM - space::SMALL);
        card(ui, space::INSET, |ui| {
            ui.set_min_width(ui.available_width());
            section(ui, &format!("Texts read by {}", used.model.name));
            caption(ui, "The language model that turned each text into numbers.");
            ui.add_space(space::TIGHT);
            let quiet = Tokens::of(ui).quiet;
            Grid::new("language model").num_columns(2).spacing([space::LARGE, space::TIGHT]).show(ui, |ui| {
                for (name, words) in facts(used) {
                    ui.label(RichText::new(name).color(quiet));
                    ui.add(Label::new(words).wrap());
                    ui.end_row();
                }
            });
        });
    }
}

/// What there is to say, a name and a few words each.
fn facts(used: &LanguageUse) -> Vec<(&'static str, String)> {
    let model = &used.model;
    let languages = match model.languages.as_slice() {
        [] => "its card does not say".to_owned(),
        some if some.len() <= NAMED => some.join(", "),
        many => counted(many.len(), "language"),
    };
    let unsaid = if model.pooling_stated { "" } else { ", since its directory does not say" };
    let mut facts = vec![
        (
            "Model",
            format!(
                "{}, {:.1} million weights ({} MB), {} numbers a text",
                model.architecture,
                model.parameters as f64 / 1e6,
                format::count(model.bytes.div_ceil(1_000_000)),
                model.dim
            ),
        ),
        ("Languages", languages),
        ("A text’s numbers are", format!("{} over its tokens{unsaid}", model.pooling)),
        ("Computed in", used.precision.clone()),
    ];
    match &used.embedded {
        Some(done) => facts.push(("Texts", texts(done, model.max_tokens))),
        None => facts.push(("Texts", "kept from an earlier run".to_owned())),
    }
    facts
}

fn texts(done: &Embedded, most: usize) -> String {
    let cut = match done.cut {
        0 => format!("none longer than {most} tokens"),
        1 => format!("one longer than {most} tokens lost its end"),
        some => format!("{} longer than {most} tokens lost their ends", format::count(some)),
    };
    let pace = match done.texts_per_second() {
        Some(rate) => format!("{} a second", format::count(rate.round() as u64)),
        None => "all kept from earlier".to_owned(),
    };
    format!("{}, {} to the model; {cut}; {pace}", counted(done.texts, "text"), format::count(done.distinct))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_lost_their_ends_are_told_with_the_length() {
        let done = Embedded { texts: 5_228, distinct: 5_147, cut: 3, ..Embedded::default() };
        let said = texts(&done, 256);
        assert!(
            said.starts_with("5,228 texts, 5,147 to the model; 3 longer than 256 tokens lost their ends"),
            "{said}"
        );
        let kept = texts(&Embedded { texts: 9, distinct: 9, kept: 9, ..Embedded::default() }, 64);
        assert!(kept.contains("none longer than 64 tokens") && kept.ends_with("all kept from earlier"), "{kept}");
    }
}
