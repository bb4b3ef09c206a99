//! Where networks begin: what they answer before they have learnt anything.

use super::models::model::{FittedModel as _, Known, Model as _};
use super::models::pool::Pool;
use super::models::recurrent::{Trained, train, training};
use super::network::ensemble::mean_shares;
use super::network::saved::Networks;
use super::past::lessons::Lessons;
use super::testing::{alone, lively};
use super::{CellKind, Checkpoints, ForecastConfig, ForecastError, HeadLoss, NetworkRole, NetworkShape, Start};
use crate::interests::{RowTopics, RowVectors, Trajectories};
use crate::observe::{Stage, Watch};

const CPU: tch::Device = tch::Device::Cpu;

/// The topics of a row are those of its interests, two for each, by the row's number.
fn vectors(log: &Trajectories) -> RowVectors {
    let of_row = |row: usize| {
        let of_cell = |cell: usize| vec![2 * log.interest[cell] + (row % 2) as u16; log.events[cell].min(9) as usize];
        log.cells(row).flat_map(of_cell).collect()
    };
    let topics = RowTopics::of_rows(2 * log.interests, (0..log.period.len()).map(of_row));
    RowVectors { topics, ..RowVectors::default() }
}

/// What is told of networks of a kind that were given no epochs.
fn untaught<R>(cell: CellKind, users: usize, interests: usize, tell: impl Fn(&Known, &Trained) -> R) -> R {
    let _alone = alone();
    let log = lively(users, 16, interests, 11);
    let (vectors, nowhere, watch) = (vectors(&log), Checkpoints::none(), Watch::silent());
    let shape = NetworkShape { hidden: 8, heads: HeadLoss::Without, ..NetworkShape::default() };
    let config = ForecastConfig { max_epochs: 0, ..ForecastConfig::default().shaped(shape) };
    let known = Known::at_origin(&log, &vectors, &config, CPU, Start::Anew(&nowhere), &watch).unwrap();
    let mut meter = watch.meter(Stage::Train, "epoch", None);
    let trained = train(&known, &[cell], &mut meter).unwrap();
    tell(&known, &trained[0])
}

/// The furthest that two answers are apart.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert!(a.len() == b.len() && !a.is_empty());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_gru_begins_at_the_pool_that_its_role_may_know_and_an_lstm_does_not() {
    for (users, interests) in [(90, 4), (40, 2), (60, 9)] {
        for cell in [CellKind::Gru, CellKind::Lstm] {
            let [practice, ahead, roles] = untaught(cell, users, interests, |known, network| {
                let pool = Pool.fit(known).unwrap();
                let practice = known.practice();
                let ahead = Lessons::ahead(&known.pasts, known.split.origin, known.config.horizon);
                // That roles know different pools, or the test would not tell one's from another's.
                let recent = pool.practise(&ahead).unwrap();
                [
                    apart(&network.practise(&practice).unwrap(), &pool.practise(&practice).unwrap()),
                    apart(&network.forecast(&ahead).unwrap(), &pool.forecast(&ahead).unwrap()),
                    apart(&recent, &pool.forecast(&ahead).unwrap()),
                ]
            });
            assert!(roles > 1e-4, "{roles}");
            match cell {
                CellKind::Gru => assert!(practice < 1e-5 && ahead < 1e-5, "{practice} {ahead}"),
                CellKind::Lstm => assert!(practice > 1e-3 && ahead > 1e-3, "{practice} {ahead}"),
            }
        }
    }
}

#[test]
fn an_lstm_is_the_same_whether_or_not_a_gru_is_shown_the_pool_beside_it() {
    untaught(CellKind::Lstm, 60, 3, |known, _| {
        let questions = known.practice();
        let answered = |cells: &[CellKind]| {
            let features = known.features(cells, NetworkRole::Judged).unwrap();
            let training = training(known, CellKind::Lstm, &features);
            mean_shares(&[training.fresh(3).unwrap()], &training, &questions).unwrap()
        };
        assert_eq!(answered(&[CellKind::Lstm]), answered(&[CellKind::Lstm, CellKind::Gru]));
    });
}

#[test]
fn a_network_is_not_asked_without_the_pool_that_it_corrects() {
    untaught(CellKind::Gru, 60, 3, |known, _| {
        let features = known.features(&[CellKind::Lstm], NetworkRole::Judged).unwrap();
        let training = training(known, CellKind::Gru, &features);
        let refused = mean_shares(&[training.fresh(3).unwrap()], &training, &known.practice()).unwrap_err();
        assert!(matches!(refused, ForecastError::Torch(_)), "{refused:?}");
        assert!(refused.to_string().contains("without the pool"), "{refused}");
    });
}

#[test]
fn saved_networks_that_began_elsewhere_are_refused() {
    untaught(CellKind::Gru, 60, 3, |known, network| {
        let mut networks = Networks::default();
        network.save(&mut networks).unwrap();
        let mut saved = networks.packed(known.config, known.interests(), known.split).unwrap();
        let features = known.features(&[CellKind::Gru], NetworkRole::Whole).unwrap();
        let training = training(known, CellKind::Gru, &features);
        assert_eq!(saved.networks(CellKind::Gru, NetworkRole::Whole, &training).unwrap().len(), 3);
        // As they were called while networks of this kind began at the drift.
        let tensors = safetensors::SafeTensors::deserialize(&saved.weights).unwrap();
        let renamed =
            tensors.tensors().into_iter().map(|(name, view)| (name.replace("weights_onto_pool", "weights"), view));
        saved.weights = safetensors::tensor::serialize(renamed.collect::<Vec<_>>(), None).unwrap();
        let refused = saved.networks(CellKind::Gru, NetworkRole::Whole, &training).unwrap_err();
        assert!(matches!(refused, ForecastError::Misfit(_)), "{refused:?}");
        assert!(refused.to_string().contains("train anew"), "{refused}");
    });
}
