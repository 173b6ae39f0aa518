//! A label as SVG: what the window shows in other words, for a look at it without the window. Every run is as wide as the
//! layout says.

use std::fmt::Write as _;

use crate::font::Font;
use crate::{Face, Item, Run, Sheet};

/// A label as an SVG document in its own size.
pub fn svg(sheet: &Sheet, face: Face) -> String {
    let (width, height) = (sheet.width_um, sheet.height_um);
    let family = match face {
        Face::Inter => "Inter Variable, Inter, sans-serif",
        Face::Receipt => "monospace",
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{family}\" font-kerning=\"none\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        mm(width),
        mm(height)
    );
    for item in &sheet.items {
        let _ = match item {
            Item::Text(run) => writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"{}\" word-spacing=\"{}\" textLength=\"{}\" \
                 lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
                run.x_um,
                run.baseline_um,
                run.size_um,
                if run.bold { 700 } else { 400 },
                word_spacing_um(run, face),
                run.width_um,
                escaped(&run.text)
            ),
            Item::Rule { x_um, y_um, length_um, thick_um } => {
                writeln!(svg, "<rect x=\"{x_um}\" y=\"{y_um}\" width=\"{length_um}\" height=\"{thick_um}\"/>")
            }
            Item::Frame { x_um, y_um, width_um, height_um, thick_um } => writeln!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#000\" stroke-width=\"{thick_um}\"/>",
                x_um + thick_um / 2,
                y_um + thick_um / 2,
                width_um - thick_um,
                height_um - thick_um
            ),
        };
    }
    svg.push_str("</svg>\n");
    svg
}

/// How much wider a space is than the typeface's own, µm.
pub(crate) fn word_spacing_um(run: &Run, face: Face) -> i64 {
    if face != Face::Inter {
        return 0;
    }
    let more = Font::of(run.bold).ok().and_then(|font| font.word_spacing_per_mille()).unwrap_or_default();
    run.size_um * i64::from(more) / 1_000
}

fn mm(um: i64) -> String {
    format!("{}.{:03}", um / 1_000, um.rem_euclid(1_000))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
