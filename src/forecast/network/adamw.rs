//! An optimizer whose whole state can be written down, which libtorch's cannot through its C interface.
//!
//! Loshchilov and Hutter, *Decoupled weight decay regularization*, 2019.

use std::ops::Range;

use tch::{Kind, TchError, Tensor, nn};

use crate::forecast::ForecastError;

const MEAN_KEPT: f64 = 0.9;
const SQUARE_KEPT: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// All weights of a network laid end to end, with AdamW's running moments. The network's variables are views of
/// `weights`, so a step is a few operations on one tensor instead of a few on each.
#[derive(Debug)]
pub struct AdamW {
    /// Every weight, group by group, in a group in the order of the variables.
    pub weights: Tensor,
    /// Running mean of the gradient.
    pub mean: Tensor,
    /// Running mean of its square.
    pub square: Tensor,
    /// Steps made.
    pub steps: i32,
    variables: Vec<Tensor>,
    /// Where the groups lie in the weights.
    groups: Vec<Range<i64>>,
    learning_rate: f64,
    weight_decay: f64,
}

impl AdamW {
    /// Takes charge of variables. The gradient of each group is shortened by itself.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn new(
        groups: impl IntoIterator<Item = Vec<Tensor>>,
        learning_rate: f64,
        weight_decay: f64,
    ) -> Result<Self, TchError> {
        let _frozen = tch::no_grad_guard();
        let (mut variables, mut ranges, mut end) = (Vec::new(), Vec::new(), 0);
        for group in groups {
            let from = end;
            end += group.iter().map(|variable| variable.numel() as i64).sum::<i64>();
            ranges.push(from..end);
            variables.extend(group);
        }
        let flat: Result<Vec<Tensor>, TchError> =
            variables.iter().map(|variable| variable.f_detach()?.f_flatten(0, -1)).collect();
        let weights = Tensor::f_cat(&flat?, 0)?;
        let mut at = 0;
        for variable in &mut variables {
            let size = variable.size();
            let long = size.iter().product();
            variable.f_set_data(&weights.f_narrow(0, at, long)?.f_view(size.as_slice())?)?;
            at += long;
        }
        let (mean, square) = (weights.f_zeros_like()?, weights.f_zeros_like()?);
        Ok(Self { weights, mean, square, steps: 0, variables, groups: ranges, learning_rate, weight_decay })
    }

    /// One step down the slope of `loss`; a group's gradient that is longer than `longest` is shortened to that.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn step(&mut self, loss: &Tensor, longest: f64) -> Result<(), TchError> {
        let gradients = Tensor::f_run_backward(&[loss], &self.variables, false, false)?;
        let _frozen = tch::no_grad_guard();
        let flat: Result<Vec<Tensor>, TchError> = gradients.iter().map(|gradient| gradient.f_flatten(0, -1)).collect();
        let gradient = Tensor::f_cat(&flat?, 0)?;
        for group in self.groups.iter().filter(|group| !group.is_empty()) {
            let mut part = gradient.f_narrow(0, group.start, group.end - group.start)?;
            let shortened = part.f_norm()?.f_add_scalar(1e-6)?.f_reciprocal()?.f_mul_scalar(longest)?;
            let _ = part.f_mul_(&shortened.f_clamp_max(1.0)?)?;
        }

        self.steps += 1;
        let mean_seen = 1.0 - MEAN_KEPT.powi(self.steps);
        let square_seen = 1.0 - SQUARE_KEPT.powi(self.steps);
        let _ = self.weights.f_mul_scalar_(1.0 - self.learning_rate * self.weight_decay)?;
        let _ = self.mean.f_mul_scalar_(MEAN_KEPT)?.f_add_(&gradient.f_mul_scalar(1.0 - MEAN_KEPT)?)?;
        let squared = gradient.f_mul(&gradient)?.f_mul_scalar(1.0 - SQUARE_KEPT)?;
        let _ = self.square.f_mul_scalar_(SQUARE_KEPT)?.f_add_(&squared)?;
        let spread = self.square.f_sqrt()?.f_div_scalar(square_seen.sqrt())?.f_add_scalar(EPSILON)?;
        let step = self.mean.f_div(&spread)?.f_mul_scalar(self.learning_rate / mean_seen)?;
        let _ = self.weights.f_sub_(&step)?;
        Ok(())
    }

    /// Puts weights, moments and the count of steps back; false where they belong to a network of another size.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn restore(&mut self, weights: &[f32], moments: (&[f32], &[f32]), steps: i32) -> Result<bool, TchError> {
        let long = usize::try_from(self.weights.size1()?).unwrap_or(0);
        if [weights, moments.0, moments.1].iter().any(|part| part.len() != long) {
            return Ok(false);
        }
        self.put(weights)?;
        let _frozen = tch::no_grad_guard();
        self.mean.f_copy_(&Tensor::f_from_slice(moments.0)?)?;
        self.square.f_copy_(&Tensor::f_from_slice(moments.1)?)?;
        self.steps = steps;
        Ok(true)
    }

    /// Puts weights into the network.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn put(&mut self, weights: &[f32]) -> Result<(), TchError> {
        let _frozen = tch::no_grad_guard();
        self.weights.f_copy_(&Tensor::f_from_slice(weights)?)
    }
}

