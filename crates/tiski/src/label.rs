//! A label of a file as every kind of printer would get it: for a look at it, and for trying a printer without a customer.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use labels::{Contents, Density, Face, LabelError, Size};

/// What `tiski label` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// The label's contents, as in `fixtures/labels`.
    contents: PathBuf,
    /// As what.
    #[arg(long, value_enum, default_value = "pdf")]
    to: Kind,
    /// The label's width, mm.
    #[arg(long, default_value_t = 70)]
    width: u16,
    /// The label's height, mm; absent on a roll without an end, as receipt printers have.
    #[arg(long, default_value = "50", default_value_if("to", "escpos", None))]
    height: Option<u16>,
    /// Dots per inch of a label printer or of a picture.
    #[arg(long, value_parser = ["203", "300", "600"], default_value = "203")]
    dpi: String,
    /// Which of several labels, where the kind holds one.
    #[arg(long, default_value_t = 1)]
    sheet: usize,
    /// Where it goes; standard output where absent. A file that is there is not overwritten.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// The kinds in which a label can be had.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Pdf,
    Zpl,
    ZplPicture,
    Escpos,
    Svg,
    Pbm,
}

/// Writes the label, or says why not: a code and what it is about.
pub fn run(arguments: &Arguments) -> Result<(), String> {
    let text = std::fs::read_to_string(&arguments.contents).map_err(|error| format!("file-not-read: {error}"))?;
    let contents: Contents = toml::from_str(&text).map_err(|error| format!("label-not-understood: {error}"))?;
    let made = made(&contents, arguments).map_err(|error| format!("{}: {error}", error.code()))?;
    let written = match &arguments.out {
        Some(path) => std::fs::File::create_new(path).and_then(|mut file| file.write_all(&made)),
        None => std::io::stdout().write_all(&made),
    };
    written.map_err(|error| format!("file-not-written: {error}"))
}

fn made(contents: &Contents, arguments: &Arguments) -> Result<Vec<u8>, LabelError> {
    let face = if arguments.to == Kind::Escpos { Face::Receipt } else { Face::Inter };
    let density = match arguments.dpi.as_str() {
        "300" => Density::Dots12,
        "600" => Density::Dots24,
        _ => Density::Dots8,
    };
    let layout = labels::layout(contents, &Size::new(arguments.width, arguments.height)?, face)?;
    let sheet = || {
        let which = arguments.sheet.checked_sub(1).and_then(|n| layout.sheets.get(n));
        which.ok_or(LabelError::TooManySheets { limit: layout.sheets.len() })
    };
    Ok(match arguments.to {
        Kind::Pdf => labels::pdf(&layout, contents.language)?,
        Kind::Zpl => labels::zpl(&layout, density)?.into_bytes(),
        Kind::ZplPicture => labels::zpl_picture(&layout, density)?.into_bytes(),
        Kind::Escpos => labels::escpos(&layout)?,
        Kind::Svg => labels::svg(sheet()?, layout.face).into_bytes(),
        Kind::Pbm => labels::bitmap(sheet()?, layout.face, density.dots_per_mm())?.pbm(),
    })
}
