//! What came out.

use anyhow::Result;
use serde::Serialize;

/// One measure beside what it is measured by.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// What was done.
    pub what: String,
    /// How much of it in a second, or how many milliseconds it took, as the unit says.
    pub here: f64,
    /// The same of the judge.
    pub beside: Option<f64>,
    /// Who or what the judge is.
    pub judge: &'static str,
    /// "packages/s", "ms".
    pub unit: &'static str,
    /// `here / beside`.
    pub ratio: Option<f64>,
}

/// All of them, in their order.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    figures: Vec<Figure>,
}

impl Figures {
    /// Adds one.
    pub fn add(&mut self, what: String, here: f64, judge: &'static str, beside: Option<f64>, unit: &'static str) {
        let ratio = beside.map(|beside| here / beside.max(f64::EPSILON));
        self.figures.push(Figure { what, here, beside, judge, unit, ratio });
    }

    /// For programs: the last line.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text =
            String::from("| what | here | beside | there | here / there |\n| --- | ---: | --- | ---: | ---: |");
        for Figure { what, here, beside, judge, unit, ratio } in &self.figures {
            let number =
                |value: Option<f64>, digits: usize| value.map_or("–".into(), |value| format!("{value:.digits$}"));
            // What is small is told to the microsecond where it is milliseconds.
            let digits = if *here < 100.0 { 3 } else { 0 };
            let (beside, ratio) = (number(*beside, digits), number(*ratio, 2));
            text += &format!("\n| {what} | {here:.digits$} {unit} | {judge} | {beside} | {ratio} |");
        }
        text
    }
}

/// The one in the middle.
pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
