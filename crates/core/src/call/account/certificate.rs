//! The verified-name certificate that a caller brings, against the network's own.

use graph::number::Number;
use onprem::certificate::NameCertificate;
use onprem::{Code, Refusal};

/// The approved name that a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The certificate's, or where there are no certificates the network's.
    pub(super) vname: String,
    /// It was approved, and is not in force yet.
    pub(super) is_new: bool,
}

/// Compares the caller's certificate with the network's, when the network has one; then it is required. It may also be
/// that of a new name.
pub(super) fn check(cert: Option<&str>, number: &Number) -> Result<Name, Refusal> {
    let Some(certificate) = &number.certificate else {
        // Certificates are gone from the real network: an old one proves nothing, and need not be ours.
        return Ok(Name {
            vname: number.verified_name.clone(),
            is_new: false,
        });
    };
    let cert = cert.ok_or_else(|| Refusal::missing("cert"))?;
    let given = NameCertificate::decode(cert)?;
    let named = |is_new| Name {
        vname: given.verified_name.clone(),
        is_new,
    };
    let (name, digits) = match NameCertificate::decode(certificate) {
        Ok(own) => (own.verified_name, own.number),
        Err(error) => {
            tracing::warn!(%error, "the network's own certificate does not decode: its number object is compared");
            (number.verified_name.clone(), number.digits())
        }
    };
    if given.number != digits {
        return Err(mismatch("number"));
    }
    if given.verified_name == name {
        return Ok(named(false));
    }
    let new = number
        .new_certificate
        .as_deref()
        .map(NameCertificate::decode);
    match new {
        Some(Ok(new)) if new.verified_name == given.verified_name => Ok(named(true)),
        _ => Err(mismatch("name")),
    }
}

fn mismatch(what: &str) -> Refusal {
    Refusal::new(
        Code::ACCESS,
        format!("VName certificate error: the certificate's {what} is not the network's"),
    )
    .with_status(403)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "12025550143";

    fn certificate(name: &str, number: &str) -> String {
        NameCertificate {
            serial: 7,
            issuer: "sim".to_owned(),
            verified_name: name.to_owned(),
            number: number.to_owned(),
        }
        .encode()
    }

    fn number(certificate: Option<String>, new: Option<String>) -> Number {
        Number {
            display_phone_number: "+1 202-555-0143".to_owned(),
            verified_name: "Harbour Books".to_owned(),
            certificate,
            new_certificate: new,
            ..Number::default()
        }
    }

    #[test]
    fn the_networks_certificate_is_the_measure() {
        let number = number(Some(certificate("Harbour Books", NUMBER)), None);
        let check = |cert: &str| check(Some(cert), &number);

        let right = certificate("Harbour Books", NUMBER);
        let name = check(&right).unwrap();
        assert_eq!((name.vname.as_str(), name.is_new), ("Harbour Books", false));

        for wrong in [
            certificate("Harbor Books", NUMBER),
            certificate("Harbour Books", "12025550144"),
            "no certificate".to_owned(),
        ] {
            let refusal = check(&wrong).unwrap_err();
            assert_eq!(
                (refusal.status, refusal.code),
                (403, Code::ACCESS),
                "{wrong}"
            );
        }
        let missing = super::check(None, &number).unwrap_err();
        assert_eq!(missing.code, Code::MISSING);
    }

    #[test]
    fn the_certificate_of_a_new_name_is_one_too() {
        let new = certificate("Harbour Books & Maps", NUMBER);
        let number = number(
            Some(certificate("Harbour Books", NUMBER)),
            Some(new.clone()),
        );

        let name = check(Some(&new), &number).unwrap();
        assert_eq!(
            (name.vname.as_str(), name.is_new),
            ("Harbour Books & Maps", true)
        );
        let old = check(Some(&certificate("Harbour Books", NUMBER)), &number).unwrap();
        assert!(!old.is_new);
        assert!(check(Some(&certificate("Harbour", NUMBER)), &number).is_err());
    }

    #[test]
    fn without_a_certificate_at_the_network_none_is_needed() {
        for cert in [None, Some("an old one")] {
            let name = check(cert, &number(None, None)).unwrap();
            assert_eq!(name.vname, "Harbour Books");
        }
    }
}
