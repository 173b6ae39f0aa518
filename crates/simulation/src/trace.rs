//! What happened in a schedule, as one hash, and as lines for whoever wants to read it.

use sha2::{Digest, Sha256};

/// A trace that grows.
#[derive(Default)]
pub struct Trace {
    hash: Sha256,
    lines: Option<Vec<String>>,
    steps: u64,
}

impl Trace {
    /// A trace that keeps its lines.
    pub fn with_lines() -> Self {
        Self { lines: Some(Vec::new()), ..Self::default() }
    }

    /// Tells what happens at a moment.
    pub fn tell(&mut self, now: i64, what: impl FnOnce() -> String) {
        let line = format!("{:>12.3} {}", now as f64 / 1e6, what());
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        self.steps = self.steps.saturating_add(1);
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    /// The hash of everything that happened.
    pub fn hash(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How much happened.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The lines, where they were kept.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
