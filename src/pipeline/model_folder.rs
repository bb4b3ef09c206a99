//! `model/`: a trained model on disk, with all that it takes to forecast again and to train on.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::Outcome;
use super::model_card::ModelCard;
use super::model_shapes::{Shapes, card_fault};
use super::readable::written;
use crate::calendar::Calendar;
use crate::forecast::SavedModel;
use crate::interests::{MainDirections, TextFeatures, TextMapping, Topics};
use crate::project::limits::check_config;
use crate::report;

const CARD: &str = "model.ron";
const WEIGHTS: &str = "weights.safetensors";
const SPACE: &str = "space.safetensors";

/// Why a saved model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file of it cannot be read.
    #[error("the saved model cannot be read ({why}): {path}")]
    Read {
        /// Why, in words.
        why: String,
        /// Which file.
        path: PathBuf,
    },
    /// A file of it is not what was written.
    #[error("the saved model is damaged ({why}); train anew, or bring the file back from a copy: {path}")]
    Damaged {
        /// What is wrong.
        why: String,
        /// Which file.
        path: PathBuf,
    },
    /// It was made for something else.
    #[error("the saved model does not fit: {why}: {path}")]
    Misfit {
        /// What does not fit, and what to do.
        why: String,
        /// The model's folder.
        path: PathBuf,
    },
}

/// A saved model, read.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says of itself.
    pub card: ModelCard,
    /// The networks.
    pub model: SavedModel,
    /// Where the interests lie, interests × length of a vector.
    pub centroids: Vec<f32>,
    /// What the networks are told of a text besides its interest.
    pub text: TextFeatures,
}

/// Writes a run's model into an existing folder.
///
/// # Errors
/// If the folder cannot be written to.
pub(super) fn write(outcome: &Outcome, folder: &Path) -> anyhow::Result<()> {
    let Outcome { model, space, text, trajectories, language, .. } = outcome;
    let mut settings = outcome.settings.clone();
    // Wherever the model is used from, its log is found.
    for path in settings.inputs.iter_mut().chain(&mut settings.language_model) {
        if let Ok(absolute) = std::path::absolute(&path) {
            *path = absolute;
        }
    }
    let mapping = text.mapping.clone().unwrap_or_default();
    let bytes = |numbers: &[f32]| -> Vec<u8> { numbers.iter().flat_map(|number| number.to_le_bytes()).collect() };
    let parts = [
        ("interests.centroids", vec![space.len(), space.dim], bytes(&space.centroids)),
        ("texts.directions", vec![text.main.centre.len(), text.main.dim], bytes(&text.main.rows)),
        ("texts.centre", vec![text.main.centre.len()], bytes(&text.main.centre)),
        ("topics.centroids", vec![text.topics.len(), text.topics.dim], bytes(&text.topics.centroids)),
        ("mapping.centre", vec![mapping.centre.len()], bytes(&mapping.centre)),
        (
            "mapping.rows",
            vec![mapping.rows.len().checked_div(mapping.dim).unwrap_or(0), mapping.dim],
            bytes(&mapping.rows),
        ),
        // A flag among tables: whether the text stands beside.
        ("mapping.beside", vec![1], bytes(&[f32::from(u8::from(mapping.beside))])),
    ];
    // Where nothing is mapped, the file is as it was before there were mappings.
    let parts = parts.iter().filter(|(name, ..)| text.mapping.is_some() || !name.starts_with("mapping."));
    let views: Result<Vec<_>, _> =
        parts.map(|(name, shape, bytes)| Ok((*name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))).collect();
    let views = views.map_err(|error: safetensors::SafeTensorError| anyhow::anyhow!(error));
    let numbers = serialize(views?, None).context("The place of the interests could not be packed")?;
    let card = ModelCard {
        driftline: env!("CARGO_PKG_VERSION").into(),
        settings,
        columns: outcome.columns.iter().map(|column| (column.name.clone(), column.role)).collect(),
        config: model.config.clone(),
        members: model.members.clone(),
        learnt: model.learnt,
        period: trajectories.calendar.length,
        origin: trajectories.origin,
        origin_day: trajectories.calendar.first_day(trajectories.origin).to_string(),
        language_model: language.model.name.clone(),
        language_fingerprint: language.model.fingerprint.clone(),
        precision: language.precision.clone(),
        interests: space.interests.clone(),
        scores: (*outcome.scores).clone(),
        weights: blake3::hash(&model.weights).to_hex().to_string(),
        space: blake3::hash(&numbers).to_hex().to_string(),
    };
    report::write_file(&folder.join(WEIGHTS), &model.weights)?;
    report::write_file(&folder.join(SPACE), &numbers)?;
    report::write_file(&folder.join(CARD), written(&card)?.as_bytes())?;
    Ok(())
}

