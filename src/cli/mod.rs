//! The pipeline without a window.
