//! A line's core, stopped and started inside the process, as restarting its container did (`POST /dev/core`).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use landline_core::{Core, Line};
use relay::pull::Puller;
use tokio::sync::Mutex;

use super::pulling::Pulling;
use crate::exit::causes;

/// The core of a line, running or not.
#[derive(Clone)]
pub(crate) struct Switch {
    line: Arc<Line>,
    node: Arc<str>,
    /// Takes from a relay on a host of its own, as long as the core runs.
    puller: Option<Puller>,
    state: Arc<Mutex<State>>,
}

enum State {
    Stopped,
    Running(Core, Option<Pulling>),
    /// The program ends: nothing starts the core again.
    Ended,
}

impl Switch {
    /// A core that does not run yet. `node` names this process in the leases.
    pub(crate) fn new(line: Arc<Line>, node: String, puller: Option<Puller>) -> Self {
        Self {
            line,
            node: node.into(),
            puller,
            state: Arc::new(Mutex::new(State::Stopped)),
        }
    }

    /// Starts the core, if it does not run.
    pub(crate) async fn start(&self) -> Result<(), String> {
        let mut state = self.state.lock().await;
        match *state {
            State::Running(..) => Ok(()),
            State::Ended => Err("the program is ending".to_owned()),
            State::Stopped => {
                let core = Core::start(self.line.clone(), &self.node)
                    .await
                    .map_err(|error| causes(&error))?;
                *state = State::Running(core, self.puller.clone().map(Pulling::start));
                Ok(())
            }
        }
    }

    /// Stops the core, if it runs.
    pub(crate) async fn stop(&self) {
        self.stop_into(State::Stopped).await;
    }

    /// Stops the core for good.
    pub(crate) async fn end(&self) {
        self.stop_into(State::Ended).await;
    }

    /// The lock is held until the core has stopped: whoever starts it meanwhile waits.
    async fn stop_into(&self, next: State) {
        let mut state = self.state.lock().await;
        match std::mem::replace(&mut *state, next) {
            State::Running(core, pulling) => {
                core.stop().await;
                if let Some(pulling) = pulling {
                    pulling.end().await;
                }
            }
            State::Ended => *state = State::Ended,
            State::Stopped => {}
        }
    }
}

impl web::CoreSwitch for Switch {
    fn switch(
        &self,
        running: bool,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        let switch = self.clone();
        // In a task of its own: a caller that hangs up must not leave a core that is half stopped.
        let task = tokio::spawn(async move {
            if running {
                switch.start().await
            } else {
                switch.stop().await;
                Ok(())
            }
        });
        Box::pin(async move { task.await.unwrap_or_else(|error| Err(causes(&error))) })
    }
}
