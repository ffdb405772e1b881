//! The number's certificate: base64 that can be read.

use anyhow::ensure;
use onprem::certificate::NameCertificate;

use super::Held;
use crate::tour::Tour;

pub(super) fn play(tour: &Tour) -> anyhow::Result<Held> {
    let number = &tour.gateway.endpoints.number;
    tour.screen.fact("base64", &number.cert);
    let certificate = NameCertificate::decode(&number.cert)?;
    tour.screen.fact("serial", &certificate.serial.to_string());
    tour.screen.fact("issuer", &certificate.issuer);
    tour.screen.fact("name", &certificate.verified_name);
    tour.screen
        .fact("number", &format!("+{}", certificate.number));
    ensure!(
        certificate.number == number.wa_id,
        "the certificate is for +{}, the number is +{}",
        certificate.number,
        number.wa_id
    );
    Ok(Held::Now)
}
