use std::fmt::Write;

use proptest::prelude::*;
use rstest::rstest;

use super::fake::{Server, answer, chunked};
use super::*;
use crate::media::{MediaFolder, WriteError};

const LOOPBACK: UrlPolicy = UrlPolicy::PlainLoopback;
const PUBLIC: UrlPolicy = UrlPolicy::HttpsOnly;

async fn bytes(fetched: Fetched) -> Result<Vec<u8>, LinkError> {
    let pieces: Vec<Bytes> = fetched.body().try_collect().await?;
    Ok(pieces.concat())
}

#[rstest]
#[case::https("https://media.example/a.png")]
#[case::plain("http://media.example:8080/a.png?b=c#d")]
#[case::credentials("https://user:pass@media.example/")]
#[case::not_ascii("https://bücher.example/")]
#[case::a_public_address("https://11.0.0.1/")]
fn ordinary_links_pass(#[case] url: &str) {
    check(url, PUBLIC).unwrap();
}

#[rstest]
#[case::nothing("")]
#[case::no_scheme("media.example/a.png")]
#[case::no_host("https://")]
#[case::file("file:///etc/hosts")]
#[case::ftp("ftp://media.example/")]
#[case::data("data:text/plain,a")]
#[case::metadata("http://169.254.169.254/latest/meta-data")]
#[case::decimal("http://2130706433/")]
#[case::hexadecimal("http://0x7f000001/")]
#[case::octal("http://0177.0.0.01/")]
#[case::short("http://127.1/")]
#[case::zero("http://0/")]
#[case::escaped("http://%31%32%37.0.0.1/")]
#[case::wide_digits("http://１２７.0.0.1/")]
#[case::circled("http://①②⑦.0.0.1/")]
#[case::dot_at_the_end("http://127.0.0.1./")]
#[case::mapped("http://[::ffff:127.0.0.1]/")]
#[case::mapped_in_hex("http://[::ffff:7f00:1]/")]
#[case::ipv6_long("http://[0:0:0:0:0:0:0:1]/")]
#[case::unique_local("http://[fd00::1]/")]
#[case::backslash("http:\\\\10.0.0.1\\a")]
#[case::credentials("http://media.example@10.0.0.1/")]
fn other_links_are_refused(#[case] url: &str) {
    let error = check(url, PUBLIC).unwrap_err();

    assert!(matches!(error, LinkError::Refused(_)), "{error:?}");
}

#[test]
fn a_refusal_tells_no_credentials() {
    let error = check("http://user:Pa55word@10.0.0.1/secret-path", LOOPBACK).unwrap_err();

    assert_eq!(error.to_string(), "the host's address is not public");
}

#[tokio::test]
async fn a_link_is_fetched() {
    let server =
        Server::start(|_| answer(200, "content-type: image/png; a=b\r\n", b"\x89PNG")).await;

    let fetched = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&server.url("/a.png"), None, 4)
        .await
        .unwrap();

    assert_eq!(fetched.content_type(), Some("image/png; a=b"));
    assert_eq!(bytes(fetched).await.unwrap(), b"\x89PNG");
}

#[rstest]
#[case::by_address("127.0.0.1")]
#[case::by_name("localhost")]
#[tokio::test]
async fn loopback_is_refused_unless_the_policy_allows_it(#[case] host: &str) {
    let server = Server::start(|_| answer(200, "", "here")).await;
    let url = format!("http://{host}:{}/", server.address.port());

    let refused = Fetcher::new(PUBLIC).unwrap().fetch(&url, None, 9).await;
    let fetched = Fetcher::new(LOOPBACK).unwrap().fetch(&url, None, 9).await;

    assert_eq!(
        refused.unwrap_err(),
        LinkError::Refused("the host's address is not public".to_owned())
    );
    assert_eq!(bytes(fetched.unwrap()).await.unwrap(), b"here");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = Server::start(|request| match request.target.as_str() {
        "/0" => answer(200, "", "end"),
        hop => {
            let hops: u8 = hop.trim_start_matches('/').parse().unwrap();
            let next = hops - 1;
            answer(302, &format!("location: {next}\r\n"), "")
        }
    })
    .await;
    let fetcher = Fetcher::new(LOOPBACK).unwrap();

    let three = fetcher.fetch(&server.url("/3"), None, 9).await.unwrap();
    let four = fetcher.fetch(&server.url("/4"), None, 9).await.unwrap_err();

    assert_eq!(bytes(three).await.unwrap(), b"end");
    assert_eq!(four, LinkError::Failed("more than 3 redirects".to_owned()));
}

