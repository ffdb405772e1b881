//! `GET /sim/world`: what a gateway has to know.

use crate::network::Network;
use crate::network::number::Number;
use crate::{World, WorldCustomer, WorldGraph, WorldNumber};

/// The version that the network recommends.
const VERSION: &str = "v24.0";

impl Network {
    /// The world at a time.
    pub(crate) fn world(&self, now: i64) -> World {
        let number = |at: usize| self.lasting.numbers.get(at).map_or_else(nobody, show);
        let first = number(0);
        let app = &self.lasting.app;
        World {
            graph: WorldGraph {
                base_url: self.public_url().to_owned(),
                version: VERSION.to_owned(),
                access_token: app.access_token.clone(),
                app_secret: app.secret.clone(),
                verify_token: app.verify_token.clone(),
                app_id: app.id.clone(),
                waba_id: self.lasting.account.id.clone(),
                phone_number_id: first.phone_number_id.clone(),
            },
            customers: self
                .lasting
                .customers
                .values()
                .map(|customer| WorldCustomer {
                    wa_id: customer.settings.wa_id.clone(),
                    name: customer.settings.name.clone(),
                    window_open: customer.window_open(&first.phone_number_id, now),
                })
                .collect(),
            number: first,
            second: number(1),
        }
    }
}

fn show(number: &Number) -> WorldNumber {
    WorldNumber {
        cc: number.cc.clone(),
        phone_number: number.phone_number.clone(),
        wa_id: number.digits(),
        cert: number.certificate.clone(),
        phone_number_id: number.id.clone(),
        verified_name: number.verified_name.clone(),
    }
}

/// Never seen: a network without two numbers is refused when it is opened.
fn nobody() -> WorldNumber {
    WorldNumber {
        cc: String::new(),
        phone_number: String::new(),
        wa_id: String::new(),
        cert: String::new(),
        phone_number_id: String::new(),
        verified_name: String::new(),
    }
}
