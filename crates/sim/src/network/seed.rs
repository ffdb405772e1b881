//! A new network: one account, two numbers, three customers, its templates and secrets.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::network::account::State;
use crate::network::catalogue;
use crate::network::customer::{Customer, Settings};
use crate::network::lasting::{Account, App, Callback, FORMAT, Lasting};
use crate::network::ledger::Ledger;
use crate::network::limit::Limits;
use crate::network::number::{Number, Registration};

/// Country code of both numbers.
const COUNTRY: &str = "1";
/// `(PHONE_ID begins with, national number, approved name)`.
const NUMBERS: [(u64, &str, &str); 2] = [
    (106, "2025550111", "Hummingbird Coffee"),
    (107, "2025550122", "Lantern Books"),
];
const CUSTOMERS: [(&str, &str); 3] = [
    ("12025550143", "Ada Quist"),
    ("12025550144", "王芳"),
    ("12025550145", "José Ibáñez"),
];
/// Where the second number's webhooks go, so that it can be seen whether somebody redirects them.
const SECOND_CALLBACK: &str = "https://second.example/hook";

/// A new network from 32 random bytes at a time.
pub(crate) fn network(mut random: impl FnMut() -> [u8; 32]) -> Lasting {
    let mut secret = || URL_SAFE_NO_PAD.encode(random());
    let access_token = format!("EAAsim{}", secret());
    let app_secret = crate::network::media::hex(secret().as_bytes())
        .chars()
        .take(32)
        .collect();
    let verify_token = secret();
    let second_token = secret();
    let numbers_random = random();
    let mut digits = numbers_random
        .chunks_exact(8)
        .map(|chunk| chunk.try_into().map_or(0, u64::from_le_bytes));
    let mut tail = || digits.next().unwrap_or(0) % 1_000_000_000_000;
    let (account_tail, app_tail, number_tail, id_key) =
        (tail(), tail(), tail(), digits.next().unwrap_or(0));
    let mut numbers: Vec<Number> = NUMBERS
        .iter()
        .zip(1_u64..)
        .map(|((prefix, phone_number, name), serial)| {
            let id = format!("{prefix}{number_tail:012}");
            Number::new(id, COUNTRY, phone_number, name, number_tail + serial)
        })
        .collect();
    if let Some(second) = numbers.get_mut(1) {
        second.registration = Registration::Registered;
        second.pin = Some(format!("{:06}", id_key % 1_000_000));
        second.callback = Some(Callback {
            url: SECOND_CALLBACK.to_owned(),
            verify_token: second_token,
        });
    }
    Lasting {
        format: FORMAT,
        epoch: 0,
        id_key,
        clock_offset_ms: 0,
        app: App {
            id: format!("8{app_tail:014}"),
            name: "Landline".to_owned(),
            secret: app_secret,
            access_token,
            verify_token,
            callback: None,
            fields: None,
        },
        account: Account {
            id: format!("102{account_tail:012}"),
            name: "Hummingbird & Lantern".to_owned(),
            namespace: namespace(random()),
            subscribed: false,
            callback: None,
            state: State::default(),
        },
        numbers,
        customers: CUSTOMERS
            .iter()
            .map(|(wa_id, name)| {
                (
                    (*wa_id).to_owned(),
                    Customer::new(Settings::new(wa_id, name)),
                )
            })
            .collect::<BTreeMap<_, _>>(),
        templates: catalogue::templates(),
        limits: Limits::default(),
        flows: Vec::new(),
        retired: Vec::new(),
        ledger: Ledger::default(),
    }
}

/// Looks like `3f1c_…`: a UUID with underscores.
fn namespace(random: [u8; 32]) -> String {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(random) {
        *to = from;
    }
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
        .replace('-', "_")
}
