//! Each user's interests, period by period.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Period};
use crate::events::UserId;

/// Users × periods × interests, ragged twice: only periods with activity are stored, and of a period only the
/// interests that occur in it.
///
/// A *row* is one user's period with activity; a *cell* is one interest of a row. Rows are sorted by user, then period;
/// the cells of a row by interest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trajectories {
    /// How periods are numbered.
    pub calendar: Calendar,
    /// How many interests there are.
    pub interests: usize,
    /// The log's first whole period; rows of an earlier one that is not lie before it.
    pub first: Period,
    /// The first period that is not complete or not in the log: a forecast begins here.
    pub origin: Period,
    /// Where each user's rows begin; one more entry than users.
    pub user_rows: Vec<usize>,
    /// Each row's period.
    pub period: Vec<Period>,
    /// Where each row's cells begin; one more entry than rows.
    pub row_cells: Vec<usize>,
    /// Each cell's interest.
    pub interest: Vec<u16>,
    /// Each cell's number of events.
    pub events: Vec<u32>,
    /// What each cell's events count together; empty where every event counts 1, so that it is their number.
    #[serde(default)]
    pub weight: Vec<f32>,
    /// Each cell's value, net of the returns booked in its period; 0 where the log has no value.
    pub value: Vec<f32>,
    /// What each row's period brought in, net of the returns booked in that period; empty where the log has no value.
    /// Unlike [`Self::value`], nothing that is booked later can reach it, so it may be learnt from.
    #[serde(default)]
    pub spend: Vec<f32>,
}

impl Trajectories {
    /// Nobody's, from a first period up to an origin.
    pub fn empty(calendar: Calendar, interests: usize, first: Period, origin: Period) -> Self {
        Self {
            calendar,
            interests,
            first,
            origin,
            user_rows: vec![0],
            period: Vec::new(),
            row_cells: vec![0],
            interest: Vec::new(),
            events: Vec::new(),
            weight: Vec::new(),
            value: Vec::new(),
            spend: Vec::new(),
        }
    }

    /// How many users there are.
    pub fn users(&self) -> usize {
        self.user_rows.len().saturating_sub(1)
    }

    /// The rows of a user.
    pub fn rows(&self, user: UserId) -> Range<usize> {
        self.user_rows[user.index()]..self.user_rows[user.index() + 1]
    }

    /// The cells of a row.
    pub fn cells(&self, row: usize) -> Range<usize> {
        self.row_cells[row]..self.row_cells[row + 1]
    }

    /// Whether a row's period is whole.
    pub fn is_whole(&self, row: usize) -> bool {
        (self.first..self.origin).contains(&self.period[row])
    }

    /// Events of a row over all interests.
    pub fn total(&self, row: usize) -> u32 {
        self.events[self.cells(row)].iter().sum()
    }

    /// What a cell's events count together: their number, unless kinds of events have weights of their own.
    pub fn weight(&self, cell: usize) -> f32 {
        self.weight.get(cell).copied().unwrap_or(self.events[cell] as f32)
    }

    /// What the events of a row count over all interests.
    pub fn total_weight(&self, row: usize) -> f32 {
        if self.weight.is_empty() { self.total(row) as f32 } else { self.weight[self.cells(row)].iter().sum() }
    }

    /// Shares of a row, one for each interest; they add up to 1.
    pub fn shares(&self, row: usize) -> Vec<f32> {
        let mut shares = vec![0.0; self.interests];
        let total = Some(self.total_weight(row)).filter(|total| *total > 0.0).unwrap_or(1.0);
        for cell in self.cells(row) {
            shares[self.interest[cell] as usize] = self.weight(cell) / total;
        }
        shares
    }
}
