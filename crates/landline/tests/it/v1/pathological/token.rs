//! What is put into a body.

use std::fmt;
use std::sync::LazyLock;

/// The text of a JSON value, or of what only looks like one.
pub(super) struct Token {
    name: &'static str,
    pub(super) bytes: Vec<u8>,
    /// A body with it is not valid JSON, or too long.
    pub(super) is_no_json: bool,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(200)];
        write!(f, "{} ({})", self.name, shown.escape_ascii())
    }
}

const MB: usize = 1 << 20;
const DEPTH: usize = 10_000;

/// Texts that a field may have.
const TEXTS: &[(&str, &str)] = &[
    ("right to left", "مرحبا \u{202e}שלום\u{202c}"),
    ("astral", "𝔘𠜎🚀"),
    ("joined", "👩\u{200d}👩\u{200d}👧🏽\u{fe0f}🇩🇪"),
    ("lone combining marks", "\u{301}\u{327}\u{20dd}"),
    ("NUL", "a\0b"),
    ("only NUL", "\0"),
    ("controls", "\u{1}\u{1b}[2J\u{7f}\u{85}"),
    ("no characters", "\u{fffe}\u{ffff}\u{10ffff}"),
    ("byte order mark", "\u{feff}x"),
    ("white space", " \t\r\n\u{3000}"),
    ("nothing", ""),
];

/// Numbers at their limits.
const NUMBERS: &[&str] = &[
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890123456789012345678901234567890",
    "1e308",
    "-1.7976931348623157e308",
    "1e-400",
    "5e-324",
    "-0",
    "-0.0",
    "0e999999999",
    "1E+2",
    "0.1e-99999",
];

/// What no JSON text has.
const NO_JSON: &[(&str, &[u8])] = &[
    ("invalid UTF-8", b"\"\xff\xfe\""),
    ("half a character", b"\"\xf0\x9f\x9a\""),
    ("an overlong slash", b"\"\xc0\xaf\""),
    ("a surrogate in UTF-8", b"\"\xed\xa0\x80\""),
    ("a lone high surrogate", b"\"\\ud83d\""),
    ("a lone low surrogate", b"\"\\udc00\""),
    ("surrogates the wrong way round", b"\"\\udc00\\ud83d\""),
    ("a raw control character", b"\"\x01\""),
    ("a raw NUL", b"\"\0\""),
    ("beyond any number", b"1e400"),
    ("below any number", b"-1e400"),
    ("a huge exponent", b"1e99999999999999999999"),
    ("not a number", b"NaN"),
    ("infinity", b"-Infinity"),
    ("a leading zero", b"007"),
];

/// Everything that is put into a text; into a number no texts but one.
pub(super) fn tokens(is_number: bool) -> &'static [Token] {
    static OF_TEXTS: LazyLock<Vec<Token>> = LazyLock::new(|| made(false));
    static OF_NUMBERS: LazyLock<Vec<Token>> = LazyLock::new(|| made(true));
    if is_number { &OF_NUMBERS } else { &OF_TEXTS }
}

fn made(is_number: bool) -> Vec<Token> {
    let token = |name, bytes: Vec<u8>, is_no_json| Token {
        name,
        bytes,
        is_no_json,
    };
    let quoted = |text: &str| serde_json::to_vec(text).unwrap();
    let mut all = Vec::new();
    let texts = if is_number { &TEXTS[..1] } else { TEXTS };
    all.extend(
        texts
            .iter()
            .map(|(name, text)| token(name, quoted(text), false)),
    );
    let numbers = if is_number { NUMBERS } else { &NUMBERS[..3] };
    all.extend(
        numbers
            .iter()
            .map(|number| token("a number", number.as_bytes().to_vec(), false)),
    );
    all.extend(
        NO_JSON
            .iter()
            .map(|(name, bytes)| token(name, bytes.to_vec(), true)),
    );
    let nested = |open: &str, close: &str| {
        format!("{}0{}", open.repeat(DEPTH), close.repeat(DEPTH)).into_bytes()
    };
    all.push(token("deep arrays", nested("[", "]"), true));
    all.push(token("deep objects", nested("{\"a\":", "}"), true));
    if is_number {
        return all;
    }
    all.push(token("half a megabyte", quoted(&"é".repeat(MB / 4)), false));
    all.push(token("ten megabytes", quoted(&"x".repeat(10 * MB)), true));
    all
}

/// Parts of paths, escaped.
pub(super) fn path_parts() -> Vec<String> {
    let escaped = |bytes: &[u8]| format!("%{}", hex_pairs(bytes).join("%"));
    let texts = TEXTS
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(_, text)| escaped(text.as_bytes()));
    let broken = [
        &b"\xff\xfe"[..],
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"../..",
        b"a/b",
    ]
    .map(escaped);
    let numbers = ["18446744073709551616", "-1", "1e400"].map(str::to_owned);
    texts
        .chain(broken)
        .chain(numbers)
        .chain(["x".repeat(5000)])
        .collect()
}

fn hex_pairs(bytes: &[u8]) -> Vec<String> {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
