//! The line's template table: loaded on every new connection, asked for upstream once for a name that is not in it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use graph::Failure;
use onprem::template::Definition;
use serde::{Deserialize, Serialize};
use store::record::Record;
use store::{Batch, Change, StoreError};
use tokio::time::Instant;

use crate::call::NotLoaded;
use crate::line::Line;
use crate::record;
use crate::translate;

/// How long the network's answer for a name is remembered.
const ANSWER_MEMORY: Duration = Duration::from_secs(30);
/// How long it is remembered that the network could not be asked: long enough for those who waited for the same try.
const FAILURE_MEMORY: Duration = Duration::from_secs(5);
/// Remembered names beyond which forgotten ones are swept out.
const SWEEP_AT: usize = 256;
/// Changes of records in one batch.
const BATCH: usize = 200;

/// The account's namespace; one record, named `account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Namespace(String);

impl Record for Namespace {
    const KIND: &'static str = "template_namespace";
    const SEALED: bool = false;
}

impl Namespace {
    const NAME: &'static str = "account";
}

/// The table in memory; the store has the same.
#[derive(Default)]
pub struct Templates {
    table: RwLock<Arc<Table>>,
    /// What the network was asked about lately, by name. Whoever holds an entry's lock is asking.
    asked: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Asked>>>>>,
}

/// All templates of an account, and its namespace.
#[derive(Debug, Default, Clone)]
pub struct Table {
    /// By name; every language of it.
    pub by_name: HashMap<String, Vec<Definition>>,
    /// Every language that some template is in.
    pub languages: HashSet<String>,
    /// The account's namespace.
    pub namespace: Option<String>,
}

impl Table {
    fn new(definitions: Vec<Definition>, namespace: Option<String>) -> Self {
        let mut table = Self {
            namespace,
            ..Self::default()
        };
        for definition in definitions {
            table.languages.insert(definition.language.clone());
            let same_name = table.by_name.entry(definition.name.clone());
            same_name.or_default().push(definition);
        }
        table
    }

    /// Replaces the definitions of one name.
    fn put(&mut self, name: &str, definitions: Vec<Definition>) {
        if definitions.is_empty() {
            self.by_name.remove(name);
        } else {
            self.by_name.insert(name.to_owned(), definitions);
        }
        let all = self.by_name.values().flatten();
        self.languages = all.map(|known| known.language.clone()).collect();
    }
}

/// The network was asked about a name.
struct Asked {
    at: Instant,
    /// Why there is no answer.
    failure: Option<NotLoaded>,
}

impl Asked {
    fn is_fresh(&self, now: Instant) -> bool {
        let memory = if self.failure.is_some() {
            FAILURE_MEMORY
        } else {
            ANSWER_MEMORY
        };
        now.saturating_duration_since(self.at) < memory
    }
}

