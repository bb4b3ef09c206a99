//! A trained ensemble as bytes: enough to forecast again without training, and to train on.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

use super::checkpoint::Checkpoints;
use super::train::{Member, Training};
use crate::forecast::ForecastError;
use crate::forecast::config::{CellKind, ForecastConfig};
use crate::forecast::past::split::Split;

/// Weights and settings of a trained ensemble.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedModel {
    /// How the networks are shaped and were trained.
    pub config: ForecastConfig,
    /// How many interests they forecast.
    pub interests: usize,
    /// The networks, those of a kind in the order of their numbers.
    pub members: Vec<SavedMember>,
    /// Which periods they learnt from; unknown of models that were saved before this was kept.
    #[serde(default)]
    pub learnt: Option<Split>,
    /// All weights in the safetensors format, float32, named `lstm.N.layer.weight` and `gru.N.layer.weight`; beside
    /// them the optimizer's state, `….adamw.mean` and `….adamw.square`. The names of networks that do not
    /// forecast begin with `judged.` or `recent.`.
    pub weights: Vec<u8>,
}

/// What a network learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkRole {
    /// From the periods before the tuning ones. What it says of those tells when to stop, and how far off it is.
    Judged,
    /// From the tuning periods too. What it says of the validation periods tells how far off forecasts may be.
    Recent,
    /// From everything before the origin: it forecasts.
    Whole,
}

/// One network of a [`SavedModel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMember {
    /// The kind of recurrent layer.
    pub cell: CellKind,
    /// What it learnt from, and so what it is good for.
    pub role: NetworkRole,
    /// Epochs it was trained for.
    pub epochs: u32,
    /// Steps that its optimizer made.
    pub steps: i32,
}

/// What the networks of a run begin with.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Nothing: they are trained, and how far they have come is kept.
    Anew(&'a Checkpoints),
    /// They are taken as they were saved, and nothing is trained.
    Saved(&'a SavedModel),
    /// They learn on from where they were saved.
    Continued(&'a SavedModel, &'a Checkpoints),
}

impl<'a> Start<'a> {
    /// Which periods networks have learnt from already.
    pub fn learnt(self) -> Option<&'a Split> {
        match self {
            Self::Anew(_) => None,
            Self::Saved(model) | Self::Continued(model, _) => model.learnt.as_ref(),
        }
    }
}

