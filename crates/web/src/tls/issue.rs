//! Making certificates: a CA for ten years, server certificates for 397 days (what browsers take), ECDSA P-256.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SerialNumber, date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use serde::{Deserialize, Serialize};
use store::record::Record;

use super::{TlsError, refused};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Ten years with their leap days.
const CA_DAYS: i64 = 3653;
const SERVER_DAYS: i64 = 397;
/// Remade when fewer are left.
const LEFT_DAYS: i64 = 30;
/// Named by every server certificate.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The CA and the server certificate that it issued last.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Issued {
    /// The CA's subject: what it signs names it as issuer.
    ca_name: String,
    /// PEM.
    pub(super) ca_cert: String,
    /// PEM.
    ca_key: String,
    /// Unix milliseconds.
    ca_until_ms: i64,
    /// What the server certificate names.
    names: Vec<String>,
    /// PEM.
    pub(super) cert: String,
    /// PEM.
    pub(super) key: String,
    /// Unix milliseconds.
    until_ms: i64,
}

impl Record for Issued {
    const KIND: &'static str = "tls";
    const SEALED: bool = true;
}

impl Issued {
    /// A new CA and a certificate by it.
    pub(super) fn first(names: &[String], now_ms: i64) -> Result<Self, TlsError> {
        let validity = Validity::of(CA_DAYS, now_ms, i64::MAX);
        // Not every Landline's CA has the same name: a client may trust several.
        let number = u32::from_be_bytes(random()?);
        let ca_name = format!("Landline CA {number:08x}");
        let ca_key = new_key()?;
        let params = ca_params(&ca_name, &validity)?;
        let ca_cert = params.self_signed(&ca_key).map_err(refused)?.pem();
        Self {
            ca_name,
            ca_cert,
            ca_key: ca_key.serialize_pem(),
            ca_until_ms: validity.until_ms,
            names: Vec::new(),
            cert: String::new(),
            key: String::new(),
            until_ms: 0,
        }
        .renewed(names, now_ms)
    }

    /// Whether the certificate is for these names and lasts for some time.
    pub(super) fn serves(&self, names: &[String], now_ms: i64) -> bool {
        self.names == all_names(names) && lasts(self.until_ms, now_ms)
    }

    /// A new certificate by the same CA, or by a new one when the CA itself is about to end.
    pub(super) fn renewed(self, names: &[String], now_ms: i64) -> Result<Self, TlsError> {
        if !lasts(self.ca_until_ms, now_ms) {
            return Self::first(names, now_ms);
        }
        let names = all_names(names);
        let validity = Validity::of(SERVER_DAYS, now_ms, self.ca_until_ms);
        let ca_key = KeyPair::from_pem(&self.ca_key).map_err(refused)?;
        let ca = Issuer::new(ca_params(&self.ca_name, &validity)?, ca_key);
        let key = new_key()?;
        let cert = server_params(&names, &validity)?
            .signed_by(&key, &ca)
            .map_err(refused)?
            .pem();
        Ok(Self {
            names,
            cert,
            key: key.serialize_pem(),
            until_ms: validity.until_ms,
            ..self
        })
    }
}

fn lasts(until_ms: i64, now_ms: i64) -> bool {
    until_ms.saturating_sub(now_ms) >= LEFT_DAYS * DAY_MS
}

