//! What the rules of the trade and the safety checks say of a lot, as a screen shows it: one list, the gravest first. And with
//! which data the checks are asked.

use std::sync::Arc;

use checks::{Checked, Checks, Demonstration};
use counter::Proposal;
use prescription::{Finding, Outcome};
use serde::Deserialize;

use crate::render::Render;
use crate::settings::wrong;
use crate::{CheckLine, CheckOutcome, Problem};

/// Settings of the safety checks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckSettings {
    /// Shows the small set of interactions that is for demonstrations and tests only; the screen goes on to say that
    /// interactions are not checked. Production refuses it.
    #[serde(default)]
    pub demonstration_interactions: bool,
}

impl CheckSettings {
    /// The checks that the settings want.
    pub(crate) fn checks(&self) -> Result<Checks, Problem> {
        let refused = |error: checks::TableError| wrong("checks", error.code());
        let checks = Checks::built_in().map_err(refused)?;
        Ok(match self.demonstration_interactions {
            true => checks.with_interactions(Arc::new(Demonstration::built_in().map_err(refused)?)),
            false => checks,
        })
    }
}

impl Render {
    /// Every rule's answer, hindering ones first.
    pub(crate) fn checks(&self, findings: &[Finding]) -> Vec<CheckLine> {
        gravest_first(findings.iter().map(|finding| self.check(finding)).collect())
    }

    /// The answers of rules and safety checks together, hindering ones first.
    pub(crate) fn answers(&self, proposal: &Proposal) -> Vec<CheckLine> {
        let rules = proposal.findings.iter().map(|finding| self.check(finding));
        gravest_first(rules.chain(proposal.checks.iter().map(|one| self.checked(one))).collect())
    }

    fn checked(&self, one: &Checked) -> CheckLine {
        let data: Vec<String> = one.data.iter().map(|data| data.words(self.language)).collect();
        CheckLine {
            subject: self.say(one.kind.name()).to_owned(),
            data: data.join(" · "),
            names_another: one.names_another,
            ..self.check(&one.finding)
        }
    }

    fn check(&self, finding: &Finding) -> CheckLine {
        CheckLine {
            rule: finding.rule.id.to_owned(),
            outcome: outcome(finding.outcome),
            sentence: finding.sentence(self.language),
            advice: finding.advice(self.language).to_owned(),
            subject: String::new(),
            data: String::new(),
            names_another: false,
        }
    }
}

fn gravest_first(mut checks: Vec<CheckLine>) -> Vec<CheckLine> {
    checks.sort_by_key(|check| match check.outcome {
        CheckOutcome::Stop => 0,
        CheckOutcome::NeedsReason => 1,
        CheckOutcome::Reasoned => 2,
        CheckOutcome::Note => 3,
        CheckOutcome::Unchecked => 4,
        CheckOutcome::Pass => 5,
    });
    checks
}

fn outcome(outcome: Outcome) -> CheckOutcome {
    match outcome {
        Outcome::Pass => CheckOutcome::Pass,
        Outcome::Unchecked => CheckOutcome::Unchecked,
        Outcome::Note => CheckOutcome::Note,
        Outcome::Reasoned => CheckOutcome::Reasoned,
        Outcome::NeedsReason => CheckOutcome::NeedsReason,
        Outcome::Stop => CheckOutcome::Stop,
    }
}
