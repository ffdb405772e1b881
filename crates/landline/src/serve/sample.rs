//! `landline serve --sample`: a commented `landline.toml`, made from the table of settings.

use super::setting::{DEPLOYMENT, Kind, LINE, NETWORK, Setting};

/// Longest line of a comment, characters.
const WIDTH: usize = 110;

const HEAD: &str = "\
The configuration of `landline serve`. What is commented out is the default, or an example of what has none.
Every setting may also come from the environment, which wins: `listen` from LANDLINE_LISTEN, `access_token` of [network] from \
LANDLINE_NETWORK_ACCESS_TOKEN, of [lines.main] from LANDLINE_LINES_MAIN_ACCESS_TOKEN.
A secret may stand in a file of its own: `access_token_file = \"…\"`, or LANDLINE_LINES_MAIN_ACCESS_TOKEN_FILE.
The file is read again at SIGHUP: lines come, go and change; what stands at the top needs a restart.";

const NETWORK_HEAD: &str =
    "What all lines have in common; each of these may also stand in a line's own section.";

const LINE_HEAD: &str = "\
The line that is served at /v1. Others are [lines.NAME], served at /lines/NAME/v1, with users, webhook, settings \
and queues of their own. A name is 1 to 32 of a-z 0-9 _ -.";

/// The whole sample.
pub(super) fn sample() -> String {
    let mut text = String::new();
    comment(&mut text, HEAD);
    text.push('\n');
    settings(&mut text, DEPLOYMENT);
    comment(&mut text, NETWORK_HEAD);
    text.push_str("[network]\n\n");
    settings(&mut text, NETWORK);
    comment(&mut text, LINE_HEAD);
    text.push_str("[lines.main]\n\n");
    settings(&mut text, LINE);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn settings(text: &mut String, table: &[Setting]) {
    for setting in table {
        comment(text, setting.about);
        let value = setting.default.unwrap_or(setting.example);
        text.extend(["# ", setting.name, " = ", value, "\n"]);
        if setting.kind == Kind::Secret {
            text.extend(["# ", setting.name, "_file = \"", setting.name, ".txt\"\n"]);
        }
        text.push('\n');
    }
}

/// Words as comments, wrapped.
fn comment(text: &mut String, words: &str) {
    for line in words.lines() {
        let mut length = 0;
        text.push('#');
        for word in line.split(' ') {
            let word_length = word.chars().count() + 1;
            if length > 0 && length + word_length > WIDTH {
                text.push_str("\n#");
                length = 0;
            }
            text.push(' ');
            text.push_str(word);
            length += word_length;
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_toml_and_says_nothing() {
        let table: toml::Table = sample().parse().expect("TOML");

        let keys: Vec<_> = table.keys().map(String::as_str).collect();
        assert_eq!(keys, ["lines", "network"]);
    }

    #[test]
    fn every_setting_can_be_uncommented() {
        let uncommented: String = sample()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if rest
                        .split_once(" = ")
                        .is_some_and(|(key, _)| !key.contains(' ')) =>
                {
                    rest
                }
                _ => line,
            })
            .fold(String::new(), |text, line| text + line + "\n");

        let table: toml::Table = uncommented.parse().expect("TOML");
        let files = NETWORK
            .iter()
            .filter(|setting| setting.kind == Kind::Secret)
            .count();

        assert_eq!(
            table["network"].as_table().map(toml::Table::len),
            Some(NETWORK.len() + files)
        );
        for setting in DEPLOYMENT {
            assert!(table.contains_key(setting.name), "{}", setting.name);
        }
    }

    #[test]
    fn the_sample_of_the_documentation_is_this_one() {
        let kept = include_str!("../../../../docs/landline.toml");

        assert!(
            kept == sample(),
            "run: landline serve --sample > docs/landline.toml"
        );
    }
}
