//! What of a URL the rules ask for: absolute, http or https, and its host.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An absolute http or https URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WebUrl<'a> {
    /// Whether it is https.
    pub(crate) secure: bool,
    /// Name or address; an IPv6 address without its brackets.
    pub(crate) host: &'a str,
}

impl WebUrl<'_> {
    /// Whether the host is `localhost`, 127.0.0.0/8 or `::1`.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self
                .host
                .parse::<Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback())
            || self
                .host
                .parse::<Ipv6Addr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

/// Splits a URL; the error says what is wrong with it.
///
/// A host must read the same to the client that later connects: clients of the browsers' school take a backslash for a
/// slash and drop control characters, so neither is let in.
pub(crate) fn parse(url: &str) -> Result<WebUrl<'_>, &'static str> {
    if url
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '\\')
    {
        return Err(
            "has a character that no URL has (white space, control character or backslash)",
        );
    }
    let (scheme, rest) = url.split_once("://").ok_or("is not an absolute URL")?;
    let secure = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => true,
        _ if scheme.eq_ignore_ascii_case("http") => false,
        _ => return Err("is not an http or https URL"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    let (host, port) = host_and_port(place)?;
    match port {
        None | Some("") => {}
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) && is_port(port) => {}
        Some(_) => return Err("has a port that is none"),
    }
    Ok(WebUrl { secure, host })
}

fn is_port(port: &str) -> bool {
    port.parse::<u16>().is_ok_and(|port| port != 0)
}

fn host_and_port(place: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(bracketed) = place.strip_prefix('[') {
        let (host, rest) = bracketed
            .split_once(']')
            .filter(|(host, _)| host.parse::<Ipv6Addr>().is_ok())
            .ok_or("has an IPv6 address that is none")?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err("has something behind the host that is no port"),
        };
    }
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    if is_host(host) {
        Ok((host, port))
    } else {
        Err("has no valid host")
    }
}

/// A name or an IPv4 address. Names that are not ASCII are left to the client.
fn is_host(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next();
    let numeric = last.is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    !host.is_empty()
        && host.len() <= 253
        && !host.starts_with('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && (!numeric || host.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://crm.example/hook?x=1#y", true, "crm.example")]
    #[case("HTTP://crm.example", false, "crm.example")]
    #[case("https://user:pass@crm.example:8443/", true, "crm.example")]
    #[case("https://a@b@crm.example/", true, "crm.example")]
    #[case("http://127.0.0.1:9093/hook", false, "127.0.0.1")]
    #[case("http://[::1]:9093", false, "::1")]
    #[case("https://bücher.example/ü", true, "bücher.example")]
    #[case("https://crm.example?x", true, "crm.example")]
    fn urls_are_split(#[case] url: &str, #[case] secure: bool, #[case] host: &str) {
        assert_eq!(parse(url), Ok(WebUrl { secure, host }));
    }

    #[rstest]
    #[case("")]
    #[case("crm.example/hook")]
    #[case("//crm.example/hook")]
    #[case("ftp://crm.example")]
    #[case("https://")]
    #[case("https:///hook")]
    #[case("https://:443/")]
    #[case("https://crm.example:x/")]
    #[case("https://crm.example:0/")]
    #[case("https://crm.example:65536/")]
    #[case("https://crm .example/")]
    #[case("https://crm.example/a b")]
    #[case("http://evil.example\\@localhost/")]
    #[case("http://[::1/")]
    #[case("http://[::1]x/")]
    #[case("http://127.1/")]
    #[case("http://127.0.0.256/")]
    fn what_is_no_web_url_is_refused(#[case] url: &str) {
        assert!(parse(url).is_err());
    }

    #[rstest]
    #[case("http://localhost:1", true)]
    #[case("http://LOCALHOST/", true)]
    #[case("http://127.255.3.4/", true)]
    #[case("http://[::1]/", true)]
    #[case("http://localhost@crm.example/", false)]
    #[case("http://localhost.example/", false)]
    #[case("http://128.0.0.1/", false)]
    #[case("http://[::2]/", false)]
    fn loopback_is_told_by_the_host(#[case] url: &str, #[case] loopback: bool) {
        assert_eq!(parse(url).unwrap().is_loopback(), loopback);
    }

    proptest! {
        #[test]
        fn parse_never_panics(url in "(https?://)?\\PC*|https?://[\\[\\]:@/.0-9a-z]*") {
            if let Ok(parsed) = parse(&url) {
                prop_assert!(url.contains(parsed.host));
            }
        }
    }
}
