//! The distribution of an observed share around a forecast one, for one horizon.

use super::cell::Cell;
use super::location::Location;
use super::numbers::within;
use super::scale::Scale;
use super::strata::{Quantiles, Strata, StratumValue};
use crate::forecast::network::spread::Spread;
use crate::observe::{Cancelled, Watch};

/// What past cells of one horizon say.
#[derive(Clone, Debug)]
pub(super) struct Horizon {
    /// The scale around forecast shares, in which corrections are told.
    around_forecast: Scale,
    location: Location,
    /// The scale around corrected shares.
    scale: Scale,
    /// Distributions of distances in units of the scale, by how many of these units the share is away from none.
    strata: Strata,
}

impl Horizon {
    /// Fits to past cells, sorted by user, and the shares that were observed.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn on(cells: &[(Cell, f32)], spread: Spread, fewest_users: usize, watch: &Watch) -> Result<Self, Cancelled> {
        let shares: Vec<f64> = cells.iter().map(|(cell, _)| within(f64::from(cell.share))).collect();
        let around_forecast = Scale::on(cells, &shares, spread, watch)?;
        let location = Location::on(cells, &around_forecast);
        let centres: Vec<f64> = cells.iter().map(|(cell, _)| location.of(cell, &around_forecast)).collect();
        let scale = Scale::on(cells, &centres, spread, watch)?;
        let told: Vec<StratumValue> = cells
            .iter()
            .zip(&centres)
            .map(|((cell, seen), centre)| {
                let unit = scale.of(cell, *centre);
                (centre / unit, (f64::from(*seen) - centre) / unit, cell.of.user.0)
            })
            .collect();
        watch.check()?;
        Ok(Self { around_forecast, location, scale, strata: Strata::on(&told, fewest_users) })
    }

    /// The distribution around one forecast.
    pub fn around(&self, cell: &Cell) -> Around<'_> {
        let centre = self.location.of(cell, &self.around_forecast);
        let scale = self.scale.of(cell, centre);
        Around { share: cell.share, centre, scale, quantiles: self.strata.of(centre / scale) }
    }
}

/// The distribution of the observed share around one forecast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    share: f32,
    /// Around what it lies.
    pub centre: f64,
    /// How far a share is usually off.
    pub scale: f64,
    quantiles: Quantiles<'a>,
}

impl Around<'_> {
    /// The share that a part of what may come does not exceed.
    pub fn quantile(&self, part: f64) -> f32 {
        (self.centre + self.scale * self.quantiles.at(part)).clamp(0.0, 1.0) as f32
    }

    /// The limits of a nominal level: as much below as above, widened to hold the forecast.
    pub fn limits(&self, nominal: f64) -> (f32, f32) {
        let tail = (1.0 - nominal.min(1.0)) / 2.0;
        (self.quantile(tail).min(self.share), self.quantile(1.0 - tail).max(self.share))
    }

    /// The lowest nominal level whose limits hold an observed share; infinite where none does.
    pub fn needed(&self, seen: f32) -> f64 {
        let told = (f64::from(seen) - self.centre) / self.scale;
        let level = if seen == self.share {
            Some(0.0)
        } else if seen > self.share {
            self.quantiles.reaches(told).map(|part| 2.0 * part - 1.0)
        } else {
            self.quantiles.exceeds_from(told).map(|part| 1.0 - 2.0 * part)
        };
        level.map_or(f64::INFINITY, |level| level.max(0.0))
    }
}