impl ModelFolder {
    /// Reads the model in a folder, or in the folder `model` in it.
    ///
    /// # Errors
    /// [`ModelError`] where there is none, or it is damaged.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let within = folder.join("model");
        let path = if within.join(CARD).is_file() { within } else { folder.to_owned() };
        let file = |name: &str| {
            let path = path.join(name);
            fs::read(&path).map_err(|error| ModelError::Read { why: why(&error, name), path })
        };
        let damaged = |name: &str, why: String| ModelError::Damaged { why, path: path.join(name) };
        let text = String::from_utf8(file(CARD)?).map_err(|_| damaged(CARD, "it is no text".into()))?;
        let card: ModelCard = ron::from_str(&text).map_err(|error| damaged(CARD, error.to_string()))?;
        let held = card.settings.validate().and_then(|()| check_config(&card.config));
        held.map_err(|bad| damaged(CARD, bad.to_string()))?;
        let (weights, numbers) = (file(WEIGHTS)?, file(SPACE)?);
        for (name, bytes, hash) in [(WEIGHTS, &weights, &card.weights), (SPACE, &numbers, &card.space)] {
            if blake3::hash(bytes).to_hex().as_str() != hash {
                // A run that was stopped while it replaced the folder file by file leaves its manifest behind.
                let why = match beside(&path) {
                    Ok(()) => "its fingerprint is not the one in model.ron",
                    Err(_) => {
                        "it is of another run than model.ron: a run was stopped while it replaced this folder, so give \
                         its command again"
                    }
                };
                return Err(damaged(name, why.into()));
            }
        }
        let tensors = SafeTensors::deserialize(&numbers).map_err(|error| damaged(SPACE, error.to_string()))?;
        let mut read = HashMap::new();
        for (name, view) in tensors.tensors() {
            let numbers: Vec<f32> = view.data().as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
            if view.dtype() != Dtype::F32 || numbers.iter().any(|number| !number.is_finite()) {
                return Err(damaged(SPACE, format!("`{name}` holds what is no number")));
            }
            read.insert(name, (view.shape().to_vec(), numbers));
        }
        let mapping = mapping(&mut read);
        let mut part = |name: &str| read.remove(name).ok_or_else(|| damaged(SPACE, format!("it has no `{name}`")));
        let (interests, centroids) = part("interests.centroids")?;
        let (directions, rows) = part("texts.directions")?;
        let (middle, centre) = part("texts.centre")?;
        let (topics, centroids_of_topics) = part("topics.centroids")?;
        let mapping = mapping.map_err(|fault| damaged(SPACE, fault))?;
        if let Some(mapping) = mapping.as_ref().filter(|mapping| interests.get(1) != Some(&mapping.width())) {
            let fault =
                format!("texts are mapped to {} numbers, and the interests' places are {interests:?}", mapping.width());
            return Err(damaged(SPACE, fault));
        }
        let shapes = Shapes { interests: &interests, directions: &directions, centre: &middle, topics: &topics };
        if let Some(fault) = shapes.fault(card.interests.len()) {
            return Err(damaged(SPACE, fault));
        }
        if let Some(fault) = card_fault(&card) {
            return Err(damaged(CARD, fault));
        }
        let dim = interests[1];
        let main = MainDirections { rows, dim, centre };
        let topics = Topics { centroids: centroids_of_topics, dim };
        let model = SavedModel {
            config: card.config.clone(),
            interests: card.interests.len(),
            members: card.members.clone(),
            learnt: card.learnt,
            weights,
        };
        Ok(Self { path, card, model, centroids, text: TextFeatures { mapping, main, topics } })
    }

    /// That the results beside the model are of another run, where that is so. The model is whole all the same.
    pub fn note(&self) -> Option<String> {
        let stranger = beside(&self.path).err()?;
        let root = self.path.parent().unwrap_or(&self.path);
        Some(format!(
            "`{stranger}` is not of the run that wrote the other results there: a run was stopped while it replaced the \
             folder, or somebody changed the file. The model itself is whole: {}",
            root.display()
        ))
    }

    /// A fault of what was asked of this model.
    pub(super) fn misfit(&self, why: impl Into<String>) -> ModelError {
        ModelError::Misfit { why: why.into(), path: self.path.clone() }
    }

    /// How its periods are numbered.
    pub fn calendar(&self) -> Calendar {
        Calendar::new(self.card.period)
    }
}