#[rstest]
#[case::private("http://10.0.0.1/")]
#[case::metadata("//169.254.169.254/latest")]
#[case::octal("http://012.0.0.1/")]
#[case::another_scheme("file:///etc/hosts")]
#[tokio::test]
async fn a_redirect_is_checked_like_a_link(#[case] location: &'static str) {
    let server =
        Server::start(move |_| answer(307, &format!("location: {location}\r\n"), "")).await;

    let error = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&server.url("/"), None, 9)
        .await
        .unwrap_err();

    assert!(matches!(error, LinkError::Refused(_)), "{error:?}");
}

#[rstest]
#[case(204)]
#[case(206)]
#[case(304)]
#[case(404)]
#[case(500)]
#[tokio::test]
async fn only_200_is_an_answer(#[case] status: u16) {
    let server = Server::start(move |_| answer(status, "", "")).await;

    let error = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&server.url("/"), None, 9)
        .await
        .unwrap_err();

    let expected = format!("the server answered with status {status}");
    assert_eq!(error, LinkError::Failed(expected));
}

#[tokio::test]
async fn a_body_that_is_announced_over_the_limit_is_refused_unread() {
    let server = Server::start(|_| answer(200, "", "12345")).await;
    let fetcher = Fetcher::new(LOOPBACK).unwrap();

    let over = fetcher.fetch(&server.url("/"), None, 4).await.unwrap_err();
    let within = fetcher.fetch(&server.url("/"), None, 5).await.unwrap();

    assert_eq!(over, LinkError::TooLarge { limit: 4 });
    assert_eq!(bytes(within).await.unwrap(), b"12345");
}

#[tokio::test]
async fn a_body_of_unknown_length_ends_at_the_limit_of_who_reads_it() {
    let server =
        Server::start(|_| chunked(&[Bytes::from_static(b"123"), Bytes::from_static(b"45")])).await;
    let dir = tempfile::tempdir().unwrap();
    let folder = MediaFolder::open(dir.path().join("media")).unwrap();
    let fetcher = Fetcher::new(LOOPBACK).unwrap();

    let fetched = fetcher.fetch(&server.url("/"), None, 4).await.unwrap();
    let over = folder.write_passing(fetched.body(), 4).await.unwrap_err();
    let fetched = fetcher.fetch(&server.url("/"), None, 5).await.unwrap();
    let (within, _file) = folder.write_passing(fetched.body(), 5).await.unwrap();

    assert!(matches!(over, WriteError::TooLarge(4)), "{over}");
    assert_eq!(within.head, b"12345".as_slice());
}

fn basic() -> Credentials {
    Credentials::Basic {
        username: "ada".to_owned(),
        password: "päss:word".to_owned(),
    }
}

fn own_headers() -> Credentials {
    let headers = [("x-key", "k3y"), ("authorization", "Key 7")];
    Credentials::Headers(
        headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    )
}

// RFC 7617: user name, colon, password, in base64.
#[rstest]
#[case::basic(basic(), &["authorization: Basic YWRhOnDDpHNzOndvcmQ=\n"])]
#[case::bearer(Credentials::Bearer("t0ken".to_owned()), &["authorization: Bearer t0ken\n"])]
#[case::headers(own_headers(), &["x-key: k3y\n", "authorization: Key 7\n"])]
#[tokio::test]
async fn credentials_go_to_the_links_own_origin_only(
    #[case] credentials: Credentials,
    #[case] lines: &[&str],
) {
    let other = Server::start(|_| answer(200, "", "there")).await;
    let elsewhere = other.url("/end");
    let server = Server::start(move |request| match request.target.as_str() {
        "/0" => answer(302, "location: /1\r\n", ""),
        _ => answer(302, &format!("location: {elsewhere}\r\n"), ""),
    })
    .await;
    // What stands in the link itself gives way to what the provider says.
    let link = server.url("/0").replace("http://", "http://user:pass@");

    let fetched = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&link, Some(&credentials), 9)
        .await
        .unwrap();

    assert_eq!(bytes(fetched).await.unwrap(), b"there");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for request in asked {
        for line in lines {
            assert!(request.head.contains(line), "{}", request.head);
        }
        assert_eq!(request.head.matches("authorization:").count(), 1);
    }
    let elsewhere = &other.asked()[0].head;
    assert!(
        !elsewhere.contains("authorization") && !elsewhere.contains("x-key"),
        "{elsewhere}"
    );
}

