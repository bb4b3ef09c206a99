//! Which model forecasts, and why.

use crate::forecast::kind::ModelKind;
use crate::forecast::models::answers::Answers;
use crate::forecast::standing::Standing;

/// The model that forecasts, and why.
pub fn choose<'a>(standing: &'a Standing, asked: ModelKind) -> (&'a Answers, String) {
    if asked != ModelKind::Ensemble
        && let Some(answers) = standing.of(asked)
    {
        return (answers, format!("Forecast by `{asked}`, as asked for."));
    }
    let (Some(simple), Some(winner)) = (standing.best_simple(), standing.winner()) else {
        let answers = standing.unjudged();
        let why = format!(
            "Forecast by `{}`: no model could be judged, as nobody who was active in the validation periods had been so \
             before.",
            answers.kind
        );
        return (answers, why);
    };
    let (simple_nll, winner_nll) = (simple.validation.nll(), winner.validation.nll());
    if winner.kind.is_simple() || winner_nll >= simple_nll {
        let why = format!(
            "Forecast by `{}`: no model did better than this simple one on the validation periods ({:.4} nats an event).",
            simple.kind, simple_nll
        );
        return (simple, why);
    }
    let why = format!(
        "Forecast by `{}`: it did best on the validation periods, {:.4} nats an event against {:.4} of `{}`, the best \
         simple model.",
        winner.kind, winner_nll, simple_nll, simple.kind
    );
    (winner, why)
}
