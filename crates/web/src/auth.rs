//! Who calls: the extractors that a handler's signature names, one per row of the reference's section 1.2.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use landline_core::call::user::Session;
use onprem::user::Role;
use onprem::{Code, Refusal};
use subtle::ConstantTimeEq;

use crate::answer::{Challenge, Refused};
use crate::lines::Here;

/// Clients leave out the padding, and some leave bits in the last character.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What an `Authorization` header holds.
enum Credentials<'a> {
    Basic { username: String, password: String },
    Bearer(&'a str),
    Apikey(&'a [u8]),
}

impl<'a> Credentials<'a> {
    /// Reads the header's value; `None` for what is none of the three forms.
    fn parse(value: &'a [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let end = value.iter().position(u8::is_ascii_whitespace)?;
        let (scheme, rest) = value.split_at(end);
        let rest = rest.trim_ascii();
        if scheme.eq_ignore_ascii_case(b"bearer") {
            Some(Self::Bearer(std::str::from_utf8(rest).ok()?))
        } else if scheme.eq_ignore_ascii_case(b"basic") {
            let decoded = text(BASE64.decode(rest).ok()?);
            let (username, password) = decoded.split_once(':')?;
            Some(Self::Basic {
                username: username.to_owned(),
                password: password.to_owned(),
            })
        } else if scheme.eq_ignore_ascii_case(b"apikey") {
            Some(Self::Apikey(rest))
        } else {
            None
        }
    }

    /// What a request carries.
    fn of(headers: &'a HeaderMap) -> Sent<'a> {
        match headers.get(AUTHORIZATION) {
            None => Sent::None,
            Some(value) => Self::parse(value.as_bytes()).map_or(Sent::Unreadable, Sent::Read),
        }
    }
}

enum Sent<'a> {
    None,
    Unreadable,
    Read(Credentials<'a>),
}

/// UTF-8, or else Latin-1: RFC 7617 leaves the encoding open, and older clients send the latter.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

const INVALID: &str = "Invalid credentials";
const TOKEN_WANTED: &str =
    "Authorization: Bearer <token> is required; POST /v1/users/login gives one";
const LOGIN_WANTED: &str = "Authorization: Basic base64(user:password) is required here";

/// The token of a call that takes nothing else.
fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    match Credentials::of(headers) {
        Sent::Read(Credentials::Bearer(token)) if !token.is_empty() => Ok(token),
        _ => Err(Refused::credentials(Challenge::Bearer, TOKEN_WANTED)),
    }
}

/// What a call that also takes the API key was given.
enum TokenOrKey<'a> {
    Token(&'a str),
    Key,
}

/// The token, or the right API key.
fn bearer_or_key<'a>(headers: &'a HeaderMap, key: Option<&str>) -> Result<TokenOrKey<'a>, Refused> {
    let refused = |details| Err(Refused::credentials(Challenge::BearerOrKey, details));
    match Credentials::of(headers) {
        Sent::Read(Credentials::Bearer(token)) if !token.is_empty() => Ok(TokenOrKey::Token(token)),
        Sent::Read(Credentials::Apikey(sent)) => match key {
            Some(key) if bool::from(key.as_bytes().ct_eq(sent)) => Ok(TokenOrKey::Key),
            _ => refused(INVALID),
        },
        _ => refused("Authorization: Bearer <token> or Apikey <key> is required"),
    }
}

/// 403 / 1005 for everybody but the administrator.
fn admin_only(session: &Session) -> Result<(), Refused> {
    match session.role {
        Role::Admin => Ok(()),
        Role::User => Err(Refused::role("only the administrator may make this call")),
    }
}

async fn session(parts: &Parts) -> Result<Session, Refused> {
    let token = bearer(&parts.headers)?;
    Ok(Here::of(parts)?.line.authenticate(token).await?)
}

/// User name and password, on login only.
pub(crate) struct Basic {
    /// As sent.
    pub(crate) username: String,
    /// As sent.
    pub(crate) password: String,
}

impl Basic {
    fn of(headers: &HeaderMap) -> Result<Self, Refused> {
        match Credentials::of(headers) {
            Sent::Read(Credentials::Basic { username, password }) => {
                Ok(Self { username, password })
            }
            Sent::Unreadable => Err(Refused::credentials(Challenge::Basic, INVALID)),
            Sent::None | Sent::Read(_) => Err(Refused::credentials(Challenge::Basic, LOGIN_WANTED)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Basic {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Self::of(&parts.headers)
    }
}

/// Any user with a token.
pub(crate) struct User(pub(crate) Session);

impl<S: Send + Sync> FromRequestParts<S> for User {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        session(parts).await.map(Self)
    }
}

impl User {
    /// 403 / 1005 unless it is the administrator or the user itself.
    pub(crate) fn may_handle(&self, username: &str) -> Result<(), Refused> {
        if self.0.username == username {
            return Ok(());
        }
        admin_only(&self.0)
    }
}

/// The administrator, by token.
pub(crate) struct Admin;

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let session = session(parts).await?;
        admin_only(&session).map(|()| Self)
    }
}

/// Any user by token, or whoever has the API key.
pub(crate) struct UserOrKey;

impl<S: Send + Sync> FromRequestParts<S> for UserOrKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let web = Here::of(parts)?;
        match bearer_or_key(&parts.headers, web.api_key.as_deref())? {
            TokenOrKey::Key => Ok(Self),
            TokenOrKey::Token(token) => match web.line.authenticate(token).await {
                Ok(_) => Ok(Self),
                Err(refusal) => Err(Refused::from(refusal).asking_for(Challenge::BearerOrKey)),
            },
        }
    }
}

/// Where the connection comes from. Headers that proxies add are not believed.
pub(crate) struct Peer(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        match parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            // An IPv4 client of a socket that listens on both: 127.0.0.1 must be loopback.
            Some(ConnectInfo(address)) => Ok(Self(address.ip().to_canonical())),
            None => Err(
                Refusal::new(Code::INTERNAL, "the client's address is not known")
                    .with_status(500)
                    .into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