impl Templates {
    /// The table as it is now.
    pub fn table(&self) -> Arc<Table> {
        self.table
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the whole table.
    pub fn replace(&self, definitions: Vec<Definition>, namespace: Option<String>) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Table::new(definitions, namespace));
    }

    /// Replaces the definitions of one name.
    fn put(&self, name: &str, definitions: Vec<Definition>) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut table).put(name, definitions);
    }

    /// Definitions, each language of a name counted.
    pub(crate) fn count(&self) -> usize {
        self.table().by_name.values().map(Vec::len).sum()
    }

    /// The definitions with a name.
    fn named(&self, name: &str) -> Vec<Definition> {
        self.table().by_name.get(name).cloned().unwrap_or_default()
    }

    /// The same, if one of them is in this language.
    fn in_language(&self, name: &str, language: &str) -> Option<Vec<Definition>> {
        let found = self.named(name);
        let has_language = found.iter().any(|known| known.language == language);
        has_language.then_some(found)
    }

    /// The definitions with a name. When none is in this language, `fetch` brings them: one for all who ask at the same
    /// time, and not again while its outcome is remembered.
    async fn named_or_fetched(
        &self,
        name: &str,
        language: &str,
        fetch: impl Future<Output = Result<Vec<Definition>, NotLoaded>>,
    ) -> Result<Vec<Definition>, NotLoaded> {
        if let Some(found) = self.in_language(name, language) {
            return Ok(found);
        }
        let entry = self.entry(name);
        let mut last = entry.lock().await;
        // Somebody may have brought it while we waited.
        if let Some(found) = self.in_language(name, language) {
            return Ok(found);
        }
        self.fetched(name, &mut last, fetch).await
    }

    /// Brings the definitions of a name anew, because the network has said that they are not what they were.
    async fn renewed(
        &self,
        name: &str,
        fetch: impl Future<Output = Result<Vec<Definition>, NotLoaded>>,
    ) -> Result<(), NotLoaded> {
        let entry = self.entry(name);
        let mut last = entry.lock().await;
        self.fetched(name, &mut last, fetch).await.map(drop)
    }

    /// The same whatever was answered before: the network says that they have changed since.
    async fn changed(
        &self,
        name: &str,
        fetch: impl Future<Output = Result<Vec<Definition>, NotLoaded>>,
    ) -> Result<(), NotLoaded> {
        let entry = self.entry(name);
        let mut last = entry.lock().await;
        *last = None;
        self.fetched(name, &mut last, fetch).await.map(drop)
    }

    /// What the network says of a name, or said a moment ago.
    async fn fetched(
        &self,
        name: &str,
        last: &mut Option<Asked>,
        fetch: impl Future<Output = Result<Vec<Definition>, NotLoaded>>,
    ) -> Result<Vec<Definition>, NotLoaded> {
        if let Some(asked) = last.as_ref().filter(|asked| asked.is_fresh(Instant::now())) {
            return asked
                .failure
                .clone()
                .map_or_else(|| Ok(self.named(name)), Err);
        }
        let outcome = fetch.await;
        *last = Some(Asked {
            at: Instant::now(),
            failure: outcome.as_ref().err().cloned(),
        });
        if let Ok(found) = &outcome {
            self.put(name, found.clone());
        }
        outcome
    }

    fn entry(&self, name: &str) -> Arc<tokio::sync::Mutex<Option<Asked>>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= SWEEP_AT && !asked.contains_key(name) {
            let now = Instant::now();
            asked.retain(|_, entry| {
                // A locked entry is being asked about, a shared one is being waited for.
                Arc::strong_count(entry) > 1
                    || entry
                        .try_lock()
                        .map_or(true, |last| last.as_ref().is_some_and(|a| a.is_fresh(now)))
            });
        }
        asked.entry(name.to_owned()).or_default().clone()
    }
}

impl Line {
    /// Loads all templates from the network, page by page, into the table and the store; calls `progress` with the
    /// number loaded so far. 5xx and unreachable are the caller's to retry. How many there are.
    ///
    /// A store that does not take them is only logged: its copy is for a network that cannot be asked.
    pub async fn load_templates(&self, progress: impl Fn(usize) + Send) -> Result<usize, Failure> {
        let namespace = self.client.namespace().await?;
        let definitions = self.fetch_templates(None, progress).await?;
        if let Err(error) = self
            .keep_templates(&definitions, namespace.as_deref())
            .await
        {
            tracing::warn!(line = %self.config.name, %error, "templates are not kept in the store");
        }
        let loaded = definitions.len();
        self.templates.replace(definitions, namespace);
        Ok(loaded)
    }

    /// Fills the table from the store (an older list, used when the network cannot be asked). How many there were.
    pub async fn recall_templates(&self) -> Result<usize, StoreError> {
        let line = &self.config.name;
        let kept = self.records.list::<record::Template>(line).await?;
        let namespace = self.records.get::<Namespace>(line, Namespace::NAME).await?;
        let recalled = kept.len();
        let definitions = kept.into_iter().map(|(_, template)| template.0).collect();
        self.templates
            .replace(definitions, namespace.map(|namespace| namespace.0));
        Ok(recalled)
    }

    /// The definitions with a name, asking upstream once (single flight, at most every 30 s per name) when none is in this
    /// language.
    pub async fn templates_named(
        &self,
        name: &str,
        language: &str,
    ) -> Result<Vec<Definition>, NotLoaded> {
        self.templates
            .named_or_fetched(name, language, self.fetch_named(name))
            .await
    }

    /// Asks upstream what became of a template that the network would not send, at most every 30 s per name. A network
    /// that cannot be asked is only logged: the table stays as it is.
    pub async fn renew_template(&self, name: &str) {
        if let Err(not_loaded) = self.templates.renewed(name, self.fetch_named(name)).await {
            tracing::warn!(line = %self.config.name, template = name, reason = not_loaded.0, "a template could not be looked up anew");
        }
    }

