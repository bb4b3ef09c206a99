//! The window, driven as a person drives it: by what it shows and by what can be clicked, dropped and typed.

mod support;

#[path = "window/flow.rs"]
mod flow;
#[path = "window/pictures.rs"]
mod pictures;
#[path = "window/users.rs"]
mod users;
