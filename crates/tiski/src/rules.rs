//! The table of rules as `docs/rules.md` shows it, and the matrix of operations, written from the one place that declares
//! them.

use prescription::operation::{Cell, Condition, MATRIX};
use prescription::rules::deviation::TABLE as DEVIATION;
use prescription::rules::exchange::TABLE as EXCHANGE;
use prescription::rules::operations::TABLE as OPERATIONS;
use prescription::rules::outage::TABLE as OUTAGE;
use prescription::rules::table::Mark;
use prescription::rules::unlisted::TABLE as UNLISTED;
use prescription::rules::{Rule, TABLE};

/// The table as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(
        "# The rules that are checked before signing\n\n\
         Written from `crates/prescription` by `cargo xtask rules`; do not edit. Each is asked at the counter before \
         anything is signed, and again by the Prescription Centre.\n\n",
    );
    rows(TABLE, &mut text);
    text.push_str("\n## Exchange at the pharmacy\n\nAsked at the counter of the chosen package.\n\n");
    rows(EXCHANGE, &mut text);
    text.push_str(
        "\n## Deviating from a prescription\n\nAsked at the counter where a pharmacist deviates or corrects.\n\n",
    );
    rows(DEVIATION, &mut text);
    text.push_str("\n## What no database has\n\nAsked at the counter of what is made there or bought elsewhere.\n\n");
    rows(UNLISTED, &mut text);
    text.push_str(
        "\n## Handing over in an outage\n\n\
         Asked at the counter when the Prescription Centre cannot be reached and no prescription was fetched.\n\n",
    );
    rows(OUTAGE, &mut text);
    text.push_str(
        "\n## What may be done in which state\n\n\
         The matrix of operations. *yes* and *no* decide; *reason* is open with a person's reason where LC-6 allows the \
         month after the end; – decides nothing. Every state that holds must permit it. A refusal is told by the rule in \
         the column's head, or by the row's where there is none. \"Other\" is another pharmacy: its reservation does not \
         keep the prescriber from correcting or cancelling (RE-3).\n\n",
    );
    matrix(&mut text);
    text.push_str("\n## The rules of operations\n\n");
    rows(OPERATIONS, &mut text);
    text
}

fn rows(rules: &[&Rule], text: &mut String) {
    text.push_str("| id | what it demands | when it is broken | source | mark |\n| --- | --- | --- | --- | --- |\n");
    for rule in rules {
        let mark = match rule.mark {
            Mark::Read => "read",
            Mark::Sample => "read in a sample",
            Mark::Recalled => "recalled, to be confirmed",
            Mark::Design => "our own design",
        };
        text.push_str(&format!(
            "| {} | {} | {} | {} | {mark} |\n",
            rule.id, rule.demand.en, rule.refusal.en, rule.source
        ));
    }
}

fn matrix(text: &mut String) {
    let head = Condition::ALL.map(|condition| match condition.rule() {
        Some(rule) => format!("{} ({})", condition.name(), rule.id),
        None => condition.name().to_owned(),
    });
    text.push_str(&format!("| operation | row | {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len() + 2)));
    for (operation, cells) in MATRIX {
        let said = cells.map(|cell| match cell {
            Cell::Yes => "yes",
            Cell::No => "no",
            Cell::Reason => "reason",
            Cell::Silent => "–",
        });
        text.push_str(&format!("| {} | {} | {} |\n", operation.name(), operation.rule().id, said.join(" | ")));
    }
}
