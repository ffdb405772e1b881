//! The banner of `dev`: addresses, where the data is, credentials, the number's certificate, the next command.

use std::path::Path;

use serde_json::json;
use sim::WorldCustomer;

use super::ready::Prepared;
use crate::banner::Banner;
use crate::endpoints::Endpoints;
use crate::shell::Command;

/// What the banner tells.
pub(super) struct Welcome<'a> {
    /// Where everything is.
    pub(super) endpoints: &'a Endpoints,
    /// The data directory.
    pub(super) data: &'a Path,
    /// The approved display name.
    pub(super) name: &'a str,
    /// Where notifications go, `""` when nowhere.
    pub(super) webhook: &'a str,
    /// The next step.
    pub(super) next: Next<'a>,
}

/// The next step.
pub(super) enum Next<'a> {
    /// The first login, which must change the password to this one or another.
    FirstLogin {
        /// A password within the rules.
        suggestion: String,
    },
    /// A login.
    Login,
    /// A first message.
    Message(&'a Prepared),
}

impl Welcome<'_> {
    /// The styled text.
    pub(super) fn text(&self) -> String {
        self.next(self.facts()).to_string()
    }

    fn facts(&self) -> Banner {
        let told = self.endpoints;
        let mut banner = Banner::new("with a simulated network").row("API", &told.api);
        if let Some(plain) = &told.api_plain {
            banner = banner.row("", &format!("{plain}  (the same without TLS)"));
        }
        // A browser does not know our certificate authority.
        let for_browsers = told.api_plain.as_ref().unwrap_or(&told.api);
        banner
            .row("docs", &format!("{for_browsers}/docs"))
            .row("relay", &told.relay)
            .row("network", &format!("{}  (Graph API and /sim)", told.sim))
            .row("data", &self.data.display().to_string())
            .row("login", &self.credentials())
            .row("webhook", &self.webhook())
            .row(
                "number",
                &format!(
                    "+{} {}, {}",
                    told.number.cc, told.number.phone_number, self.name
                ),
            )
            .row("certificate", &told.number.cert)
    }

    fn credentials(&self) -> String {
        let admin = &self.endpoints.admin;
        match (&admin.password, &self.next) {
            (Some(password), Next::FirstLogin { .. }) => format!(
                "{} / {password}  (the first login must change it)",
                admin.username
            ),
            (Some(password), _) => format!("{} / {password}", admin.username),
            (None, _) => format!(
                "{}, password unknown: --ready sets a new one",
                admin.username
            ),
        }
    }

    fn webhook(&self) -> String {
        if self.webhook.is_empty() {
            "none  (--webhook URL sets it; `landline webhook` is a receiver)".to_owned()
        } else {
            self.webhook.to_owned()
        }
    }

    fn next(&self, banner: Banner) -> Banner {
        match &self.next {
            Next::FirstLogin { suggestion } => banner.command(
                "Next, log in and change the password",
                &self
                    .login()
                    .json(&format!(r#"{{"new_password":{}}}"#, json!(suggestion)))
                    .line()
                    .word(&self.at("/users/login")),
            ),
            Next::Login => banner.command(
                "Next, log in",
                &self
                    .login()
                    .option("-X", "POST")
                    .line()
                    .word(&self.at("/users/login")),
            ),
            Next::Message(Prepared { token, customer }) => match customer {
                Some(customer) => banner
                    .command(
                        &format!("Next, a first message to {}", customer.name),
                        &self.message(token, &customer.wa_id),
                    )
                    .command(
                        &format!("{} reads it and answers", customer.name),
                        &self.answer(customer),
                    ),
                None => banner,
            },
        }
    }

    fn login(&self) -> Command {
        let admin = &self.endpoints.admin;
        let user = match &admin.password {
            Some(password) => format!("{}:{password}", admin.username),
            // curl asks for it.
            None => admin.username.clone(),
        };
        Command::curl(&self.endpoints.ca_cert)
            .line()
            .option("-u", &user)
    }

    fn message(&self, token: &str, wa_id: &str) -> Command {
        Command::curl(&self.endpoints.ca_cert)
            .line()
            .option("-H", &format!("Authorization: Bearer {token}"))
            .line()
            .json(&format!(
                r#"{{"to":{},"type":"text","text":{{"body":"Hello from Landline"}}}}"#,
                json!(wa_id)
            ))
            .line()
            .word(&self.at("/messages"))
    }

    fn answer(&self, customer: &WorldCustomer) -> Command {
        let phone = format!("{}/sim/customers/{}", self.endpoints.sim, customer.wa_id);
        Command::new("curl")
            .word("-sS")
            .option("-X", "POST")
            .word(&format!("{phone}/read"))
            .line()
            .word("--next")
            .word("-sS")
            .json(r#"{"type":"text","text":{"body":"Hello to you"}}"#)
            .line()
            .word(&format!("{phone}/messages"))
    }

    fn at(&self, path: &str) -> String {
        format!("{}/v1{path}", self.endpoints.api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::{Admin, Graph, Number, test_world};

    fn endpoints(password: Option<&str>) -> Endpoints {
        Endpoints {
            api: "https://127.0.0.1:9090".to_owned(),
            api_plain: Some("http://127.0.0.1:9091".to_owned()),
            relay: "http://127.0.0.1:9092/graph/3001".to_owned(),
            sim: "http://127.0.0.1:9080".to_owned(),
            ca_cert: "/data/ca.pem".to_owned(),
            db: "/data/landline.db".to_owned(),
            admin: Admin {
                username: "admin".to_owned(),
                password: password.map(str::to_owned),
            },
            number: Number::of(&test_world()),
            graph: Graph::of(&test_world()),
            pid: 42,
        }
    }

    fn text(password: Option<&str>, webhook: &str, next: Next<'_>) -> String {
        let endpoints = endpoints(password);
        let welcome = Welcome {
            endpoints: &endpoints,
            data: Path::new("/data"),
            name: "Blue Kettle",
            webhook,
            next,
        };
        let text = anstream::adapter::strip_str(&welcome.text()).to_string();
        text.replace(env!("CARGO_PKG_VERSION"), "0.1.0")
    }

    #[test]
    fn a_newcomer_is_told_how_to_log_in() {
        let next = Next::FirstLogin {
            suggestion: "h7Kd-Qm2x-9RtV-b4Wz".to_owned(),
        };

        insta::assert_snapshot!(text(Some("secret"), "", next), @r#"
        Landline 0.1.0, with a simulated network

        API          https://127.0.0.1:9090
                     http://127.0.0.1:9091  (the same without TLS)
        docs         http://127.0.0.1:9091/docs
        relay        http://127.0.0.1:9092/graph/3001
        network      http://127.0.0.1:9080  (Graph API and /sim)
        data         /data
        login        admin / secret  (the first login must change it)
        webhook      none  (--webhook URL sets it; `landline webhook` is a receiver)
        number       +1 2025550143, Blue Kettle
        certificate  CAESBw==

        Next, log in and change the password:

          curl -sS --cacert /data/ca.pem \
            -u admin:secret -H 'Content-Type: application/json' \
            -d '{"new_password":"h7Kd-Qm2x-9RtV-b4Wz"}' \
            https://127.0.0.1:9090/v1/users/login
        "#);
    }

    #[test]
    fn with_ready_the_next_command_is_a_message() {
        let prepared = Prepared {
            token: "tok".to_owned(),
            customer: test_world().customers.into_iter().next(),
        };

        insta::assert_snapshot!(
            text(Some("h7Kd-Qm2x-9RtV-b4Wz"), "http://127.0.0.1:9093", Next::Message(&prepared)),
            @r#"
        Landline 0.1.0, with a simulated network

        API          https://127.0.0.1:9090
                     http://127.0.0.1:9091  (the same without TLS)
        docs         http://127.0.0.1:9091/docs
        relay        http://127.0.0.1:9092/graph/3001
        network      http://127.0.0.1:9080  (Graph API and /sim)
        data         /data
        login        admin / h7Kd-Qm2x-9RtV-b4Wz
        webhook      http://127.0.0.1:9093
        number       +1 2025550143, Blue Kettle
        certificate  CAESBw==

        Next, a first message to Ada:

          curl -sS --cacert /data/ca.pem \
            -H 'Authorization: Bearer tok' \
            -H 'Content-Type: application/json' \
            -d '{"to":"12025550101","type":"text","text":{"body":"Hello from Landline"}}' \
            https://127.0.0.1:9090/v1/messages

        Ada reads it and answers:

          curl -sS -X POST http://127.0.0.1:9080/sim/customers/12025550101/read \
            --next -sS -H 'Content-Type: application/json' \
            -d '{"type":"text","text":{"body":"Hello to you"}}' \
            http://127.0.0.1:9080/sim/customers/12025550101/messages
        "#
        );
    }

    #[test]
    fn a_password_that_is_not_known_is_said() {
        let told = text(None, "", Next::Login);

        assert!(told.contains("admin, password unknown"), "{told}");
    }
}
