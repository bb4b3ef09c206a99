//! Rows of numbers.

/// One vector a text, in the order of the texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// Length of a vector.
    pub dim: usize,
    /// Texts × `dim`, row by row.
    pub data: Vec<f32>,
}

impl Vectors {
    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.dim).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The vector of a text.
    pub fn row(&self, text: usize) -> &[f32] {
        &self.data[text * self.dim..(text + 1) * self.dim]
    }
}
