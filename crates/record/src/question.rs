//! A question that is put together from what is asked, so that what is not asked costs nothing: a condition that may be
//! absent ("… OR :x IS NULL") keeps SQLite from every index.

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, Row, ToSql};

use crate::RecordError;

/// Conditions, and the values that they name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    conditions: Vec<String>,
    values: Vec<(&'static str, Value)>,
}

impl Question {
    /// One more condition, without a value.
    pub(crate) fn that(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    /// One more condition, with the value that it names.
    pub(crate) fn with(&mut self, condition: impl Into<String>, name: &'static str, value: impl Into<Value>) {
        self.that(condition);
        self.given(name, value);
    }

    /// A value that another part of the statement names.
    pub(crate) fn given(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.push((name, value.into()));
    }

    /// All conditions together.
    pub(crate) fn conditions(&self) -> String {
        if self.conditions.is_empty() { "TRUE".to_owned() } else { self.conditions.join(" AND ") }
    }

    /// Asks, and has each row of the answer read.
    pub(crate) fn ask<T>(
        &self,
        connection: &Connection,
        statement: &str,
        read: impl Fn(&Row<'_>) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        let mut statement: CachedStatement<'_> = connection.prepare_cached(statement)?;
        let values: Vec<(&str, &dyn ToSql)> =
            self.values.iter().map(|(name, value)| (*name, value as &dyn ToSql)).collect();
        let mut rows = statement.query(values.as_slice())?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}
