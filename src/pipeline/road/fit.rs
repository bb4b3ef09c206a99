//! Whether a saved model was made for what is asked, and how a further log is read for it.

use strum::IntoEnumIterator as _;

use super::log::read_options;
use crate::events::{self, KindWeights, Role};
use crate::forecast::NetworkShape;
use crate::interests::VectorsAsked;
use crate::language::ModelInfo;
use crate::observe::Watch;
use crate::pipeline::{ModelCard, ModelFolder};
use crate::project::{InterestCount, Settings};
use crate::wording::counted;

/// The settings with the roles that columns had in the model's log, where nothing is said: what is guessed from another
/// log's values may be something else. With the same columns, roles that nothing had are nobody's.
pub(super) fn as_the_model(settings: &Settings, card: &ModelCard, watch: &Watch) -> Settings {
    let mut reading = settings.clone();
    // A log that cannot be looked into is refused with its reason when it is read.
    let Ok(look) = events::preview(&settings.inputs, &read_options(settings), watch) else { return reading };
    let here = |column: &str| look.columns.iter().any(|known| known.name == column);
    let same_columns = card.columns.len() == look.columns.len() && card.columns.iter().all(|(name, _)| here(name));
    let mapping = &mut reading.mapping;
    for role in Role::iter() {
        if mapping.of(role).next().is_some() || mapping.without.contains(&role) {
            continue;
        }
        let of_model: Vec<&String> =
            card.columns.iter().filter(|(_, had)| *had == Some(role)).map(|(name, _)| name).collect();
        let free = |column: &str| here(column) && !mapping.columns.iter().any(|(_, taken)| taken == column);
        if of_model.is_empty() && same_columns {
            mapping.without.push(role);
        } else if of_model.iter().all(|column| free(column)) {
            mapping.columns.extend(of_model.into_iter().map(|column| (role, column.clone())));
        }
    }
    reading
}

/// Whether a model was made for what is asked.
pub(super) fn check(settings: &Settings, saved: &ModelFolder) -> anyhow::Result<()> {
    settings.validate()?;
    let card = &saved.card;
    let misfit = |why: String| Err(saved.misfit(why).into());
    if let Some(period) = settings.period.filter(|period| *period != card.period) {
        return misfit(format!(
            "it was trained on {}s, and {period}s are asked for; leave out --period, or train anew",
            card.period
        ));
    }
    if let InterestCount::Fixed(asked) = settings.interests
        && usize::from(asked) != card.interests.len()
    {
        return misfit(format!(
            "it has {} interests, and {asked} are asked for; leave out --interests, or train anew",
            card.interests.len()
        ));
    }
    if settings.horizon != card.config.horizon {
        return misfit(format!(
            "it was trained to look {} ahead, not {}; leave out --horizon, or train anew",
            counted(card.config.horizon, "period"),
            settings.horizon
        ));
    }
    if settings.seed != card.config.seed {
        return misfit(format!(
            "it was trained from the seed {}, and {} is asked for; leave out --seed, or train anew",
            card.config.seed, settings.seed
        ));
    }
    let mapped = saved.text.mapping.is_some();
    if settings.vectors != card.settings.vectors && mapped != (settings.vectors == VectorsAsked::Behaviour) {
        let (own, asked) = match mapped {
            true => ("words mapped to behaviour", "raw ones"),
            false => ("raw vectors", "mapped ones"),
        };
        return misfit(format!(
            "its interests were found in {own}, and {asked} are asked for; leave out --vectors, or train anew"
        ));
    }
    let (own, usual) = (&card.settings, NetworkShape::default());
    if settings.network.unwrap_or(usual) != own.network.unwrap_or(usual) {
        return misfit(
            "its networks have another shape than the settings ask for; leave `network` out of them, or train anew"
                .into(),
        );
    }
    if settings.kind_weights != own.kind_weights {
        let words = |weights: &KindWeights| match weights.is_empty() {
            true => "1 each".to_owned(),
            false => weights.to_string(),
        };
        return misfit(format!(
            "to it kinds of events count {}, and {} is asked for; leave out --kind-weights, or train anew",
            words(&own.kind_weights),
            words(&settings.kind_weights)
        ));
    }
    if settings.keep_called_off != own.keep_called_off {
        let (then, now) = match own.keep_called_off {
            true => ("stayed", "left out"),
            false => ("were left out", "kept"),
        };
        return misfit(format!(
            "when it was trained, purchases that were called off {then}, and here they are to be {now}; leave out \
             --keep-called-off, or train anew"
        ));
    }
    Ok(())
}

/// Whether the interests of a saved model lie among the vectors of a language model.
///
/// # Errors
/// [`crate::pipeline::ModelError::Misfit`] where they do not.
pub(super) fn check_language(saved: &ModelFolder, here: &ModelInfo) -> anyhow::Result<()> {
    if here.fingerprint == saved.card.language_fingerprint {
        return Ok(());
    }
    let why = format!(
        "its interests lie among the vectors of the language model `{}`, and here is `{}` with other weights; name its \
         own with --lm, or train anew",
        saved.card.language_model, here.name
    );
    Err(saved.misfit(why).into())
}
