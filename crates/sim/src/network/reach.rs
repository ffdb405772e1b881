//! What a number's digits say: its country, and whether it is toll-free.

/// `(country code, two letters)`, longer codes before those that they begin with.
const COUNTRIES: &[(&str, &str)] = &[
    ("852", "HK"),
    ("971", "AE"),
    ("351", "PT"),
    ("353", "IE"),
    ("966", "SA"),
    ("972", "IL"),
    ("234", "NG"),
    ("254", "KE"),
    ("1", "US"),
    ("20", "EG"),
    ("27", "ZA"),
    ("30", "GR"),
    ("31", "NL"),
    ("32", "BE"),
    ("33", "FR"),
    ("34", "ES"),
    ("39", "IT"),
    ("40", "RO"),
    ("41", "CH"),
    ("43", "AT"),
    ("44", "GB"),
    ("45", "DK"),
    ("46", "SE"),
    ("47", "NO"),
    ("48", "PL"),
    ("49", "DE"),
    ("51", "PE"),
    ("52", "MX"),
    ("54", "AR"),
    ("55", "BR"),
    ("56", "CL"),
    ("57", "CO"),
    ("60", "MY"),
    ("61", "AU"),
    ("62", "ID"),
    ("63", "PH"),
    ("64", "NZ"),
    ("65", "SG"),
    ("66", "TH"),
    ("7", "RU"),
    ("81", "JP"),
    ("82", "KR"),
    ("84", "VN"),
    ("86", "CN"),
    ("90", "TR"),
    ("91", "IN"),
    ("92", "PK"),
];

/// How toll-free numbers begin, country code first.
const TOLL_FREE: &[&str] = &[
    "1800", "1833", "1844", "1855", "1866", "1877", "1888", "31800", "32800", "33800", "34800",
    "34900", "39800", "41800", "43800", "44800", "44808", "45808", "49800", "55800", "61800",
    "61180", "64800", "65800", "800", "81120", "86400", "86800", "911800",
];

/// The two letters of the country that digits, or a country code, belong to.
pub(crate) fn country(digits: &str) -> &'static str {
    COUNTRIES
        .iter()
        .find(|(code, _)| digits.starts_with(code))
        .map_or("ZZ", |(_, letters)| *letters)
}

/// Whether a call to a number costs the caller nothing: such a number is no phone.
pub(crate) fn is_toll_free(digits: &str) -> bool {
    TOLL_FREE.iter().any(|prefix| digits.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toll_free_numbers_are_known_and_others_are_not_taken_for_them() {
        for digits in ["18005550123", "18885550123", "448001111111", "80012345678"] {
            assert!(is_toll_free(digits), "{digits}");
        }
        for digits in ["12025550143", "18015550123", "4915550020017", "6591234567"] {
            assert!(!is_toll_free(digits), "{digits}");
        }
    }

    #[test]
    fn countries_are_read_from_the_code() {
        assert_eq!(country("12025550143"), "US");
        assert_eq!(country("85212345678"), "HK");
        assert_eq!(country("4915550020017"), "DE");
        assert_eq!(country("99912345678"), "ZZ");
    }
}