/// Trained networks on their way into a [`SavedModel`].
#[derive(Debug, Default)]
pub struct Networks {
    members: Vec<SavedMember>,
    /// Name, shape and bytes of each weight.
    weights: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl Networks {
    /// Adds the networks of one kind and role.
    ///
    /// # Errors
    /// When weights cannot be read off the device.
    pub fn add(&mut self, cell: CellKind, role: NetworkRole, members: &[Member]) -> Result<(), ForecastError> {
        let bytes = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        for (at, member) in members.iter().enumerate() {
            self.members.push(SavedMember { cell, role, epochs: member.epochs, steps: member.steps });
            let prefix = prefix(cell, role, at);
            for (name, tensor) in member.weights.variables() {
                let shape = tensor.size().into_iter().map(|size| size as usize).collect();
                let flat = tensor.f_detach()?.f_to_device(Device::Cpu)?.f_to_kind(Kind::Float)?.f_flatten(0, -1)?;
                self.weights.push((format!("{prefix}.{name}"), shape, bytes(&Vec::<f32>::try_from(&flat)?)));
            }
            for (name, numbers) in [("mean", &member.moments.0), ("square", &member.moments.1)] {
                self.weights.push((format!("{prefix}.adamw.{name}"), vec![numbers.len()], bytes(numbers)));
            }
        }
        Ok(())
    }

    /// All of them as bytes.
    ///
    /// # Errors
    /// When they cannot be packed.
    pub fn packed(
        mut self,
        config: &ForecastConfig,
        interests: usize,
        learnt: Split,
    ) -> Result<SavedModel, ForecastError> {
        self.weights.sort();
        let views: Result<Vec<_>, _> = self
            .weights
            .iter()
            .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
            .collect();
        Ok(SavedModel {
            config: config.clone(),
            interests,
            members: self.members,
            learnt: Some(learnt),
            weights: serialize(views.map_err(ForecastError::Weights)?, None)?,
        })
    }
}

impl SavedModel {
    /// The saved networks of one kind and role, as they were when they were saved.
    ///
    /// # Errors
    /// [`ForecastError::Misfit`] where there are none of that kind or they have another shape than the settings and the
    /// log ask for; what libtorch reports.
    pub(in crate::forecast) fn networks(
        &self,
        cell: CellKind,
        role: NetworkRole,
        training: &Training,
    ) -> Result<Vec<Member>, ForecastError> {
        let tensors = SafeTensors::deserialize(&self.weights)?;
        let of_kind = self.members.iter().filter(|member| member.cell == cell && member.role == role);
        let members: Result<Vec<Member>, ForecastError> = of_kind
            .enumerate()
            .map(|(at, saved)| {
                let prefix = prefix(cell, role, at);
                let mut member = training.fresh(0)?;
                let _frozen = tch::no_grad_guard();
                for (name, mut variable) in member.weights.variables() {
                    let shape: Vec<usize> = variable.size().into_iter().map(|size| size as usize).collect();
                    let weights = floats(&tensors, &format!("{prefix}.{name}"), &shape)?;
                    variable.f_copy_(&Tensor::f_from_slice(&weights)?.f_view(variable.size().as_slice())?)?;
                }
                let long = member.weights.variables().values().map(Tensor::numel).sum();
                let moment = |name: &str| match saved.steps {
                    0 => Ok(Vec::new()),
                    _ => floats(&tensors, &format!("{prefix}.adamw.{name}"), &[long]),
                };
                member.moments = (moment("mean")?, moment("square")?);
                (member.epochs, member.steps) = (saved.epochs, saved.steps);
                Ok(member)
            })
            .collect();
        let members = members?;
        if members.is_empty() {
            return Err(ForecastError::Misfit(format!(
                "it holds no {} networks; ask for a model that it holds, or train anew",
                cell.name()
            )));
        }
        Ok(members)
    }
}

fn prefix(cell: CellKind, role: NetworkRole, at: usize) -> String {
    let role = match role {
        NetworkRole::Judged => "judged.",
        NetworkRole::Recent => "recent.",
        NetworkRole::Whole => "",
    };
    format!("{role}{}.{at}", cell.name())
}

/// A tensor's numbers, if it is there and has this shape.
fn floats(tensors: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, ForecastError> {
    let misfit = |found: &str| {
        ForecastError::Misfit(format!("its weights `{name}` should have the shape {shape:?}, and {found}; train anew"))
    };
    let view = tensors.tensor(name).map_err(|_| misfit("there are none"))?;
    if view.shape() != shape || view.dtype() != Dtype::F32 {
        return Err(misfit(&format!("they have {:?} of {:?}", view.shape(), view.dtype())));
    }
    Ok(view.data().as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::events::UserId;
    use crate::forecast::config::NetworkShape;
    use crate::forecast::models::model::Known;
    use crate::forecast::network::train::{LessonTensors, Stop};
    use crate::forecast::past::history::Past;
    use crate::forecast::past::lessons::Lessons;
    use crate::forecast::testing::{alone, lively};
    use crate::interests::RowVectors;
    use crate::observe::{Stage, Watch};
    use std::sync::Mutex;

    fn split() -> Split {
        Split { first: Period(0), tune: Period(6), validation: Period(8), origin: Period(10) }
    }

    #[test]
    fn a_saved_network_learns_on_as_if_it_had_never_stopped() {
        let _alone = alone();
        let (log, vectors, watch) = (lively(60, 10, 3, 2), RowVectors::default(), Watch::silent());
        let config = ForecastConfig {
            shape: NetworkShape { hidden: 8, ..NetworkShape::default() },
            batch_users: 16,
            ..ForecastConfig::default()
        };
        let pasts: Vec<Past> = (0..60).map(|user| Past::of(&log, UserId(user))).collect();
        let lessons = Lessons::of(&pasts, Period(0)..Period(10), Period(0), &[1]).with_activity(Period(0)..Period(10));
        let nowhere = Checkpoints::none();
        let start = Start::Anew(&nowhere);
        let known = Known::at_origin(&log, &vectors, &config, Device::Cpu, start, &watch).unwrap();
        let features = known.features(&[CellKind::Lstm, CellKind::Gru], NetworkRole::Whole).unwrap();
        let mut meter = watch.meter(Stage::Train, "epoch", None);
        for cell in [CellKind::Lstm, CellKind::Gru] {
            let held = LessonTensors::of(&features, &lessons, Some(&known.references().unwrap()[2])).unwrap();
            let (features, config, watch) = (&features, &config, &watch);
            let checkpoints = Checkpoints::none();
            let training = Training { features, interests: 3, cell, config, device: Device::Cpu, checkpoints, watch };
            let mut train = |epochs, from: Option<Member>| {
                training.member("network", 5, &held, Stop::After(epochs), from, &Mutex::new(&mut meter)).unwrap()
            };
            let packed = |members: &[Member]| {
                let mut networks = Networks::default();
                networks.add(cell, NetworkRole::Whole, members).unwrap();
                networks.packed(config, 3, split()).unwrap()
            };
            let unbroken = packed(&[train(5, None)]);
            let half = packed(&[train(2, None)]);
            assert_eq!(half.members[0].epochs, 2);
            let load = |saved: &SavedModel| saved.networks(cell, NetworkRole::Whole, &training).unwrap().remove(0);
            assert_eq!(packed(&[load(&half)]), half, "loaded and saved again");
            assert!(packed(&[train(5, Some(load(&half)))]) == unbroken, "weights, moments and steps");
            let forgetful = Member { moments: (vec![], vec![]), steps: 0, ..load(&half) };
            assert!(packed(&[train(5, Some(forgetful))]) != unbroken, "the optimizer's state matters");
        }
    }

    #[test]
    fn a_model_without_the_networks_asked_for_or_of_another_shape_is_refused() {
        let _alone = alone();
        let (log, vectors, watch) = (lively(20, 6, 3, 2), RowVectors::default(), Watch::silent());
        let [small, wide] =
            [8, 16].map(|hidden| ForecastConfig::default().shaped(NetworkShape { hidden, ..NetworkShape::default() }));
        let nowhere = Checkpoints::none();
        let start = Start::Anew(&nowhere);
        let known = Known::at_origin(&log, &vectors, &small, Device::Cpu, start, &watch).unwrap();
        let features = known.features(&[CellKind::Lstm, CellKind::Gru], NetworkRole::Whole).unwrap();
        let training = |config| Training {
            features: &features,
            interests: 3,
            cell: CellKind::Lstm,
            config,
            device: Device::Cpu,
            checkpoints: Checkpoints::none(),
            watch: &watch,
        };
        let mut networks = Networks::default();
        networks.add(CellKind::Lstm, NetworkRole::Whole, &[training(&small).fresh(1).unwrap()]).unwrap();
        let saved = networks.packed(&small, 3, split()).unwrap();
        let refused = |config, role| saved.networks(CellKind::Lstm, role, &training(config)).unwrap_err().to_string();
        assert!(refused(&wide, NetworkRole::Whole).contains("shape"), "{}", refused(&wide, NetworkRole::Whole));
        assert!(
            refused(&small, NetworkRole::Judged).contains("no lstm networks"),
            "{}",
            refused(&small, NetworkRole::Judged)
        );
    }
}
