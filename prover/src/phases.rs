//! Where the time of proving goes: the tracing spans of this crate and of the proof system, added up by their path.
//!
//! A binary installs a [`Phases`] once ([`Phases::install`]) and asks it afterwards. Spans of worker threads are not counted: they run beside the span that waits for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use tracing::span::{Attributes, Id};
use tracing::{Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

/// Time by path: names of spans, the outermost first.
type Times = BTreeMap<Vec<&'static str>, Duration>;

/// Adds up the time of spans; clones share what they count.
#[derive(Clone, Debug)]
pub struct Phases {
    times: Arc<Mutex<Times>>,
    thread: ThreadId,
    level: Level,
}

/// When a span was entered.
struct Entered(Instant);

impl Phases {
    /// Counts the spans of this thread from now on, up to `level`; for the whole process, once.
    ///
    /// # Errors
    /// If the process already has a subscriber.
    pub fn install(level: Level) -> Result<Self, tracing::subscriber::SetGlobalDefaultError> {
        let phases = Self {
            times: Arc::default(),
            thread: thread::current().id(),
            level,
        };
        tracing::subscriber::set_global_default(Registry::default().with(phases.clone()))?;
        Ok(phases)
    }

    /// What was counted so far, and begins anew. Paths in alphabetical order, so that a span stands before those inside it.
    #[must_use]
    pub fn take(&self) -> Vec<(Vec<&'static str>, Duration)> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        core::mem::take(&mut *times).into_iter().collect()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Phases {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.is_span() && *metadata.level() <= self.level && thread::current().id() == self.thread
    }

    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {}

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(Entered(Instant::now()));
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let Some(elapsed) = span.extensions().get::<Entered>().map(|entered| entered.0.elapsed()) else {
            return;
        };
        let path = span.scope().from_root().map(|span| span.name()).collect();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times.entry(path).or_default() += elapsed;
    }
}
