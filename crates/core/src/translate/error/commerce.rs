//! Catalogues and products: the network has one code for all that can be wrong with them, and says in words which it is.

use onprem::Code;

/// The codes with which the network refuses a parameter.
const PARAMETER: &[i64] = &[100, 131_008, 131_009];

/// All of these words, in any case, and the on-prem code that they tell. The first row that fits counts: the narrower ones
/// come before the wider ones.
const TOLD: &[(&[&str], Code)] = &[
    (&["catalog", "not linked"], Code::CATALOG_NOT_LINKED),
    (&["catalog", "not connected"], Code::CATALOG_NOT_LINKED),
    (&["catalog id", "not found"], Code::CATALOG_MISSING),
    (&["catalog", "does not exist"], Code::CATALOG_MISSING),
    (
        &["mixed products", "compliance"],
        Code::PRODUCTS_MISSING_AND_NONCOMPLIANT,
    ),
    (
        &["some products", "compliance"],
        Code::SOME_PRODUCTS_NONCOMPLIANT,
    ),
    (
        &["products", "failed compliance"],
        Code::ALL_PRODUCTS_NONCOMPLIANT,
    ),
    (&["compliance info"], Code::COMPLIANCE_MISSING),
    (&["missing products"], Code::SOME_PRODUCTS_MISSING),
    (&["no products found"], Code::ALL_PRODUCTS_MISSING),
    (&["products not found"], Code::ALL_PRODUCTS_MISSING),
    (&["product not found"], Code::ALL_PRODUCTS_MISSING),
];

/// The on-prem code of a refused parameter that is a catalogue or a product.
pub(super) fn told_apart(code: i64, details: Option<&str>) -> Option<Code> {
    let details = details.filter(|_| PARAMETER.contains(&code))?;
    let said = details.to_ascii_lowercase();
    TOLD.iter()
        .find(|(words, _)| words.iter().all(|word| said.contains(word)))
        .map(|(_, code)| *code)
}

/// Whether words can tell this code.
pub(super) fn is_told(code: Code) -> bool {
    TOLD.iter().any(|(_, told)| *told == code)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Catalog ID not found: 613000142099", 2024)]
    #[case("The catalog 613000142001 does not exist", 2024)]
    #[case("Catalog ID not linked to the phone number", 2025)]
    #[case("Missing products: espresso-500 in catalog 613000142001", 2026)]
    #[case("No products found in catalog 613000142001", 2027)]
    #[case("Products not found in the catalog", 2027)]
    #[case(
        "Product not found for product_retailer_id, x, in catalog_id, 613000142001",
        2027
    )]
    #[case("All products failed compliance", 2028)]
    #[case("Some products failed compliance: x", 2029)]
    #[case("Mixed products invalid and failed compliance", 2030)]
    #[case("Missing compliance info of the business", 2050)]
    fn what_is_wrong_with_products_is_told_by_words(#[case] details: &str, #[case] code: u16) {
        for cloud in PARAMETER {
            assert_eq!(told_apart(*cloud, Some(details)), Some(Code(code)));
        }
        assert_eq!(told_apart(131_000, Some(details)), None);
    }

    #[rstest]
    #[case("text.body is longer than allowed")]
    #[case("interactive.action.catalog_id is missing")]
    #[case("")]
    fn other_parameters_are_just_parameters(#[case] details: &str) {
        assert_eq!(told_apart(131_009, Some(details)), None);
        assert_eq!(told_apart(131_009, None), None);
    }

    #[test]
    fn each_code_of_commerce_can_be_told() {
        for code in [2024..=2030, 2050..=2050].into_iter().flatten() {
            assert!(TOLD.iter().any(|(_, told)| *told == Code(code)), "{code}");
        }
    }
}
