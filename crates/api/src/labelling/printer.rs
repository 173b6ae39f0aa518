//! The label printer of the settings: what it prints, on what, where; and how it did last.

use std::sync::{Mutex, MutexGuard, PoisonError};

use labels::{Contents, Density, Face, LabelError, Layout, Size};
use printing::{Job, Kind, PrintError, Way};
use serde::Deserialize;

/// The label printer, `[printers.label]`. Nothing is printed where there is none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelPrinter {
    /// Where it is: `{ folder = "labels" }`, `{ network = "192.0.2.7:9100" }` or `{ queue = "Zebra" }`.
    pub to: Way,
    /// In which language it is spoken to.
    pub kind: LabelKind,
    /// Its labels: `{ width_mm = 70, height_mm = 50 }`; 70 × 50 mm where absent, of a receipt printer a roll of 72 mm.
    #[serde(default)]
    pub size: Option<Size>,
    /// How fine a label printer prints, dots per inch: "203", "300" or "600".
    #[serde(default)]
    pub dpi: Density,
}

/// In which language a printer is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelKind {
    /// A document.
    Pdf,
    /// ZPL II, with text in the printer's own type.
    Zpl,
    /// ZPL II, as a picture.
    ZplPicture,
    /// ESC/POS.
    Escpos,
}

/// What is shown where no printer is set: a preview needs none.
impl Default for LabelPrinter {
    fn default() -> Self {
        Self { to: Way::Folder("".into()), kind: LabelKind::Pdf, size: None, dpi: Density::default() }
    }
}

/// A finished job.
pub(super) struct Made {
    bytes: Vec<u8>,
    kind: Kind,
    pub(super) sheets: u32,
}

impl LabelPrinter {
    pub(super) fn name(&self) -> String {
        self.to.name()
    }

    fn face(&self) -> Face {
        if self.kind == LabelKind::Escpos { Face::Receipt } else { Face::Inter }
    }

    fn size(&self) -> Result<Size, LabelError> {
        match (self.size, self.kind) {
            (Some(size), _) => Ok(size),
            (None, LabelKind::Escpos) => Size::new(72, None),
            (None, _) => Size::new(70, Some(50)),
        }
    }

    /// The labels of all packages in one layout.
    pub(super) fn laid_out(&self, contents: &[Contents]) -> Result<Layout, LabelError> {
        let size = self.size()?;
        let mut all = Layout { sheets: Vec::new(), face: self.face(), percent: 100 };
        for one in contents {
            let laid = labels::layout(one, &size, self.face())?;
            all.percent = all.percent.min(laid.percent);
            all.sheets.extend(laid.sheets);
        }
        Ok(all)
    }

    /// What is sent to the printer.
    pub(super) fn made(&self, contents: &[Contents]) -> Result<Made, LabelError> {
        let layout = self.laid_out(contents)?;
        let language = contents.first().map(|one| one.language).unwrap_or_default();
        let (bytes, kind) = match self.kind {
            LabelKind::Pdf => (labels::pdf(&layout, language)?, Kind::Pdf),
            LabelKind::Zpl => (labels::zpl(&layout, self.dpi)?.into_bytes(), Kind::Zpl),
            LabelKind::ZplPicture => (labels::zpl_picture(&layout, self.dpi)?.into_bytes(), Kind::Zpl),
            LabelKind::Escpos => (labels::escpos(&layout)?, Kind::EscPos),
        };
        Ok(Made { bytes, kind, sheets: u32::try_from(layout.sheets.len()).unwrap_or(u32::MAX) })
    }

    /// Sends a job under its number in the journal, which says nothing of anybody.
    pub(super) fn print(&self, made: &Made, number: u64) -> Result<(), PrintError> {
        let name = format!("tiski-label-{number}");
        self.to.print(&Job { name: &name, kind: made.kind, bytes: &made.bytes })
    }
}

/// How the printer did when it was last used or looked at, and whose turn it is.
#[derive(Default)]
pub(crate) struct PrinterSeen {
    last: Mutex<Option<Result<(), PrintError>>>,
    turn: Mutex<()>,
}

impl PrinterSeen {
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, outcome: Result<(), PrintError>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// How it did last; nothing where it was neither used nor seen.
    pub(crate) fn last(&self) -> Option<Result<(), PrintError>> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether it is there, unless it is known to be. Blocks, for two seconds at the most.
    pub(crate) fn look(&self, printer: &LabelPrinter) {
        if self.last() != Some(Ok(()))
            && let Some(seen) = printer.to.look()
        {
            self.note(seen);
        }
    }
}