/// The variables of a store whose names are wanted, in the order of their names.
pub fn variables_by_name(store: &nn::VarStore, wanted: impl Fn(&str) -> bool) -> Vec<Tensor> {
    let mut named: Vec<(String, Tensor)> = store.variables().into_iter().filter(|(name, _)| wanted(name)).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named.into_iter().map(|(_, variable)| variable).collect()
}

/// A flat tensor's numbers.
pub fn numbers(flat: &Tensor) -> Result<Vec<f32>, ForecastError> {
    Ok(Vec::<f32>::try_from(flat.f_to_device(tch::Device::Cpu)?.f_to_kind(Kind::Float)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::alone;
    use tch::Device;
    use tch::nn::{Module as _, OptimizerConfig as _};

    /// A small network with its input.
    fn layer(store: &nn::VarStore) -> nn::Linear {
        let root = store.root();
        let layer = nn::linear(&root / "layer", 6, 3, nn::LinearConfig::default());
        let _frozen = tch::no_grad_guard();
        let ws = Tensor::linspace(-1.0, 1.0, 18, (Kind::Float, Device::Cpu)).view([3, 6]);
        store.variables().get_mut("layer.weight").unwrap().copy_(&ws);
        let _ = store.variables().get_mut("layer.bias").unwrap().fill_(0.1);
        layer
    }

    #[test]
    fn goes_where_libtorchs_own_goes_on_a_convex_loss() {
        let _alone = alone();
        let (ours, theirs) = (nn::VarStore::new(Device::Cpu), nn::VarStore::new(Device::Cpu));
        let (of_ours, of_theirs) = (layer(&ours), layer(&theirs));
        let mut adamw = AdamW::new([variables_by_name(&ours, |_| true)], 1e-2, 0.1).unwrap();
        let mut reference = nn::AdamW { wd: 0.1, ..nn::AdamW::default() }.build(&theirs, 1e-2).unwrap();
        let seen = Tensor::linspace(-2.0, 2.0, 24, (Kind::Float, Device::Cpu)).view([4, 6]);
        let far = |layer: &nn::Linear| (layer.forward(&seen) - 5.0).square().sum(Kind::Float);
        for _ in 0..100 {
            adamw.step(&far(&of_ours), 1.0).unwrap();
            reference.zero_grad();
            far(&of_theirs).backward();
            reference.clip_grad_norm(1.0);
            reference.step();
        }
        let worst =
            |name: &str| f64::try_from((&ours.variables()[name] - &theirs.variables()[name]).abs().max()).unwrap();
        assert!(worst("layer.weight") < 1e-5 && worst("layer.bias") < 1e-5, "{}", worst("layer.weight"));
    }

    /// What PyTorch 2.11 gives for [`goes_where_pytorch_goes_on_a_loss_that_is_not_convex`]: steps made, and the weights
    /// in the order of `Bent`'s fields, by `torch.optim.AdamW(lr=1e-2, weight_decay=0.1)` after
    /// `clip_grad_norm_(…, 1.0)`.
    const PYTORCH: [(i32, [f32; 14]); 3] = [
        (
            1,
            [
                0.28970003,
                -0.5095,
                0.7892,
                -0.1898,
                0.60940003,
                -0.3896,
                0.0899,
                -0.0899,
                0.6893,
                -0.8891,
                -0.58940005,
                0.48950002,
                -0.01,
                0.20979999,
            ],
        ),
        (
            5,
            [
                0.24863972,
                -0.54759806,
                0.74639577,
                -0.14903547,
                0.6469123,
                -0.3481679,
                0.08426873,
                -0.0758784,
                0.6469639,
                -0.9123144,
                -0.54746294,
                0.51431036,
                -0.01650431,
                0.21550632,
            ],
        ),
        (
            20,
            [
                0.2757973,
                -0.5089823,
                0.76593596,
                -0.08186116,
                0.69900185,
                -0.28439176,
                0.04697734,
                -0.15409024,
                0.5463737,
                -0.99736667,
                -0.4483549,
                0.60529095,
                -0.00335294,
                0.19939078,
            ],
        ),
    ];

    /// A network with a bend in it, so that its loss is not convex.
    struct Bent {
        hidden: nn::Linear,
        out: nn::Linear,
    }

    impl Bent {
        fn new(root: &nn::Path) -> Self {
            let linear = |name: &str, from, to| nn::linear(root / name, from, to, nn::LinearConfig::default());
            let mut bent = Self { hidden: linear("hidden", 3, 2), out: linear("out", 2, 2) };
            bent.put(&[0.3, -0.5, 0.8, -0.2, 0.6, -0.4], &[0.1, -0.1], &[0.7, -0.9, -0.6, 0.5], &[0.0, 0.2]);
            bent
        }

        fn put(&mut self, hidden: &[f32], hidden_bias: &[f32], out: &[f32], out_bias: &[f32]) {
            let _frozen = tch::no_grad_guard();
            self.hidden.ws.copy_(&Tensor::from_slice(hidden).view([2, 3]));
            self.out.ws.copy_(&Tensor::from_slice(out).view([2, 2]));
            for (layer, bias) in [(&mut self.hidden, hidden_bias), (&mut self.out, out_bias)] {
                layer.bs.as_mut().unwrap().copy_(&Tensor::from_slice(bias));
            }
        }

        fn loss(&self) -> Tensor {
            let seen = Tensor::linspace(-2.0, 2.0, 12, (Kind::Float, Device::Cpu)).view([4, 3]);
            let events = Tensor::from_slice(&[1.0_f32, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0, 1.0]).view([4, 2]);
            let shares = self.out.forward(&self.hidden.forward(&seen).tanh()).log_softmax(-1, Kind::Float);
            -(shares * events).sum(Kind::Float)
        }

        fn weights(&self) -> Vec<f32> {
            let layers = [&self.hidden, &self.out];
            let all = layers.iter().flat_map(|layer| [layer.ws.detach(), layer.bs.as_ref().unwrap().detach()]);
            all.flat_map(|part| Vec::<f32>::try_from(part.flatten(0, -1)).unwrap()).collect()
        }
    }

    #[test]
    fn a_group_with_a_long_gradient_shortens_no_other() {
        let _alone = alone();
        let step = |steep: f64| {
            let store = nn::VarStore::new(Device::Cpu);
            let (mild, other) = (store.root().ones("a", &[3]), store.root().ones("z", &[2]));
            let of = |name: &'static str| variables_by_name(&store, move |of| of == name);
            let mut adamw = AdamW::new([of("z"), of("a")], 1e-2, 0.1).unwrap();
            adamw.step(&(mild.sum(Kind::Float) * 0.1 + other.sum(Kind::Float) * steep), 1.0).unwrap();
            numbers(&adamw.mean).unwrap()
        };
        let (calm, steep) = (step(0.1), step(100.0));
        assert_eq!(calm[2..], steep[2..], "the groups lie in the order in which they were given");
        assert!(steep[0] < 100.0 * calm[0], "{steep:?}");
    }

    /// Compared early: where a loss is not convex, differences in the last bit of a sum grow chaotically, and after
    /// hundreds of steps two right optimizers stand at different places.
    #[test]
    fn goes_where_pytorch_goes_on_a_loss_that_is_not_convex() {
        let _alone = alone();
        let store = nn::VarStore::new(Device::Cpu);
        let bent = Bent::new(&store.root());
        let mut adamw = AdamW::new([variables_by_name(&store, |_| true)], 1e-2, 0.1).unwrap();
        for (steps, expected) in PYTORCH {
            while adamw.steps < steps {
                adamw.step(&bent.loss(), 1.0).unwrap();
            }
            for (ours, theirs) in bent.weights().iter().zip(expected) {
                assert!((ours - theirs).abs() < 1e-6, "{ours} for {theirs} after {steps} steps");
            }
        }
    }
}
