//! `X-Hub-Signature-256` and `appsecret_proof`.

/// The header's value for a body: `sha256=` and 64 lower-case hex digits.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let _ = (app_secret, body);
    unimplemented!()
}

/// Whether a header's value is the body's signature; constant time.
pub fn verify(app_secret: &str, body: &[u8], header: Option<&str>) -> bool {
    let _ = (app_secret, body, header);
    unimplemented!()
}

/// `appsecret_proof`: lower-case hex HMAC-SHA-256, key the app secret, message the access token.
pub fn proof(app_secret: &str, access_token: &str) -> String {
    let _ = (app_secret, access_token);
    unimplemented!()
}
