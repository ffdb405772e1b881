//! The document as a page for people: one file with its style and its script inside, which loads the document from the
//! same program and nothing from anywhere else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(
    include_str!("page/dom.js"),
    include_str!("page/schema.js"),
    include_str!("page/try.js"),
    include_str!("page/page.js"),
);

/// The page as it is served.
#[derive(Debug)]
pub(crate) struct Page {
    /// The whole of it.
    pub(crate) html: String,
    /// Its Content-Security-Policy: this style and this script, and calls to the same program.
    pub(crate) policy: String,
}

static PAGE: LazyLock<Page> = LazyLock::new(|| Page {
    html: HTML
        .replace("/* style */", STYLE)
        .replace("/* script */", SCRIPT),
    policy: format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; connect-src 'self'; img-src data: blob:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    ),
});

/// The page; put together at the first call.
pub(crate) fn served() -> &'static Page {
    &PAGE
}

/// How a policy names an inline text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_stand_in_the_page_as_the_policy_names_them() {
        let page = served();

        for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
            let (_, rest) = page.html.split_once(open).unwrap();
            let (text, _) = rest.split_once(close).unwrap();
            assert!(page.policy.contains(&hash(text)), "{open}");
        }
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        for part in [HTML, STYLE, SCRIPT] {
            for line in part.lines().filter(|line| line.contains("://")) {
                assert!(line.contains("www.w3.org"), "{line}");
            }
        }
    }
}
