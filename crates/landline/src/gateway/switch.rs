//! A line's core, stopped and started inside the process, as restarting its container did (`POST /dev/core`).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use landline_core::{Core, Line};
use tokio::sync::Mutex;

use crate::exit::causes;

/// The core of a line, running or not.
#[derive(Clone)]
pub(crate) struct Switch {
    line: Arc<Line>,
    node: Arc<str>,
    state: Arc<Mutex<State>>,
}

enum State {
    Stopped,
    Running(Core),
    /// The program ends: nothing starts the core again.
    Ended,
}

impl Switch {
    /// A core that does not run yet. `node` names this process in the leases.
    pub(crate) fn new(line: Arc<Line>, node: String) -> Self {
        Self {
            line,
            node: node.into(),
            state: Arc::new(Mutex::new(State::Stopped)),
        }
    }

    /// Starts the core, if it does not run.
    pub(crate) async fn start(&self) -> Result<(), String> {
        let mut state = self.state.lock().await;
        match *state {
            State::Running(_) => Ok(()),
            State::Ended => Err("the program is ending".to_owned()),
            State::Stopped => {
                let core = Core::start(self.line.clone(), &self.node)
                    .await
                    .map_err(|error| causes(&error))?;
                *state = State::Running(core);
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
            State::Running(core) => core.stop().await,
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
