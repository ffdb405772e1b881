//! The one place that binds sockets and serves: plain and TLS, with timeouts, and an end that has a deadline.
//!
//! Below is `axum-server`: it gives access to hyper's builder, drains with a deadline, and a service that fails
//! closes its connection unanswered.

mod counted;

use std::convert::Infallible;
use std::future::Ready;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum_server::accept::{TcpConfigAcceptor, TcpKeepaliveConfig, TcpSocketConfig};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use http::Request;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower::{BoxError, Service};
use web::Traffic;

use self::counted::Counted;
use crate::exit::Stop;

/// A new connection brings its first request, whole headers, within this time.
const FIRST_REQUEST: Duration = Duration::from_secs(15);
/// Later ones: hyper counts from the end of the request before, so this is also how long a connection may idle.
const NEXT_REQUEST: Duration = Duration::from_secs(75);
/// A peer that went without a word is noticed by probes.
const PROBE: Duration = Duration::from_secs(30);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// What has no TLS stays on loopback, unless the user says that the way there is safe.
pub(crate) fn check_plain(flag: &str, address: SocketAddr, allow_plain: bool) -> Result<(), Stop> {
    if allow_plain || address.ip().is_loopback() {
        return Ok(());
    }
    let allow = if is_flag(flag) {
        "--allow-plain"
    } else {
        "allow_plain = true"
    };
    Err(Stop::usage(format!(
        "{flag} {address} has no TLS and is not a loopback address"
    ))
    .hint(format!(
        "listen on 127.0.0.1 or [::1], or add {allow} when the network in between is yours"
    )))
}

/// Whether it is a flag of a command; else it is a setting of a configuration.
fn is_flag(mover: &str) -> bool {
    mover.starts_with("--")
}

/// How an address is given there.
fn given(mover: &str, address: SocketAddr) -> String {
    if is_flag(mover) {
        format!("{mover} {address}")
    } else {
        format!("{mover} = \"{address}\"")
    }
}

/// A socket that listens; nobody serves it yet.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: TcpListener,
    address: SocketAddr,
    traffic: Arc<Traffic>,
}

impl Socket {
    /// Binds. `mover` is what moves this listener to another address: a flag, or a setting.
    pub(crate) fn bind(address: SocketAddr, mover: &str) -> Result<Self, Stop> {
        let listener = listen(address).map_err(|error| {
            let stop = Stop::failed(format!("cannot listen on {address}"), &error);
            match error.kind() {
                io::ErrorKind::AddrInUse => stop.hint(format!(
                    "another program has that port; {} takes a free one",
                    given(mover, SocketAddr::new(address.ip(), 0))
                )),
                io::ErrorKind::PermissionDenied => stop.hint(format!(
                    "ports below 1024 need a privilege; {mover} moves this one"
                )),
                _ => stop.hint(format!("{mover} moves this one")),
            }
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| Stop::failed("a socket does not know its address", error))?;
        Ok(Self {
            listener,
            address,
            traffic: Arc::default(),
        })
    }

    /// Its connections are counted there from now on.
    pub(crate) fn counted_by(mut self, traffic: &Arc<Traffic>) -> Self {
        traffic.set_backlog(BACKLOG);
        self.traffic = Arc::clone(traffic);
        self
    }

    /// Where it listens, with the real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where this machine reaches it: an unspecified address becomes loopback.
    pub(crate) fn reachable(&self) -> SocketAddr {
        let address = self.address();
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, address.port())
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // After a restart connections of the last run may still be closing. Elsewhere than on Unix it means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// A listener that serves.
#[derive(Debug)]
pub(crate) struct Serving {
    handle: Handle<SocketAddr>,
    task: JoinHandle<io::Result<()>>,
}

impl Serving {
    /// Serves plain HTTP. Requests carry `ConnectInfo<SocketAddr>`; a service that fails closes the connection.
    pub(crate) fn plain<S>(socket: Socket, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let traffic = Arc::clone(&socket.traffic);
        let (server, handle) = server(socket);
        let server = server.acceptor(Counted::new(tcp(), traffic));
        let task = tokio::spawn(server.serve(Visitors(service)));
        Self { handle, task }
    }

    /// The same with TLS.
    pub(crate) fn tls<S>(socket: Socket, config: Arc<rustls::ServerConfig>, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        let traffic = Arc::clone(&socket.traffic);
        let (server, handle) = server(socket);
        let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config)).acceptor(tcp());
        let acceptor = Counted::new(acceptor, traffic);
        let task = tokio::spawn(server.acceptor(acceptor).serve(Visitors(service)));
        Self { handle, task }
    }

    /// Stops accepting at once, lets requests in flight finish for at most `limit`, cuts the rest.
    pub(crate) async fn stop(self, limit: Duration) {
        self.handle.graceful_shutdown(Some(limit));
        // The limit is the server's own; the margin only guards against a server that does not keep it.
        match tokio::time::timeout(limit + Duration::from_millis(200), self.task).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "a listener ended with an error"),
            Ok(Err(error)) => tracing::warn!(%error, "a listener's task failed"),
            Err(_) => tracing::warn!("a listener did not end in time"),
        }
    }
}

