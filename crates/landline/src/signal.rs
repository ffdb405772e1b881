//! Ctrl-C and SIGTERM: the first asks the program to end, the second ends it. SIGHUP: the configuration is read again.

use tokio_util::sync::CancellationToken;

use crate::exit::Stop;

/// A token that is cancelled at the first signal. At the second the process ends at once, with status 130.
pub(crate) fn watch() -> Result<CancellationToken, Stop> {
    let mut signals = Signals::new()
        .map_err(|error| Stop::failed("signals of the operating system cannot be taken", error))?;
    let token = CancellationToken::new();
    let asked = token.clone();
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping; a second Ctrl-C ends at once");
        asked.cancel();
        signals.next().await;
        std::process::exit(130);
    });
    Ok(token)
}

/// SIGHUP, as often as it comes.
#[cfg(unix)]
pub(crate) struct HangUp(tokio::signal::unix::Signal);

#[cfg(unix)]
impl HangUp {
    /// Takes the signal from now on: it ends the process no longer.
    pub(crate) fn watch() -> Result<Self, Stop> {
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
            .map(Self)
            .map_err(|error| Stop::failed("SIGHUP cannot be taken", error))
    }

    /// Resolves at the next one.
    pub(crate) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// Systems without SIGHUP.
#[cfg(not(unix))]
pub(crate) struct HangUp;

#[cfg(not(unix))]
impl HangUp {
    /// Nothing to take.
    pub(crate) fn watch() -> Result<Self, Stop> {
        Ok(Self)
    }

    /// Never resolves.
    pub(crate) async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
