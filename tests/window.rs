//! The window, driven as a person drives it: by what it shows and by what can be clicked, dropped and typed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

mod support;

#[path = "window/early.rs"]
mod early;
#[path = "window/errors.rs"]
mod errors;
#[path = "window/flow.rs"]
mod flow;
#[path = "window/overview.rs"]
mod overview;
#[path = "window/pictures.rs"]
mod pictures;
#[path = "window/tuning.rs"]
mod tuning;
#[path = "window/users.rs"]
mod users;
#[path = "window/value.rs"]
mod value;
