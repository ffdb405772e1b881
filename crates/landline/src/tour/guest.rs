//! Virtual customers of the tour's own: numbers from the ranges kept for fiction that nobody uses here yet.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Tour;

/// Tries with other numbers, when somebody else takes the same one at the same moment.
const TRIES: usize = 5;

/// A customer of this run.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub(super) wa_id: String,
    pub(super) name: &'static str,
    /// How many messages the phone has received, if all went well.
    pub(super) received: usize,
}

/// A number that no customer has: asks for the present customers, and takes the first free one.
pub(super) async fn free_number(tour: &Tour) -> anyhow::Result<String> {
    let path = "/sim/customers";
    let answer = tour.client.ask("GET", path, None).await?.expect(200)?;
    let taken = answer
        .body
        .as_array()
        .context("GET /sim/customers does not answer a list")?
        .iter()
        .filter_map(|customer| customer.get("wa_id").and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    first_free(&taken, &tour.gateway.endpoints.number.wa_id)
        .context("all numbers of the ranges kept for fiction have a customer already")
}

/// Adds a customer who has never written, with the candidate's number if there is one.
pub(super) async fn invite(tour: &mut Tour, name: &'static str) -> anyhow::Result<Guest> {
    for _ in 0..TRIES {
        let wa_id = match tour.candidate.take() {
            Some(wa_id) => wa_id,
            None => free_number(tour).await?,
        };
        let body = json!({"name": name, "wa_id": wa_id});
        let answer = tour.client.post("/sim/customers", &body).await?;
        if answer.status == 200 {
            tour.screen
                .note("somebody else has just added that number: another one");
            continue;
        }
        answer.expect(201)?;
        tour.webhook.welcome(&wa_id);
        return Ok(Guest {
            wa_id,
            name,
            received: 0,
        });
    }
    bail!("no free number in {TRIES} tries")
}

/// The first number of `+1 NXX 555 01xx` that is not taken, in another area than the business number `own`.
fn first_free(taken: &BTreeSet<String>, own: &str) -> Option<String> {
    area_codes()
        .filter(|area| !own.starts_with(&format!("1{area}")))
        .flat_map(|area| (0..100).map(move |last| format!("1{area}55501{last:02}")))
        .find(|number| !taken.contains(number))
}

/// Area codes that may belong to a place: 303 and those after it. Not those with 9 in the middle, and not those that
/// end in two equal digits (800, 911, …).
fn area_codes() -> impl Iterator<Item = u16> {
    (303..990).filter(|area| {
        let (middle, last) = (area / 10 % 10, area % 10);
        middle != 9 && middle != last
    })
}

/// A number as people write it: `+1 303-555-0100`.
pub(super) fn spelled(wa_id: &str) -> String {
    match (
        wa_id.get(0..1),
        wa_id.get(1..4),
        wa_id.get(4..7),
        wa_id.get(7..),
    ) {
        (Some(country), Some(area), Some(exchange), Some(line)) => {
            format!("+{country} {area}-{exchange}-{line}")
        }
        _ => format!("+{wa_id}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taken(numbers: &[&str]) -> BTreeSet<String> {
        numbers.iter().map(|number| (*number).to_owned()).collect()
    }

    #[test]
    fn the_first_free_number_is_taken() {
        let own = "12025550111";

        assert_eq!(first_free(&taken(&[]), own).as_deref(), Some("13035550100"));
        assert_eq!(
            first_free(&taken(&["13035550100", "13035550102"]), own).as_deref(),
            Some("13035550101")
        );
    }

    #[test]
    fn a_full_area_is_followed_by_the_next() {
        let full = (0..100).map(|last| format!("130355501{last:02}")).collect();

        assert_eq!(
            first_free(&full, "12025550111").as_deref(),
            Some("13045550100")
        );
    }

    #[test]
    fn the_business_numbers_area_is_left_alone() {
        assert_eq!(
            first_free(&taken(&[]), "13035550111").as_deref(),
            Some("13045550100")
        );
    }

    #[test]
    fn area_codes_are_those_of_places() {
        let codes: Vec<u16> = area_codes().collect();

        for code in [311, 390, 800, 888, 911] {
            assert!(!codes.contains(&code), "{code}");
        }
        assert!(codes.len() > 400);
    }

    #[test]
    fn a_number_is_spelled_as_people_do() {
        assert_eq!(spelled("13035550100"), "+1 303-555-0100");
        assert_eq!(spelled("123"), "+123");
    }

    proptest! {
        #[test]
        fn a_free_number_is_fictional_and_not_taken(count in 0_usize..1000) {
            let taken: BTreeSet<String> = area_codes()
                .flat_map(|area| (0..100).map(move |last| format!("1{area}55501{last:02}")))
                .take(count)
                .collect();

            let number = first_free(&taken, "12025550111").expect("free");

            prop_assert!(!taken.contains(&number));
            prop_assert_eq!(number.len(), 11);
            prop_assert_eq!(number.get(4..9), Some("55501"));
        }
    }
}
