//! The paper pack for emergencies as a page to print: one blank form on one sheet of A4. It holds nobody's data and needs no
//! settings, so that it can be printed before anything is set up.

use std::fmt::Write;
use std::path::PathBuf;

use api::{OutagePack, PackField, outage_pack};
use prescription::rules::Language;

/// What `tiski outage-pack` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the page goes; standard output where absent. A file that is there is not overwritten.
    #[arg(long)]
    out: Option<PathBuf>,
    /// fi, sv or en.
    #[arg(long, value_parser = ["fi", "sv", "en"], default_value = "fi")]
    language: String,
}

/// Writes the page.
pub fn run(arguments: &Arguments) -> std::io::Result<()> {
    let language = match arguments.language.as_str() {
        "sv" => Language::Sv,
        "en" => Language::En,
        _ => Language::Fi,
    };
    let page = html(&outage_pack(language));
    match &arguments.out {
        Some(path) => std::io::Write::write_all(&mut std::fs::File::create_new(path)?, page.as_bytes()),
        None => std::io::Write::write_all(&mut std::io::stdout(), page.as_bytes()),
    }
}

const STYLE: &str = "@page{size:A4;margin:12mm 14mm}\
body{font:10pt/1.3 Inter,Arial,sans-serif;color:#000;max-width:182mm;margin:0 auto}\
h1{font-size:16pt;margin:0 0 2mm}p{margin:0 0 2mm}ul{margin:0 0 3mm;padding-left:5mm}li{margin:0}\
form{display:grid;grid-template-columns:1fr 1fr;gap:1.6mm 6mm}.field{grid-column:1/-1}.half{grid-column:auto}\
.label{font-weight:600;font-size:9.5pt}.choices{display:flex;flex-wrap:wrap;gap:1mm 6mm}\
.box{display:inline-block;width:3.4mm;height:3.4mm;border:.3mm solid #000;margin-right:1.6mm;vertical-align:-.4mm}\
.line{height:6.3mm;border-bottom:.3mm solid #000}.foot{margin-top:3mm;font-size:9.5pt}";

fn html(pack: &OutagePack) -> String {
    let mut page = String::new();
    let title = escaped(&pack.title);
    // Writing into a string does not fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}</p>\n<ul>\n",
        pack.language,
        escaped(&pack.lead)
    );
    for rule in &pack.rules {
        let _ = writeln!(page, "<li>{}</li>", escaped(rule));
    }
    page.push_str("</ul>\n<form>\n");
    for field in &pack.fields {
        page.push_str(&field_html(field));
    }
    let _ = write!(page, "</form>\n<p class=\"foot\">{}</p>\n</body>\n</html>\n", escaped(&pack.foot));
    page
}

fn field_html(field: &PackField) -> String {
    let class = if field.half { "field half" } else { "field" };
    let mut html = format!("<div class=\"{class}\"><div class=\"label\">{}</div>", escaped(&field.label));
    if !field.choices.is_empty() {
        let boxes: Vec<String> = field
            .choices
            .iter()
            .map(|choice| format!("<span><span class=\"box\"></span>{}</span>", escaped(choice)))
            .collect();
        let _ = write!(html, "<div class=\"choices\">{}</div>", boxes.join(""));
    }
    for _ in 0..field.lines {
        html.push_str("<div class=\"line\"></div>");
    }
    html.push_str("</div>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_field_with_its_boxes_and_lines_and_is_whole() {
        for language in [Language::Fi, Language::Sv, Language::En] {
            let pack = outage_pack(language);
            let page = html(&pack);
            let count = |what: &str| page.matches(what).count();
            assert_eq!(count("class=\"label\""), pack.fields.len());
            assert_eq!(count("class=\"box\""), pack.fields.iter().map(|field| field.choices.len()).sum::<usize>());
            assert_eq!(
                count("class=\"line\""),
                pack.fields.iter().map(|field| usize::from(field.lines)).sum::<usize>()
            );
            assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
        }
        assert_eq!(escaped("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
    }
}