/// [`LOCAL`] and these, each once.
fn all_names(names: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(LOCAL.len() + names.len());
    let local = LOCAL.into_iter();
    for name in local.chain(names.iter().map(String::as_str)) {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}

/// What a CA certificate says; an issuer needs the name and the usages of it again.
fn ca_params(name: &str, validity: &Validity) -> Result<CertificateParams, TlsError> {
    let mut params = validity.params(name, Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn server_params(names: &[String], validity: &Validity) -> Result<CertificateParams, TlsError> {
    let mut params = validity.params("Landline API", names.to_vec())?;
    // Explicit, so that `CA:false` and the subject key identifier are written, which strict verifiers want.
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// From when until when, in whole days of UTC.
struct Validity {
    from: Date,
    until: Date,
    until_ms: i64,
}

impl Validity {
    /// So many days from yesterday on (clocks differ), not past `end_ms`.
    fn of(days: i64, now_ms: i64, end_ms: i64) -> Self {
        let today_ms = now_ms - now_ms.rem_euclid(DAY_MS);
        let from_ms = today_ms - DAY_MS;
        let until_ms = from_ms.saturating_add(days * DAY_MS).min(end_ms);
        Self {
            from: date(from_ms),
            until: date(until_ms),
            until_ms,
        }
    }

    /// Parameters with a subject, alternative names and a serial number that nobody can foresee.
    fn params(&self, subject: &str, names: Vec<String>) -> Result<CertificateParams, TlsError> {
        let mut params = CertificateParams::new(names).map_err(refused)?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, subject);
        params.distinguished_name = name;
        let (year, month, day) = parts(self.from)?;
        params.not_before = date_time_ymd(year, month, day);
        let (year, month, day) = parts(self.until)?;
        params.not_after = date_time_ymd(year, month, day);
        let mut serial = random::<16>()?;
        // Positive and of full length, whatever was drawn.
        serial[0] = serial[0] & 0x3f | 0x40;
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        Ok(params)
    }
}

fn date(ms: i64) -> Date {
    Timestamp::UNIX_EPOCH
        .checked_add(SignedDuration::from_millis(ms))
        .unwrap_or(Timestamp::MAX)
        .to_zoned_datetime(TimeZone::UTC)
        .date()
}

/// Year, month and day as `date_time_ymd` wants them.
fn parts(date: Date) -> Result<(i32, u8, u8), TlsError> {
    let month = u8::try_from(date.month()).map_err(refused)?;
    let day = u8::try_from(date.day()).map_err(refused)?;
    Ok((i32::from(date.year()), month, day))
}

fn new_key() -> Result<KeyPair, TlsError> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(refused)
}

fn random<const N: usize>() -> Result<[u8; N], TlsError> {
    let mut bytes = [0; N];
    aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| TlsError::Certificate("the machine gives no random numbers".to_owned()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_893_456_000_000 + 12_345;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_certificate_serves_until_thirty_days_before_its_end() {
        let issued = Issued::first(&[], NOW).unwrap();

        assert!(issued.serves(&[], NOW));
        assert!(issued.serves(&[], NOW + 365 * DAY_MS));
        assert!(!issued.serves(&[], NOW + 366 * DAY_MS));
    }

    #[test]
    fn other_names_need_another_certificate() {
        let issued = Issued::first(&names(&["api.example"]), NOW).unwrap();

        assert!(issued.serves(&names(&["api.example", "localhost"]), NOW));
        assert!(!issued.serves(&[], NOW));
        assert!(!issued.serves(&names(&["other.example"]), NOW));
    }

    #[test]
    fn a_renewed_certificate_has_the_same_ca_and_a_new_key() {
        let old = Issued::first(&[], NOW).unwrap();

        let new = old.clone().renewed(&[], NOW + 380 * DAY_MS).unwrap();

        assert_eq!(new.ca_cert, old.ca_cert);
        assert_ne!(new.cert, old.cert);
        assert_ne!(new.key, old.key);
        assert!(new.serves(&[], NOW + 380 * DAY_MS));
    }

    #[test]
    fn a_certificate_never_outlives_its_ca() {
        let old = Issued::first(&[], NOW).unwrap();

        let new = old.clone().renewed(&[], NOW + 3600 * DAY_MS).unwrap();

        assert_eq!(new.ca_cert, old.ca_cert);
        assert_eq!(new.until_ms, old.ca_until_ms);
    }

    #[test]
    fn a_ca_at_its_end_is_followed_by_another() {
        let old = Issued::first(&[], NOW).unwrap();

        let new = old.clone().renewed(&[], NOW + 3640 * DAY_MS).unwrap();

        assert_ne!(new.ca_cert, old.ca_cert);
        assert_ne!(new.ca_name, old.ca_name);
        assert!(new.serves(&[], NOW + 3640 * DAY_MS));
    }

    #[test]
    fn validity_begins_yesterday() {
        let validity = Validity::of(SERVER_DAYS, NOW, i64::MAX);

        assert_eq!(validity.from.to_string(), "2029-12-31");
        assert_eq!(validity.until.to_string(), "2031-02-01");
    }

    #[test]
    fn a_name_that_is_no_name_is_refused() {
        assert!(Issued::first(&names(&["käse.example"]), NOW).is_err());
    }
}
