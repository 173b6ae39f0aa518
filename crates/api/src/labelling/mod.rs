//! The label of a prescription's dispensation: its preview, its printing and what became of that (medicines notes 5.1 and
//! 5.2). Printing is noted in the journal before and after, never holds up a dispensation, and is never repeated by itself.

mod contents;
mod journal;
mod printer;
mod views;

use counter::Visit;
use labels::{Contents, LabelError};
use prescription::Oid;

use crate::program::Tiski;
use crate::render::Render;
use crate::{OnDay, Problem, sentences, words};

use contents::Wishes;
pub(crate) use contents::day;
use journal::{Printed, Standing};
pub(crate) use printer::PrinterSeen;
pub use printer::{LabelKind, LabelPrinter};
pub use views::{LabelBox, LabelSheet, LabelState, LabelText, LabelView, OnLabel, PrintedLabel, PrintedLabels};

/// A visit's label as it would be printed now.
struct Ready {
    /// One for each package.
    contents: Vec<Contents>,
    /// By which a changed label is known.
    digest: String,
}

impl Tiski {
    /// The label of a prescription as it would be printed now, and whether that was done.
    pub(crate) fn label_view(&self, with: &OnLabel) -> Result<LabelView, Problem> {
        self.for_a_person()?;
        let visit = self.counter.visit().map_err(|error| self.problem(&error))?;
        self.view_of_label(&visit, with)
    }

    /// Prints it. What was printed before and still holds is printed again, and marked so; what has changed since is void.
    pub(crate) fn label_printed(&self, with: &OnLabel) -> Result<LabelView, Problem> {
        self.for_a_person()?;
        let way = self.settings.printers.label.as_ref().ok_or_else(|| self.of_code("printer-none"))?;
        // One at a time: two keys pressed in a row are a label and its reprint, and never two first ones.
        let one_at_a_time = self.printer.turn();
        let visit = self.counter.visit().map_err(|error| self.problem(&error))?;
        let set_id = self.set_id(&with.set_id)?;
        let with = &self.with_known(&visit, &set_id, with);
        let Ready { mut contents, digest } = self.ready(&visit, &set_id, with)?;
        let events = self.label_events(&visit, &set_id)?;
        let before = Printed::of(&events);
        let reprint = before.holds(&digest);
        for one in &mut contents {
            one.reprint = reprint;
        }
        let job = way.made(&contents).map_err(|error| self.label_problem(&error))?;
        if before.is_out() && !reprint {
            self.note_void(&set_id, &before, "changed")?;
        }
        let product = contents.first().map(|one| one.product.title()).unwrap_or_default();
        let number =
            self.note_printing(&set_id, &journal::Note { product, way, digest, reprint, sheets: job.sheets })?;
        let outcome = way.print(&job, number);
        self.printer.note(outcome);
        self.note_outcome(&set_id, number, outcome)?;
        drop(one_at_a_time);
        self.push_health();
        self.view_of_label(&visit, with)
    }

    /// What was printed on a day, the newest first.
    pub(crate) fn labels_of(&self, with: &OnDay) -> Result<PrintedLabels, Problem> {
        self.for_a_person()?;
        let day = self.day(with)?;
        self.printed_on(day)
    }

    /// Labels that were printed for what is not dispensed now are void: of one prescription, or of all that the visit did
    /// not sign.
    pub(crate) fn void_labels(&self, visit: &Visit, dropped: Option<&Oid>, why: &str) {
        let is_signed = |set_id: &Oid| visit.signed.iter().any(|line| line.prescription_set_id == *set_id);
        let unsigned = visit.fetched.keys().filter(|set_id| !is_signed(set_id));
        for set_id in unsigned.filter(|set_id| dropped.is_none_or(|dropped| dropped == *set_id)) {
            let noted = self.label_events(visit, set_id).and_then(|events| {
                let printed = Printed::of(&events);
                if printed.is_out() { self.note_void(set_id, &printed, why) } else { Ok(()) }
            });
            if let Err(problem) = noted {
                // The dispensation's own way is not held up by a label.
                tracing::warn!(code = problem.code, "a label could not be noted as void");
            }
        }
    }