fn server(socket: Socket) -> (Server<SocketAddr>, Handle<SocketAddr>) {
    let handle = Handle::new();
    let mut server = Server::<SocketAddr>::from_listener(socket.listener)
        .handle(handle.clone())
        .first_request_timeout(FIRST_REQUEST)
        .accept_error_handler(accept_log());
    let http = server.http_builder();
    http.http1().header_read_timeout(NEXT_REQUEST);
    http.http2()
        .keep_alive_interval(PROBE)
        .keep_alive_timeout(FIRST_REQUEST);
    (server, handle)
}

fn tcp() -> TcpConfigAcceptor {
    TcpConfigAcceptor::new(
        TcpSocketConfig::new()
            .nodelay(true)
            .keepalive(TcpKeepaliveConfig::new().time(PROBE).interval(PROBE)),
    )
}

/// A failed handshake is the visitor's affair. A failed accept (no file descriptors left, for example) is ours, and
/// repeats every 50 ms: it is said once a second.
fn accept_log() -> impl Fn(Option<&SocketAddr>, &io::Error) + Send + Sync + 'static {
    let last = Mutex::new(None::<Instant>);
    move |peer, error| {
        if let Some(peer) = peer {
            tracing::debug!(%peer, %error, "a connection was not made");
            return;
        }
        let now = Instant::now();
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now - last >= Duration::from_secs(1)) {
            *last = Some(now);
            tracing::warn!(%error, "connections cannot be accepted");
        }
    }
}

/// Makes the service of each connection.
#[derive(Clone)]
struct Visitors<S>(S);

impl<S: Clone> Service<SocketAddr> for Visitors<S> {
    type Response = Visitor<S>;
    type Error = Infallible;
    type Future = Ready<Result<Visitor<S>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        std::future::ready(Ok(Visitor {
            inner: self.0.clone(),
            peer,
        }))
    }
}

/// The service of one connection: each request says where it comes from.
#[derive(Clone)]
struct Visitor<S> {
    inner: S,
    peer: SocketAddr,
}

impl<S, B> Service<Request<B>> for Visitor<S>
where
    S: Service<Request<Body>>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;

    use super::*;

    fn free() -> Socket {
        Socket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), "--listen").expect("a free port")
    }

    /// Sends raw bytes and returns everything that comes back until the other side closes.
    async fn exchange(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("read");
        answer
    }

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_flag_that_moves_it() {
        let first = free();

        let refused = Socket::bind(first.address(), "--relay-listen")
            .expect_err("taken")
            .to_string();

        assert!(refused.contains(&first.address().to_string()), "{refused}");
        assert!(refused.contains("--relay-listen 127.0.0.1:0"), "{refused}");
    }

    #[tokio::test]
    async fn requests_say_where_they_come_from() {
        let socket = free();
        let address = socket.address();
        let app = Router::new().route(
            "/",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
        );
        let serving = Serving::plain(socket, app);

        let answer = exchange(
            address,
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .await;

        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("127.0.0.1"), "{answer}");
        serving.stop(Duration::from_secs(1)).await;
    }

    #[tokio::test]
    async fn a_service_that_fails_closes_the_connection_unanswered() {
        let socket = free();
        let address = socket.address();
        let service = tower::service_fn(|_: Request<Body>| {
            std::future::ready(Err::<Response, _>(io::Error::other("the link is down")))
        });
        let serving = Serving::plain(socket, service);

        let answer = exchange(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;

        assert_eq!(answer, "");
        serving.stop(Duration::from_secs(1)).await;
    }

    #[tokio::test]
    async fn stopping_finishes_what_is_in_flight_and_closes_what_idles() {
        let socket = free();
        let address = socket.address();
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begins, waits) = (begun.clone(), go_on.clone());
        let app = Router::new().route(
            "/slow",
            post(move || {
                let (begins, waits) = (begins.clone(), waits.clone());
                async move {
                    begins.notify_one();
                    waits.notified().await;
                    "done"
                }
            }),
        );
        let serving = Serving::plain(socket, app);
        let mut idle = TcpStream::connect(address).await.expect("connected");
        let in_flight = tokio::spawn(exchange(
            address,
            "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        ));
        begun.notified().await;

        let stopped = tokio::spawn(serving.stop(Duration::from_secs(30)));
        // The idle connection's end shows that the stop has begun.
        let mut nothing = Vec::new();
        idle.read_to_end(&mut nothing).await.expect("closed");
        go_on.notify_one();

        let answer = in_flight.await.expect("answered");
        assert!(answer.ends_with("done"), "{answer}");
        stopped.await.expect("stopped");
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_cut_at_the_limit() {
        let socket = free();
        let address = socket.address();
        let begun = Arc::new(Notify::new());
        let begins = begun.clone();
        let app = Router::new().route(
            "/hang",
            get(move || {
                begins.notify_one();
                std::future::pending::<&'static str>()
            }),
        );
        let serving = Serving::plain(socket, app);
        let hanging = tokio::spawn(exchange(address, "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n"));
        begun.notified().await;

        serving.stop(Duration::from_millis(50)).await;

        assert_eq!(hanging.await.expect("closed"), "");
    }
}
