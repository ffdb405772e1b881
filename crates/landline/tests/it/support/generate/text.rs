//! Texts: both directions of writing, all planes, signs that join and combine, controls.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What programs stumble over.
const PIECES: &[&str] = &[
    "\0",
    "\u{1}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\r\n",
    "\t",
    "\"",
    "\\",
    "\\u0000",
    "{{1}}",
    "{{2}}",
    "${x}",
    "%s%n",
    "<b>&amp;",
    "' OR 1=1; --",
    "../",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{200b}",
    "\u{200e}",
    "\u{202e}abc\u{202c}",
    "\u{2028}",
    "\u{2066}\u{2069}",
    "\u{e000}",
    "\u{301}",
    "e\u{301}\u{327}",
    "ﷺ",
    "ß",
    "İ",
    "안",
    "👩\u{200d}🚀",
    "👍🏽",
    "🇩🇪",
    "1\u{fe0f}\u{20e3}",
    "𝔘𝔫𝔦",
    "𠜎",
];

/// A text that is not only white space.
pub(crate) fn any_text() -> BoxedStrategy<String> {
    text_within(usize::MAX)
}

/// A text of at most so many characters that is not only white space; now and then of exactly so many.
pub(crate) fn text_within(most: usize) -> BoxedStrategy<String> {
    let short = prop_oneof![
        "[ -~]{1,20}",
        "\\PC{1,20}",
        "[\u{590}-\u{6ff} ]{1,16}",
        "[\u{1f300}-\u{1faff}\u{200d}\u{fe0f}\u{1f3fb}]{1,8}",
        vec(select(PIECES), 1..5).prop_map(|pieces| pieces.concat()),
        vec(
            prop_oneof!["[a-z ]{1,4}", select(PIECES).prop_map(str::to_owned)],
            1..6
        )
        .prop_map(|pieces| pieces.concat()),
    ];
    let text = if most <= 4096 {
        let full = "[a-zé漢🚀]".prop_map(move |letter| letter.repeat(most));
        prop_oneof![15 => short, 1 => full].boxed()
    } else {
        short.boxed()
    };
    text.prop_map(move |text| {
        let cut: String = text.chars().take(most).collect();
        if cut.trim().is_empty() {
            "x".to_owned()
        } else {
            cut
        }
    })
    .boxed()
}
