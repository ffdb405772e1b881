//! Registration (`rest-api.md` section 3, `cloud-api.md` 4.1).

use onprem::Refusal;
use onprem::account::Registration;

use crate::line::Line;

/// What `POST /v1/account` came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// 201: registered already.
    Already,
    /// 202: a code was sent.
    CodeSent {
        /// The name in the certificate.
        vname: String,
    },
}

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `POST /v1/account`.
    pub async fn register(&self, registration: Registration) -> Result<Registered, Refusal> {
        unimplemented!()
    }

    /// `POST /v1/account/verify`.
    pub async fn verify(&self, code: &str) -> Result<(), Refusal> {
        unimplemented!()
    }
}