/// The mapping among the tables of a saved model; none in one whose texts stay as they are, what is wrong in words.
fn mapping(tables: &mut HashMap<String, (Vec<usize>, Vec<f32>)>) -> Result<Option<TextMapping>, String> {
    let mut part = |name: &str| tables.remove(&format!("mapping.{name}"));
    let ((middle, centre), (shape, rows), (_, beside)) = match (part("centre"), part("rows"), part("beside")) {
        (Some(centre), Some(rows), Some(beside)) => (centre, rows, beside),
        (None, None, None) => return Ok(None),
        _ => return Err("it has only a part of the texts' mapping".to_owned()),
    };
    match *shape {
        [_, dim] if dim > 0 && *middle == [dim] => {
            Ok(Some(TextMapping { dim, centre, rows, beside: beside.first().is_some_and(|flag| *flag > 0.0) }))
        }
        _ => Err(format!("the texts' mapping is {shape:?} beside a centre of {middle:?}")),
    }
}

/// Whether a model belongs to the results it lies beside, as far as their manifest tells; else the file that does not.
fn beside(model: &Path) -> Result<(), String> {
    let within = model.parent().filter(|_| model.file_name().is_some_and(|name| name == "model"));
    let files = [CARD, WEIGHTS, SPACE].map(|name| format!("model/{name}"));
    let files: Vec<String> = files.into_iter().chain(["run.ron".to_owned()]).collect();
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    within.map_or(Ok(()), |root| report::of_one_run(root, &names))
}

fn why(error: &io::Error, name: &str) -> String {
    match error.kind() {
        io::ErrorKind::NotFound if name == CARD => {
            "there is no model; name the folder that `driftline forecast` wrote, or the folder `model` in it".into()
        }
        io::ErrorKind::NotFound => "the file is missing".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(centre: usize, rows: [usize; 2]) -> HashMap<String, (Vec<usize>, Vec<f32>)> {
        let table = |name: &str, shape: Vec<usize>| {
            let numbers = vec![1.0; shape.iter().product()];
            (format!("mapping.{name}"), (shape, numbers))
        };
        [table("centre", vec![centre]), table("rows", rows.to_vec()), table("beside", vec![1])].into()
    }

    #[test]
    fn a_mapping_is_read_whole_or_refused_and_none_is_none() {
        assert_eq!(mapping(&mut HashMap::new()), Ok(None));
        let whole = mapping(&mut tables(3, [2, 3])).unwrap().unwrap();
        assert_eq!((whole.dim, whole.width(), whole.beside), (3, 5, true));
        assert!(mapping(&mut tables(4, [2, 3])).unwrap_err().contains("centre"));
        assert!(mapping(&mut tables(0, [2, 0])).is_err());
        for lost in ["centre", "rows", "beside"] {
            let mut part = tables(3, [2, 3]);
            part.remove(&format!("mapping.{lost}"));
            assert!(mapping(&mut part).unwrap_err().contains("only a part"), "{lost}");
        }
    }
}
