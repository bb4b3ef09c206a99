//! Driftline shows where each user's interests are heading.
//!
//! One engine under two faces. Data flows upward only; a module imports from the floors below its own.
//!
//! | floor | module | what comes in → what goes out |
//! |---|---|---|
//! | 0 | [`observe`] | progress to report to, a token that says stop |
//! | 0 | [`calendar`] | wall-clock times → periods (day, week, month) |
//! | 0 | [`wording`] | numbers and counts → words that agree |
//! | 1 | [`events`] | a log on disk → a clean event table and the account of every row left out |
//! | 1 | [`language`] | words → vectors, by a pre-trained language model |
//! | 2 | [`interests`] | events and vectors → named interests and each user's trajectory over them |
//! | 3 | [`forecast`] | trajectories → forecasts with bands, and how well every model did on the past |
//! | 3 | [`recommend`] | events and vectors → next items for each user, each with its reason |
//! | 3 | [`value`] | events → what each user will be worth, and how well every model did on the past |
//! | 4 | [`report`] | results → tables and charts |
//! | 5 | [`project`] | the analyst's file: what to read and how |
//! | 5 | [`pipeline`] | the stages chained, kept under fingerprints, run as jobs |
//! | 6 | [`cli`] | the pipeline without a window |
//! | 6 | [`app`] | the window |

pub mod app;
pub mod calendar;
pub mod cli;
pub mod events;
pub mod forecast;
pub mod interests;
pub mod language;
pub mod observe;
pub mod pipeline;
pub mod project;
pub mod recommend;
pub mod report;
pub mod value;
pub mod wording;
