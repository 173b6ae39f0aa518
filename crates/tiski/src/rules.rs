//! The table of rules as `docs/rules.md` shows it, written from the one place that declares them.

use prescription::rules::TABLE;
use prescription::rules::table::Mark;

/// The table as Markdown.
pub fn markdown() -> String {
    let mut text = String::from(
        "# The rules that are checked before signing\n\n\
         Written from `crates/prescription` by `cargo xtask rules`; do not edit. Each is asked at the counter before \
         anything is signed, and again by the Prescription Centre.\n\n\
         | id | what it demands | when it is broken | source | mark |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in TABLE {
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
    text
}
