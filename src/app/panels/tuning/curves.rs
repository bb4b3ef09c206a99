//! The learning curves of all trials in one chart.

use eframe::egui::{Color32, Role, Ui, WidgetInfo};
use egui_plot::{ItemId, Line, LineStyle, MarkerShape, Plot, PlotPoints, Points};

use super::trials::is_best;
use super::words::{loss, trial_name};
use crate::app::panels::curves::loss_plot;
use crate::app::panels::layout::line;
use crate::app::theme::{Tokens, space};
use crate::app::widgets::{caption, section, swatch};
use crate::forecast::{TrialState, Tuning};
use crate::wording::counted_of;

/// How far above the best loss the chart reaches at least and at most, in what lies between the best and the worst that
/// a trial came to.
const ROOM: f64 = 1.5;
const MOST_ROOM: f64 = 4.0;

/// Draws the chart; answers the trial under the pointer. `pointed` is the one to light up.
pub(super) fn curves_ui(ui: &mut Ui, trials: &Tuning, pointed: Option<usize>) -> Option<usize> {
    let t = Tokens::of(ui);
    ui.spacing_mut().interact_size.y = 20.0;
    line(
        ui,
        |ui| {
            section(ui, "Learning curves");
            caption(ui, "nats per event on periods not learnt from");
        },
        |ui| {
            for (name, colour) in [("others", others(t)), ("defaults", t.quiet), ("best", t.accent)] {
                if name == "defaults" && is_best(trials, 0) {
                    continue;
                }
                caption(ui, name);
                swatch(ui, colour);
                ui.add_space(space::SMALL);
            }
        },
    );
    let curves: Vec<Vec<[f64; 2]>> = trials.trials.iter().map(|trial| points(trial.path())).collect();
    let summary = summary(trials);
    let [low, high] = reach(&curves, trials.best());
    let plot = plot(t, ui.available_height() - 28.0).show(ui, |plot| {
        plot.set_plot_bounds_y(low..=high);
        // What stands out is drawn last, over the others.
        let mut places: Vec<usize> = (0..curves.len()).collect();
        places.sort_by_key(|at| (pointed == Some(*at), is_best(trials, *at), *at == 0));
        for at in places {
            let (colour, width) = pen(t, trials, at, pointed);
            let shown = &curves[at];
            let name = format!("Trial {}", trial_name(trials, at));
            let ends = shown.len() == 1 || trials.trials[at].state == TrialState::Running;
            let least = shown.iter().min_by(|one, other| one[1].total_cmp(&other[1])).filter(|_| is_best(trials, at));
            if let Some(place) = least.or(shown.last().filter(|_| ends)) {
                let place = PlotPoints::new(vec![*place]);
                let mark = Points::new(format!("mark of {name}"), place).color(colour).radius(3.5).allow_hover(false);
                plot.points(mark.shape(MarkerShape::Circle));
            }
            let path = Line::new(name, PlotPoints::new(shown.clone())).id(at).color(colour).width(width);
            let usual = at == 0 && !is_best(trials, 0);
            plot.line(path.style(if usual { LineStyle::Dashed { length: 5.0 } } else { LineStyle::Solid }));
        }
    });
    plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &summary));
    caption(ui, summary);
    let under = plot.hovered_plot_item?;
    (0..trials.trials.len()).find(|at| ItemId::new(at) == under)
}

fn points(path: Vec<&crate::observe::CurvePoint>) -> Vec<[f64; 2]> {
    path.iter().filter_map(|point| Some([f64::from(point.epoch), point.validation?])).collect()
}

fn pen(t: &Tokens, trials: &Tuning, at: usize, pointed: Option<usize>) -> (Color32, f32) {
    let width: f32 = if pointed == Some(at) { 3.0 } else { 1.5 };
    match trials.trials[at].state {
        _ if is_best(trials, at) => (t.accent, width.max(2.5)),
        _ if pointed == Some(at) => (t.text, 2.5),
        TrialState::Running => (t.text, width),
        _ if at == 0 => (t.quiet, width),
        _ => (others(t), width),
    }
}

/// The colour of all curves that do not stand out.
fn others(t: &Tokens) -> Color32 {
    t.quiet.gamma_multiply(0.45)
}

/// The losses between which the chart is drawn: from the best to somewhat above the worst that a trial came to, and as
/// far as the curves of the best and of the defaults begin. An early loss may be far above all others, and the chart is
/// about those that are close.
fn reach(curves: &[Vec<[f64; 2]>], best: usize) -> [f64; 2] {
    let losses = |curve: &[[f64; 2]]| curve.iter().map(|[_, loss]| *loss).collect::<Vec<f64>>();
    let least = |curve: &Vec<[f64; 2]>| losses(curve).into_iter().fold(f64::INFINITY, f64::min);
    let ends: Vec<f64> = curves.iter().map(least).filter(|loss| loss.is_finite()).collect();
    let (low, worst) =
        ends.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, worst), loss| (low.min(*loss), worst.max(*loss)));
    if low > worst {
        return [0.0, 1.0];
    }
    let between = (worst - low).max(0.002);
    let first = [0, best].into_iter().filter_map(|at| curves.get(at)).flat_map(|curve| losses(curve));
    let high = first.fold(worst, f64::max).clamp(low + ROOM * between, low + MOST_ROOM * between);
    [low - 0.1 * between, high + 0.05 * between]
}

fn plot(t: &Tokens, height: f32) -> Plot<'static> {
    loss_plot("trials", t, height).label_formatter(|hover| match hover {
        egui_plot::HoverPosition::NearDataPoint { plot_name, position, .. } => {
            Some(format!("{plot_name}\nepoch {:.0}: {:.4}", position.x, position.y))
        }
        egui_plot::HoverPosition::Elsewhere { .. } => None,
    })
}

fn summary(trials: &Tuning) -> String {
    let begun = trials.trials.iter().filter(|trial| !trial.curve.is_empty()).count();
    let best = trials.best();
    if is_best(trials, best) {
        format!(
            "{} begun, the best at {} nats per event",
            counted_of(begun, trials.trials.len(), "trial"),
            loss(trials.trials[best].loss)
        )
    } else {
        format!("{} begun", counted_of(begun, trials.trials.len(), "trial"))
    }
}
