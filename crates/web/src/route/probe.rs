//! `/`, `/livez`, `/readyz`: for load balancers and orchestrators, without credentials.

use std::time::Duration;

use axum::extract::State;
use landline_core::record::Deployment;
use onprem::{Code, Refusal};
use store::LineName;
use store::record::Record;

use crate::Web;
use crate::answer::{Done, Refused};

/// How long the store may take to answer a read.
const STORE_ANSWERS: Duration = Duration::from_secs(2);

/// `GET /`: the web is here.
pub(crate) async fn root() -> Done {
    Done::done()
}

/// `GET /livez`: the process answers.
pub(crate) async fn live() -> Done {
    Done::done()
}

/// `GET /readyz`: the store answers a read. The line's state does not matter: a web without a network still serves
/// settings, users and health.
pub(crate) async fn ready(State(web): State<Web>) -> Result<Done, Refused> {
    let line = LineName::main();
    let store = web.line.records().store();
    let read = store.record(&line, Deployment::KIND, Deployment::KIND);
    let trouble = match tokio::time::timeout(STORE_ANSWERS, read).await {
        Ok(Ok(_)) => return Ok(Done::done()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer within two seconds".to_owned(),
    };
    let details = format!("the store cannot be read: {trouble}");
    Err(Refusal::new(Code::NOT_READY, details)
        .with_status(503)
        .into())
}