    /// Asks upstream for a template that has changed. Whether it was answered; what it was is logged.
    pub(crate) async fn reload_template(&self, name: &str) -> bool {
        match self.templates.changed(name, self.fetch_named(name)).await {
            Ok(()) => true,
            Err(not_loaded) => {
                tracing::warn!(line = %self.config.name, template = name, reason = not_loaded.0, "a template that has changed could not be looked up");
                false
            }
        }
    }

    async fn fetch_named(&self, name: &str) -> Result<Vec<Definition>, NotLoaded> {
        let mut found = self
            .fetch_templates(Some(name), |_| ())
            .await
            .map_err(|failure| NotLoaded(translate::error::refusal(&failure).details))?;
        // The network may take the filter for a part of the name.
        found.retain(|definition| definition.name == name);
        let known = self.templates.named(name);
        if let Err(error) = self.keep_named(&known, &found).await {
            tracing::warn!(line = %self.config.name, template = name, %error, "a template is not kept in the store");
        }
        Ok(found)
    }

    /// Brings the store's records of one name to what the network said.
    async fn keep_named(
        &self,
        known: &[Definition],
        found: &[Definition],
    ) -> Result<(), StoreError> {
        let is_gone = |known: &&Definition| {
            let same = |found: &Definition| found.language == known.language;
            !found.iter().any(same)
        };
        let mut changes: Vec<Change> = known
            .iter()
            .filter(is_gone)
            .map(|gone| {
                let line = &self.config.name;
                self.records
                    .delete::<record::Template>(line, &record_name(gone))
            })
            .collect();
        for definition in found {
            changes.push(self.kept(definition)?);
        }
        self.apply_in_batches(changes).await
    }

    /// All pages, or all pages with one name.
    async fn fetch_templates(
        &self,
        name: Option<&str>,
        progress: impl Fn(usize) + Send,
    ) -> Result<Vec<Definition>, Failure> {
        let mut definitions = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.client.templates(after.as_deref(), name).await?;
            definitions.extend(page.data.iter().map(translate::template::definition));
            progress(definitions.len());
            // A cursor that leads to itself would never end.
            if page.next.is_none() || page.next == after {
                return Ok(definitions);
            }
            after = page.next;
        }
    }

    /// Brings the store's records to what the network said.
    async fn keep_templates(
        &self,
        definitions: &[Definition],
        namespace: Option<&str>,
    ) -> Result<(), StoreError> {
        let line = &self.config.name;
        let kept = self.records.list::<record::Template>(line).await?;
        let kept_namespace = self.records.get::<Namespace>(line, Namespace::NAME).await?;

        let difference = Difference::between(&kept, definitions);
        let mut changes: Vec<Change> = difference
            .gone
            .iter()
            .map(|name| self.records.delete::<record::Template>(line, name))
            .collect();
        for definition in difference.changed {
            changes.push(self.kept(definition)?);
        }
        if kept_namespace.as_ref().map(|kept| kept.0.as_str()) != namespace {
            changes.push(match namespace {
                Some(text) => {
                    let namespace = Namespace(text.to_owned());
                    self.records.put(line, Namespace::NAME, &namespace)?
                }
                None => self.records.delete::<Namespace>(line, Namespace::NAME),
            });
        }
        self.apply_in_batches(changes).await
    }

    /// The change that keeps a definition.
    fn kept(&self, definition: &Definition) -> Result<Change, StoreError> {
        self.records.put(
            &self.config.name,
            &record_name(definition),
            &record::Template(definition.clone()),
        )
    }

    async fn apply_in_batches(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let batch = Batch::of(changes.by_ref().take(BATCH).collect());
            self.records.store().apply(batch).await?;
        }
        Ok(())
    }
}

fn record_name(definition: &Definition) -> String {
    format!("{}/{}", definition.name, definition.language)
}

/// What must change in the store.
#[derive(Debug, PartialEq, Eq)]
struct Difference<'a> {
    changed: Vec<&'a Definition>,
    /// Names of records.
    gone: Vec<&'a str>,
}

impl<'a> Difference<'a> {
    fn between(kept: &'a [(String, record::Template)], fresh: &'a [Definition]) -> Self {
        let before: HashMap<&str, &Definition> = kept
            .iter()
            .map(|(name, template)| (name.as_str(), &template.0))
            .collect();
        let now: HashSet<String> = fresh.iter().map(record_name).collect();
        Self {
            changed: fresh
                .iter()
                .filter(|definition| {
                    before.get(record_name(definition).as_str()) != Some(definition)
                })
                .collect(),
            gone: kept
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| !now.contains(*name))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