    fn view_of_label(&self, visit: &Visit, with: &OnLabel) -> Result<LabelView, Problem> {
        let set_id = self.set_id(&with.set_id)?;
        let with = &self.with_known(visit, &set_id, with);
        let events = self.label_events(visit, &set_id)?;
        let ready = self.ready(visit, &set_id, with);
        let digest = ready.as_ref().ok().map(|ready| ready.digest.as_str());
        let standing = Printed::of(&events).standing(digest);
        let made = ready.and_then(|ready| {
            let printer = self.settings.printers.label.clone().unwrap_or_default();
            let laid = printer.laid_out(&ready.contents).map_err(|error| self.label_problem(&error))?;
            Ok((laid, ready))
        });
        let render = self.render();
        let is_part = contents::dispensation(visit, &set_id).is_some_and(|made| made.part_package);
        let mut view = LabelView {
            set_id: with.set_id.clone(),
            language: words::code(contents::language(with).unwrap_or(self.language())).to_owned(),
            sheets: Vec::new(),
            monospace: false,
            printer: self.settings.printers.label.as_ref().map(LabelPrinter::name),
            state: standing.state(),
            said: self.standing_said(&render, &standing),
            part_package: is_part,
            batch: with.batch.clone(),
            expiry: with.expiry.clone(),
            warnings: with.warnings.clone().unwrap_or_default(),
            problem: None,
        };
        match made {
            Ok((layout, _)) => {
                view.monospace = layout.face == labels::Face::Receipt;
                view.sheets = layout.sheets.iter().map(|sheet| LabelSheet::of(sheet, layout.face)).collect();
            }
            Err(problem) => view.problem = Some(problem),
        }
        Ok(view)
    }

    /// What a person wished, with what the scanned package and the database say where nothing was.
    fn with_known(&self, visit: &Visit, set_id: &Oid, with: &OnLabel) -> OnLabel {
        contents::with_warnings(&self.counter, visit, set_id, &contents::with_scanned(visit, set_id, with))
    }

    /// A visit's label with what a person wished for it.
    fn ready(&self, visit: &Visit, set_id: &Oid, with: &OnLabel) -> Result<Ready, Problem> {
        let wishes = Wishes::of(with, self.language()).map_err(|code| self.of_code(code))?;
        let contents =
            contents::of(&self.counter, visit, set_id, &wishes).ok_or_else(|| self.of_code("label-nothing"))?;
        if let Some(error) = contents.iter().find_map(|one| one.check().err()) {
            return Err(self.label_problem(&error));
        }
        let digest = journal::digest(&contents);
        Ok(Ready { contents, digest })
    }

    fn label_problem(&self, error: &LabelError) -> Problem {
        let mut problem = self.of_code(&contents::code(error));
        if let LabelError::Letters { letters } = error {
            problem.sentence = problem.sentence.replace("{}", letters);
        }
        problem
    }

    fn standing_said(&self, render: &Render, standing: &Standing) -> String {
        match standing {
            Standing::NotPrinted => String::new(),
            Standing::Printed { at, again } => {
                let word = if *again { &words::LABEL_AGAIN } else { &words::LABEL_PRINTED };
                format!("{} {}", render.say(word), words::clock(prescription::time::finnish(*at)))
            }
            Standing::Changed => render.say(&words::LABEL_CHANGED).to_owned(),
            Standing::Void => render.say(&words::LABEL_VOID).to_owned(),
            Standing::Doubtful => render.say(&words::LABEL_DOUBTFUL).to_owned(),
            Standing::Failed { code } => {
                let told = sentences::of_code(code, self.language());
                format!("{} {}", told.sentence, told.advice)
            }
        }
    }
}
