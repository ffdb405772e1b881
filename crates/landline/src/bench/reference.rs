//! The bare reference: an axum handler that parses the same JSON and group-commits the same bytes to SQLite with
//! `synchronous=FULL`. No authentication, no validation, one table, no index.

use std::net::Ipv4Addr;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::load::Target;

/// The running reference.
pub(super) struct Reference {
    pub(super) target: Target,
}

type Waiting = (Bytes, oneshot::Sender<i64>);

/// Starts it with a database in `dir`.
pub(super) async fn start(dir: &Path) -> anyhow::Result<Reference> {
    let connection = Connection::open(dir.join("reference.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE message (key INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)",
    )?;
    let (sender, receiver) = mpsc::channel(1024);
    std::thread::Builder::new()
        .name("reference-writer".to_owned())
        .spawn(move || write(connection, receiver))?;

    let router = Router::new()
        .route("/messages", post(accept))
        .with_state(sender);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Reference {
        target: Target::new(address, "/messages", "none".to_owned()),
    })
}

async fn accept(State(writer): State<mpsc::Sender<Waiting>>, body: Bytes) -> Response {
    let Ok(parsed) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if parsed.get("to").is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let (answer, key) = oneshot::channel();
    if writer.send((body, answer)).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match key.await {
        Ok(key) => {
            let body = format!(r#"{{"messages":[{{"id":"{key}"}}]}}"#);
            (
                StatusCode::CREATED,
                [(header::CONTENT_TYPE, "application/json")],
                body,
            )
                .into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// One transaction for all that wait; whoever is not answered sees 503.
fn write(mut connection: Connection, mut waiting: mpsc::Receiver<Waiting>) {
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, 512) > 0 {
        if let Ok(keys) = commit(&mut connection, &group) {
            for ((_, answer), key) in group.drain(..).zip(keys) {
                // The client may have gone.
                answer.send(key).ok();
            }
        }
        group.clear();
    }
}

fn commit(connection: &mut Connection, group: &[Waiting]) -> rusqlite::Result<Vec<i64>> {
    let transaction = connection.transaction()?;
    let mut keys = Vec::with_capacity(group.len());
    for (body, _) in group {
        transaction
            .prepare_cached("INSERT INTO message (body) VALUES (?1)")?
            .execute([body.as_ref()])?;
        keys.push(transaction.last_insert_rowid());
    }
    transaction.commit()?;
    Ok(keys)
}
