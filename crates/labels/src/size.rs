//! How large a label is: data of the printer's roll, never a constant. Finnish rolls are said to be some 70–76 × 25–40 mm
//! (recalled: docs/assumptions.md).

use serde::Deserialize;

use crate::LabelError;

/// A label's size. A roll without an end (a receipt printer) has no height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Given")]
pub struct Size {
    width_mm: u16,
    height_mm: Option<u16>,
    margin_mm: u16,
    smallest_percent: u16,
}

/// What the settings say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    width_mm: u16,
    #[serde(default)]
    height_mm: Option<u16>,
    #[serde(default = "two")]
    margin_mm: u16,
    #[serde(default = "eighty")]
    smallest_percent: u16,
}

fn two() -> u16 {
    2
}

fn eighty() -> u16 {
    80
}

impl TryFrom<Given> for Size {
    type Error = LabelError;

    fn try_from(given: Given) -> Result<Self, LabelError> {
        Self::new(given.width_mm, given.height_mm)?.with_margin(given.margin_mm)?.shrinking_to(given.smallest_percent)
    }
}

impl Size {
    /// A label of that width and height, 2 mm of margin, whose type may shrink to 80 %.
    pub fn new(width_mm: u16, height_mm: Option<u16>) -> Result<Self, LabelError> {
        if !(40..=210).contains(&width_mm) {
            return Err(LabelError::Size { what: "width" });
        }
        if height_mm.is_some_and(|height| !(25..=300).contains(&height)) {
            return Err(LabelError::Size { what: "height" });
        }
        Ok(Self { width_mm, height_mm, margin_mm: two(), smallest_percent: eighty() })
    }

    /// With another margin on all four sides, at most 10 mm and a tenth of the shorter side.
    pub fn with_margin(self, margin_mm: u16) -> Result<Self, LabelError> {
        let shorter = self.height_mm.map_or(self.width_mm, |height| height.min(self.width_mm));
        if margin_mm > 10 || margin_mm.saturating_mul(10) > shorter {
            return Err(LabelError::Size { what: "margin" });
        }
        Ok(Self { margin_mm, ..self })
    }

    /// With another least size of type, 70–100 % of the ordinary one. What does not fit even so goes on on another label.
    pub fn shrinking_to(self, smallest_percent: u16) -> Result<Self, LabelError> {
        if !(70..=100).contains(&smallest_percent) {
            return Err(LabelError::Size { what: "smallest type" });
        }
        Ok(Self { smallest_percent, ..self })
    }

    /// The width, µm.
    pub fn width_um(&self) -> i64 {
        i64::from(self.width_mm) * 1_000
    }

    /// The height, µm, where the roll has labels.
    pub fn height_um(&self) -> Option<i64> {
        self.height_mm.map(|height| i64::from(height) * 1_000)
    }

    /// The margin, µm.
    pub fn margin_um(&self) -> i64 {
        i64::from(self.margin_mm) * 1_000
    }

    /// The least size of type, percent of the ordinary one.
    pub fn smallest_percent(&self) -> u16 {
        self.smallest_percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn med_5_1_a_size_that_cannot_be_is_refused_by_name() {
        let what = |made: Result<Size, LabelError>| {
            made.map(|_| "good").unwrap_or_else(|error| match error {
                LabelError::Size { what } => what,
                _ => "?",
            })
        };
        let good = Size::new(70, Some(40)).unwrap();
        assert_eq!(what(Size::new(10, Some(40))), "width");
        assert_eq!(what(Size::new(70, Some(10))), "height");
        assert_eq!(what(good.with_margin(9)), "margin");
        assert_eq!(what(good.shrinking_to(20)), "smallest type");
        assert_eq!(what(Size::new(80, None)), "good");
    }
}
