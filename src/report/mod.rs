//! Results → tables and charts.

mod backtest;
mod chart;
mod cohorts;
mod columns;
mod error;
mod leading;
mod output;
mod overview;
pub mod palette;
mod periods;
mod promise;
mod recommend;
#[cfg(test)]
mod sample;
mod scores;
mod sentence;
mod summary;
mod table;
mod tables;
mod tuning;
mod user;
mod value;
mod value_words;
mod vectors;
mod vectors_used;

pub use backtest::{scores_object, write_backtest};
pub use chart::{
    Activity, BandNote, Series, Theme, TrajectoryChart, chart_png, chart_svg, cohort_chart, trajectory_chart,
};
pub use cohorts::{cohort_name, cohort_paths, cohort_rule, write_cohort_tables};
pub use error::ReportError;
pub use leading::{leading, ranked};
pub use output::{OutputFolder, Results, of_one_run, write_file};
pub use overview::{Bar, Evidence, Finding, Found, Picture, Question, overview};
pub use periods::{ends_need_words, periods_in_words};
pub use promise::{SEEN_BY, promise};
pub use recommend::{item_text, ranking_scores, reason_name, why, write_recommendations};
pub use scores::{model_name, scores_verdict};
pub use sentence::{percent, sentence};
pub use summary::{summarise_users, user_paths};
pub use table::TableFormat;
pub use tables::write_forecast_tables;
pub use tuning::{tuning_basis, tuning_verdict, write_tuning};
pub use user::{Expected, InterestPath, Observed, UserSummary};
pub use value::{value_object, write_value};
pub use value_words::{gain_curve, value_held_sentence, value_sentence};
pub use vectors::write_vectors;
pub use vectors_used::vectors_in_words;
