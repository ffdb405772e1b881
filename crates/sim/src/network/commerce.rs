//! What the business sells, and the flows it has made: enough of both that messages about them can be right or wrong in
//! every way.

use crate::network::error::GraphError;
use crate::network::flow::PREFIX;

/// The catalogue that is linked to the business's numbers.
pub(crate) const CATALOG: &str = "613000142001";
/// A catalogue of the business that is not.
const UNLINKED: &str = "613000142002";

/// What a product of the catalogue is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stock {
    /// It can be bought.
    Available,
    /// It cannot, for now.
    SoldOut,
    /// It must not be sold in a chat.
    Noncompliant,
}

/// Every product, by its `product_retailer_id`.
const PRODUCTS: &[(&str, Stock)] = &[
    ("espresso-250", Stock::Available),
    ("filter-250", Stock::Available),
    ("decaf-250", Stock::Available),
    ("mug-blue", Stock::Available),
    ("mug-red", Stock::SoldOut),
    ("gift-box", Stock::SoldOut),
    ("coffee-liqueur", Stock::Noncompliant),
    ("irish-coffee-kit", Stock::Noncompliant),
];

/// How a flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Published,
    Draft,
    /// Stopped, because its endpoint has failed too often.
    Blocked,
    /// Ten messages in an hour at most, and they are used up.
    Throttled,
}

/// A flow that works.
pub(crate) const FLOW: &str = "720000511001";
const DRAFT_FLOW: &str = "720000511002";
/// A flow that is blocked.
pub(crate) const BLOCKED_FLOW: &str = "720000511003";
/// A flow that is throttled.
pub(crate) const THROTTLED_FLOW: &str = "720000511004";

/// Every flow, by its id.
const FLOWS: &[(&str, Health)] = &[
    (FLOW, Health::Published),
    (DRAFT_FLOW, Health::Draft),
    (BLOCKED_FLOW, Health::Blocked),
    (THROTTLED_FLOW, Health::Throttled),
];

fn refuse(details: String) -> GraphError {
    GraphError::new(131_009, details)
}

/// Whether messages may be about this catalogue.
pub(crate) fn check_catalog(id: &str) -> Result<(), GraphError> {
    match id {
        CATALOG => Ok(()),
        UNLINKED => Err(refuse(format!(
            "Catalog ID {id} is not linked to the sending number"
        ))),
        _ => Err(refuse(format!("Catalog ID not found: {id}"))),
    }
}

/// Whether products can be shown. When only some can, they are, and a sentence says what is wrong with the others.
pub(crate) fn check_products(catalog: &str, ids: &[String]) -> Result<Option<String>, GraphError> {
    check_catalog(catalog)?;
    let stock = |id: &str| PRODUCTS.iter().find(|(known, _)| *known == id);
    let (mut missing, mut noncompliant) = (Vec::new(), Vec::new());
    for id in ids {
        match stock(id) {
            Some((_, Stock::Available)) => {}
            Some((_, Stock::Noncompliant)) => noncompliant.push(id.as_str()),
            Some((_, Stock::SoldOut)) | None => missing.push(id.as_str()),
        }
    }
    let are_some_left = missing.len() + noncompliant.len() < ids.len();
    let of = |ids: &[&str]| format!("{} in catalog {catalog}", ids.join(", "));
    let said = match (missing.as_slice(), noncompliant.as_slice()) {
        ([], []) => return Ok(None),
        (missing, []) if are_some_left => format!("Missing products: {}", of(missing)),
        (missing, []) => format!("No products found: {}", of(missing)),
        ([], banned) if are_some_left => format!("Some products failed compliance: {}", of(banned)),
        ([], banned) => format!("All products failed compliance: {}", of(banned)),
        (missing, banned) => format!(
            "Mixed products invalid and failed compliance: {}, {}",
            missing.join(", "),
            of(banned)
        ),
    };
    if are_some_left {
        Ok(Some(said))
    } else {
        Err(refuse(said))
    }
}

/// The flows that every network has: id, name, status.
pub(crate) fn flows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FLOWS.iter().map(|(id, health)| match health {
        Health::Published => (*id, "Book a table", "PUBLISHED"),
        Health::Draft => (*id, "A draft", "DRAFT"),
        Health::Blocked => (*id, "A blocked survey", "BLOCKED"),
        Health::Throttled => (*id, "A throttled survey", "THROTTLED"),
    })
}

/// Whether a flow can be opened; one that is being made only as a draft. Of flows that were made at the API the network
/// itself knows.
pub(crate) fn check_flow(id: &str, is_draft: bool) -> Result<(), GraphError> {
    match FLOWS.iter().find(|(known, _)| *known == id) {
        None if id.starts_with(PREFIX) => Ok(()),
        Some((_, Health::Published)) => Ok(()),
        Some((_, Health::Draft)) if is_draft => Ok(()),
        Some((_, Health::Draft)) => Err(refuse(format!("Flow {id} is not published"))),
        Some((_, Health::Blocked)) => Err(GraphError::new(
            132_068,
            format!("Flow {id} is blocked: its endpoint has failed too often"),
        )),
        Some((_, Health::Throttled)) => Err(GraphError::new(
            132_069,
            format!("Flow {id} is throttled: it was sent 10 times within the last hour"),
        )),
        None => Err(refuse(format!("Flow {id} does not exist"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_looked_up() {
        for (ids, told) in [
            ("espresso-250 mug-blue", Ok(None)),
            (
                "espresso-250 mug-red tea",
                Ok(Some(
                    "Missing products: mug-red, tea in catalog 613000142001",
                )),
            ),
            (
                "mug-red tea",
                Err("No products found: mug-red, tea in catalog 613000142001"),
            ),
            (
                "espresso-250 coffee-liqueur",
                Ok(Some(
                    "Some products failed compliance: coffee-liqueur in catalog 613000142001",
                )),
            ),
            (
                "coffee-liqueur irish-coffee-kit",
                Err(
                    "All products failed compliance: coffee-liqueur, irish-coffee-kit in catalog 613000142001",
                ),
            ),
            (
                "mug-blue tea coffee-liqueur",
                Ok(Some(
                    "Mixed products invalid and failed compliance: tea, coffee-liqueur in catalog 613000142001",
                )),
            ),
            (
                "tea coffee-liqueur",
                Err(
                    "Mixed products invalid and failed compliance: tea, coffee-liqueur in catalog 613000142001",
                ),
            ),
        ] {
            let ids: Vec<String> = ids.split(' ').map(str::to_owned).collect();
            let told = told
                .map(|warning| warning.map(str::to_owned))
                .map_err(|details| GraphError::new(131_009, details));

            assert_eq!(check_products(CATALOG, &ids), told, "{ids:?}");
        }
    }

    #[test]
    fn catalogues_and_flows_are_known_or_not() {
        let code = |checked: Result<(), GraphError>| checked.err().map(|error| error.code);

        assert_eq!(code(check_catalog(CATALOG)), None);
        assert_eq!(code(check_catalog(UNLINKED)), Some(131_009));
        assert_eq!(code(check_catalog("1")), Some(131_009));
        assert_eq!(code(check_flow(FLOW, false)), None);
        assert_eq!(code(check_flow(DRAFT_FLOW, false)), Some(131_009));
        assert_eq!(code(check_flow(DRAFT_FLOW, true)), None);
        assert_eq!(code(check_flow(BLOCKED_FLOW, true)), Some(132_068));
        assert_eq!(code(check_flow(THROTTLED_FLOW, false)), Some(132_069));
        assert_eq!(code(check_flow("1", true)), Some(131_009));
    }
}
