//! The line's template table: loaded on every new connection, asked for upstream once for a name that is not in it.

use std::sync::Arc;

use onprem::template::Definition;

use crate::line::Line;
use crate::{call::NotLoaded, record};

/// The table in memory; the store has the same.
#[derive(Default)]
pub struct Templates {
    table: std::sync::RwLock<Arc<Table>>,
}

/// All templates of an account, and its namespace.
#[derive(Debug, Default)]
pub struct Table {
    /// By name; every language of it.
    pub by_name: std::collections::HashMap<String, Vec<Definition>>,
    /// The account's namespace.
    pub namespace: Option<String>,
}

#[expect(unused_variables, reason = "skeleton")]
impl Templates {
    /// The table as it is now.
    pub fn table(&self) -> Arc<Table> {
        self.table
            .read()
            .map(|table| table.clone())
            .unwrap_or_default()
    }

    /// Replaces the whole table.
    pub fn replace(&self, definitions: Vec<Definition>, namespace: Option<String>) {
        unimplemented!()
    }
}

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// Loads all templates from the network, page by page, into the table and the store; calls `progress` with the
    /// number loaded so far. 5xx and unreachable are the caller's to retry.
    pub async fn load_templates(
        &self,
        progress: impl Fn(usize) + Send,
    ) -> Result<usize, graph::Failure> {
        unimplemented!()
    }

    /// Fills the table from the store (an older list, used when the network cannot be asked). How many there were.
    pub async fn recall_templates(&self) -> Result<usize, store::StoreError> {
        unimplemented!()
    }

    /// The definitions with a name, asking upstream once (single flight, at most every 30 s per name) when there are none.
    pub async fn templates_named(&self, name: &str) -> Result<Vec<Definition>, NotLoaded> {
        let _ = record::Template::clone;
        unimplemented!()
    }
}