#[tokio::test]
async fn another_port_or_scheme_is_another_origin() {
    let other = Server::start(|_| answer(200, "", "there")).await;
    let port = other.address.port();
    let server =
        Server::start(move |_| answer(302, &format!("location: http://127.0.0.1:{port}/\r\n"), ""))
            .await;

    Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&server.url("/"), Some(&basic()), 9)
        .await
        .unwrap();

    assert!(!other.asked()[0].head.contains("authorization"));
}

#[tokio::test]
async fn a_failure_tells_no_credentials() {
    let server = Server::start(|_| b"nonsense\r\n\r\n".to_vec()).await;
    let url = format!("http://user:Pa55word@{}/secret-path", server.address);

    let error = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&url, None, 9)
        .await
        .unwrap_err();

    let text = error.to_string();
    assert!(matches!(error, LinkError::Failed(_)), "{error:?}");
    assert!(
        !text.contains("Pa55word") && !text.contains("secret-path"),
        "{text}"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_failure() {
    let server =
        Server::start(|_| b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n1234".to_vec()).await;

    let fetched = Fetcher::new(LOOPBACK)
        .unwrap()
        .fetch(&server.url("/"), None, 9)
        .await
        .unwrap();
    let error = bytes(fetched).await.unwrap_err();

    assert!(matches!(error, LinkError::Failed(_)), "{error:?}");
}

/// An address in every spelling that the URL standard reads as that address.
fn spellings(bits: u32) -> Vec<String> {
    let [a, b, c, d] = bits.to_be_bytes();
    let last16 = bits & 0xffff;
    let last24 = bits & 0x00ff_ffff;
    let dotted = format!("{a}.{b}.{c}.{d}");
    let escaped = dotted.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02x}").unwrap();
        text
    });
    let wide: String = dotted
        .chars()
        .map(|c| {
            c.to_digit(10).map_or(c, |digit| {
                "０１２３４５６７８９"
                    .chars()
                    .nth(usize::try_from(digit).unwrap())
                    .unwrap()
            })
        })
        .collect();
    vec![
        format!("{bits}"),
        format!("0x{bits:x}"),
        format!("0X{bits:X}"),
        format!("0{bits:o}"),
        format!("{a}.{last24}"),
        format!("{a}.{b}.{last16}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.0x{b:x}.{c}.0{d:o}"),
        format!("{a}.0x{last24:x}"),
        format!("{dotted}."),
        format!("user:pass@{dotted}"),
        escaped,
        wide,
        dotted,
    ]
}

/// Addresses within the networks that matter most, and anywhere.
fn addresses() -> impl Strategy<Value = u32> {
    let within = |network: u32, host_bits: u32| {
        (0..1_u64 << host_bits).prop_map(move |host| network | u32::try_from(host).unwrap())
    };
    prop_oneof![
        within(0x0000_0000, 24),
        within(0x0a00_0000, 24),
        within(0x6440_0000, 22),
        within(0x7f00_0000, 24),
        within(0xa9fe_0000, 16),
        within(0xac10_0000, 20),
        within(0xc0a8_0000, 16),
        within(0xc612_0000, 17),
        within(0xe000_0000, 29),
        any::<u32>(),
    ]
}

proptest! {
    #[test]
    fn an_address_is_judged_alike_in_every_spelling(bits in addresses()) {
        let ip = IpAddr::from(std::net::Ipv4Addr::from_bits(bits));
        for host in spellings(bits) {
            let checked = check(&format!("http://{host}:8080/a"), PUBLIC);
            prop_assert_eq!(checked.is_ok(), address::is_public(ip), "{} is {}", host, ip);
        }
    }

    #[test]
    fn nothing_that_is_checked_panics(url in "(https?://)?\\PC{0,40}") {
        if let Ok(url) = check(&url, PUBLIC) {
            prop_assert!(url.has_host());
        }
    }
}
