//! Where the plot of a chart stands, and how numbers become places.

use super::Series;
use super::axis::ShareAxis;
use super::theme::Theme;
use crate::calendar::Period;

/// Between active periods that do not follow each other.
pub(super) const DOTS: &[f32] = &[1.5, 3.5];

/// Where the plot stands and how numbers become places.
pub(super) struct Frame {
    pub theme: Theme,
    pub width: f32,
    pub margin: f32,
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
    /// Top and bottom of the strip of activity.
    pub strip: (f32, f32),
    pub first: Period,
    pub last: Period,
    pub shares: ShareAxis,
}

impl Frame {
    pub fn pitch(&self) -> f32 {
        (self.right - self.left) / (self.last.since(self.first) + 1) as f32
    }

    /// The middle of a period.
    pub fn x(&self, period: Period) -> f32 {
        self.left + (period.since(self.first) as f32 + 0.5) * self.pitch()
    }

    /// Where a period begins.
    pub fn edge(&self, period: Period) -> f32 {
        (self.left + period.since(self.first) as f32 * self.pitch()).clamp(self.left, self.right)
    }

    pub fn y(&self, share: f32) -> f32 {
        self.bottom - (share / self.shares.top).clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// The height at which a line ends; "others" have none and stand beside the activity.
    pub fn end(&self, series: &Series) -> f32 {
        if series.style.is_none() {
            return self.strip.1 - 16.0;
        }
        let expected = series.path.expected.last().map(|expected| expected.share);
        let share = expected.or(series.path.observed.last().map(|observed| observed.share));
        self.y(share.unwrap_or(0.0))
    }

    /// The size of marks; none where they would run into each other.
    pub fn mark_radius(&self) -> Option<f32> {
        match self.pitch() {
            wide if wide >= 16.0 => Some(3.0),
            narrow if narrow >= 9.0 => Some(2.25),
            _ => None,
        }
    }
}
