//! The gateway's listeners.

use std::net::SocketAddr;

use crate::exit::Stop;
use crate::listen::Socket;

/// Where the gateway listens; port 0 takes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listen {
    /// The API with TLS.
    pub(crate) api: SocketAddr,
    /// The API without TLS, if it is on.
    pub(crate) api_plain: Option<SocketAddr>,
    /// The relay, unless it has a host of its own.
    pub(crate) relay: Option<SocketAddr>,
}

/// What moves each listener, for hints: a command's flags, or the settings of a configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Movers {
    /// The API with TLS.
    pub(crate) api: &'static str,
    /// The API without TLS.
    pub(crate) api_plain: &'static str,
    /// The relay.
    pub(crate) relay: &'static str,
}

/// The sockets. All are bound before anything needs to know a port.
pub(crate) struct Sockets {
    pub(super) api: Socket,
    pub(super) api_plain: Option<Socket>,
    pub(super) relay: Option<Socket>,
}

/// The addresses as URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// The API with TLS.
    pub(crate) api: String,
    /// The API without TLS, if it is on.
    pub(crate) api_plain: Option<String>,
    /// The relay, without a path, if it is here.
    pub(crate) relay: Option<String>,
}

impl Movers {
    /// `dev`.
    pub(crate) const FLAGS: Self = Self {
        api: "--listen",
        api_plain: "--http-listen",
        relay: "--relay-listen",
    };
    /// `serve`.
    pub(crate) const SETTINGS: Self = Self {
        api: "listen",
        api_plain: "http_listen",
        relay: "relay_listen",
    };
}

impl Sockets {
    /// Binds all of them.
    pub(crate) fn bind(listen: Listen, movers: Movers) -> Result<Self, Stop> {
        Ok(Self {
            api: Socket::bind(listen.api, movers.api)?,
            api_plain: listen
                .api_plain
                .map(|address| Socket::bind(address, movers.api_plain))
                .transpose()?,
            relay: listen
                .relay
                .map(|address| Socket::bind(address, movers.relay))
                .transpose()?,
        })
    }

    /// Where this machine reaches them.
    pub(crate) fn addresses(&self) -> Addresses {
        Addresses {
            api: format!("https://{}", self.api.reachable()),
            api_plain: self
                .api_plain
                .as_ref()
                .map(|socket| format!("http://{}", socket.reachable())),
            relay: self
                .relay
                .as_ref()
                .map(|socket| format!("http://{}", socket.reachable())),
        }
    }

    /// The API's address as a name for its certificate, unless it is loopback, which stands there anyway.
    pub(crate) fn api_name(&self) -> Option<String> {
        let ip = self.api.reachable().ip();
        (!ip.is_loopback()).then(|| ip.to_string())
    }
}
