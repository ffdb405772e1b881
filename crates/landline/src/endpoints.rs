//! `endpoints.json`: where the listeners are. A contract; programs wait for the file.

use serde::{Deserialize, Serialize};
use sim::World;

use crate::data::DataDir;
use crate::exit::Stop;
use crate::file;

/// What `dev` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    /// The API with TLS.
    pub(crate) api: String,
    /// The API without TLS, if it is on.
    pub(crate) api_plain: Option<String>,
    /// Where the network's webhooks arrive.
    pub(crate) relay: String,
    /// The simulated network.
    pub(crate) sim: String,
    /// The CA that signed the API's certificate: a PEM file.
    pub(crate) ca_cert: String,
    /// The database.
    pub(crate) db: String,
    /// The administrator.
    pub(crate) admin: Admin,
    /// The number that is used.
    pub(crate) number: Number,
    /// The Graph API behind it.
    pub(crate) graph: Graph,
    /// The process.
    pub(crate) pid: u32,
}

/// What `serve` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServeEndpoints {
    /// The API with TLS.
    pub(crate) api: String,
    /// The API without TLS, if it is on.
    pub(crate) api_plain: Option<String>,
    /// Where the network's webhooks arrive, without a path.
    pub(crate) relay: String,
    /// The CA that signed the API's certificate: a PEM file.
    pub(crate) ca_cert: String,
    /// The database.
    pub(crate) db: String,
    /// The names of the lines.
    pub(crate) lines: Vec<String>,
    /// The process.
    pub(crate) pid: u32,
}

impl ServeEndpoints {
    /// Writes `endpoints.json`.
    pub(crate) fn publish(&self, data: &DataDir) -> Result<(), Stop> {
        let failed = |why: std::io::Error| Stop::failed("cannot write endpoints.json", why);
        let content = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        file::write_private(&data.endpoints(), &content).map_err(failed)
    }
}

/// What `sim` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SimEndpoints {
    /// The simulated network.
    pub(crate) sim: String,
    /// The number that a gateway uses.
    pub(crate) number: Number,
    /// Its Graph API.
    pub(crate) graph: Graph,
    /// The process.
    pub(crate) pid: u32,
}

/// The administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Admin {
    /// Always `admin`.
    pub(crate) username: String,
    /// In clear. `null` when `dev.json` was lost and the password is not the built-in one.
    pub(crate) password: Option<String>,
}

/// A business number.
#[expect(clippy::struct_field_names, reason = "the contract's names")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Number {
    /// Country code.
    pub(crate) cc: String,
    /// National number.
    pub(crate) phone_number: String,
    /// Both.
    pub(crate) wa_id: String,
    /// The name certificate, base64.
    pub(crate) cert: String,
}

/// A Graph API with its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Graph {
    /// Without a version.
    pub(crate) base_url: String,
    /// The version.
    pub(crate) version: String,
    /// The system user's token.
    pub(crate) access_token: String,
    /// Signs webhooks.
    pub(crate) app_secret: String,
    /// What the relay expects at verification.
    pub(crate) verify_token: String,
    /// `WABA_ID`.
    pub(crate) waba_id: String,
    /// `PHONE_ID`.
    pub(crate) phone_number_id: String,
}

impl Number {
    /// The number that a gateway uses in this world.
    pub(crate) fn of(world: &World) -> Self {
        Self {
            cc: world.number.cc.clone(),
            phone_number: world.number.phone_number.clone(),
            wa_id: world.number.wa_id.clone(),
            cert: world.number.cert.clone(),
        }
    }
}

impl Graph {
    /// The Graph API of this world.
    pub(crate) fn of(world: &World) -> Self {
        let graph = &world.graph;
        Self {
            base_url: graph.base_url.trim_end_matches('/').to_owned(),
            version: graph.version.clone(),
            access_token: graph.access_token.clone(),
            app_secret: graph.app_secret.clone(),
            verify_token: graph.verify_token.clone(),
            waba_id: graph.waba_id.clone(),
            phone_number_id: graph.phone_number_id.clone(),
        }
    }
}

/// A small world for tests.
#[cfg(test)]
pub(crate) fn test_world() -> World {
    let number = |national: &str, id: &str| sim::WorldNumber {
        cc: "1".to_owned(),
        phone_number: national.to_owned(),
        wa_id: format!("1{national}"),
        cert: "CAESBw==".to_owned(),
        phone_number_id: id.to_owned(),
        verified_name: "Blue Kettle".to_owned(),
    };
    World {
        number: number("2025550143", "1001"),
        second: number("2025550144", "1002"),
        graph: sim::WorldGraph {
            base_url: "http://127.0.0.1:9080/".to_owned(),
            version: "v24.0".to_owned(),
            access_token: "token".to_owned(),
            app_secret: "secret".to_owned(),
            verify_token: "verify".to_owned(),
            app_id: "3001".to_owned(),
            waba_id: "2001".to_owned(),
            phone_number_id: "1001".to_owned(),
        },
        customers: vec![sim::WorldCustomer {
            wa_id: "12025550101".to_owned(),
            name: "Ada".to_owned(),
            window_open: false,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoints_of_dev_have_their_shape() {
        let endpoints = Endpoints {
            api: "https://127.0.0.1:9090".to_owned(),
            api_plain: None,
            relay: "http://127.0.0.1:9092/graph/3001".to_owned(),
            sim: "http://127.0.0.1:9080".to_owned(),
            ca_cert: "/data/ca.pem".to_owned(),
            db: "/data/landline.db".to_owned(),
            admin: Admin {
                username: "admin".to_owned(),
                password: Some("secret".to_owned()),
            },
            number: Number::of(&test_world()),
            graph: Graph::of(&test_world()),
            pid: 42,
        };

        insta::assert_json_snapshot!(endpoints, @r#"
        {
          "api": "https://127.0.0.1:9090",
          "api_plain": null,
          "relay": "http://127.0.0.1:9092/graph/3001",
          "sim": "http://127.0.0.1:9080",
          "ca_cert": "/data/ca.pem",
          "db": "/data/landline.db",
          "admin": {
            "username": "admin",
            "password": "secret"
          },
          "number": {
            "cc": "1",
            "phone_number": "2025550143",
            "wa_id": "12025550143",
            "cert": "CAESBw=="
          },
          "graph": {
            "base_url": "http://127.0.0.1:9080",
            "version": "v24.0",
            "access_token": "token",
            "app_secret": "secret",
            "verify_token": "verify",
            "waba_id": "2001",
            "phone_number_id": "1001"
          },
          "pid": 42
        }
        "#);
    }

    #[test]
    fn the_endpoints_of_sim_have_their_shape() {
        let endpoints = SimEndpoints {
            sim: "http://127.0.0.1:9080".to_owned(),
            number: Number::of(&test_world()),
            graph: Graph::of(&test_world()),
            pid: 42,
        };

        insta::assert_json_snapshot!(endpoints, {".graph" => "…"}, @r#"
        {
          "sim": "http://127.0.0.1:9080",
          "number": {
            "cc": "1",
            "phone_number": "2025550143",
            "wa_id": "12025550143",
            "cert": "CAESBw=="
          },
          "graph": "…",
          "pid": 42
        }
        "#);
    }
}
