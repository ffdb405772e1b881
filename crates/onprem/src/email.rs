//! What the rules take for an e-mail address.

/// Longest part before the `@` (RFC 5321, 4.5.3.1.1), bytes.
const LONGEST_LOCAL: usize = 64;

/// Whether a text is an address: one `@`, a name of the usual characters before it, a domain of at least two labels
/// behind it. Letters of any script are letters. Quoted names and addresses instead of domains are left out: no
/// customer could use them.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    is_local(local) && is_domain(domain)
}

fn is_local(local: &str) -> bool {
    local.len() <= LONGEST_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::is_email;

    #[rstest]
    #[case("hello@harbour.example")]
    #[case("a.b+c_d@shop-1.harbour.example")]
    #[case("josé@bücher.example")]
    #[case("o'neil@harbour.example")]
    fn addresses_are_known(#[case] text: &str) {
        assert!(is_email(text));
    }

    #[rstest]
    #[case("")]
    #[case("harbour.example")]
    #[case("@harbour.example")]
    #[case("hello@")]
    #[case("hello@localhost")]
    #[case("hello@.example")]
    #[case("hello@harbour..example")]
    #[case("hello@-harbour.example")]
    #[case("he llo@harbour.example")]
    #[case("hello@har bour.example")]
    #[case(".hello@harbour.example")]
    #[case("a@b@harbour.example")]
    #[case("Ada <ada@harbour.example>")]
    #[case("ada@harbour.example\r\nbcc: x@y.example")]
    fn what_is_no_address_is_told(#[case] text: &str) {
        assert!(!is_email(text));
    }

    proptest! {
        #[test]
        fn an_address_has_no_white_space(text in "\\PC*|[a-z@. -]*") {
            if is_email(&text) {
                prop_assert!(!text.chars().any(char::is_whitespace));
                prop_assert_eq!(text.matches('@').count(), 1);
            }
        }
    }
}
