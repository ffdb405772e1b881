//! The templates that a new network has: approved ones in English and Chinese with every kind of header and button, one in
//! German only, and one in each state that cannot be sent.

use entry::{Entry, Header, Press, entries, plain, with_every_button};
use serde_json::json;

use crate::network::template::{Button, Component, Template, placeholders};

mod entry;

const LANGUAGES: [&str; 2] = ["en_US", "zh_CN"];

/// All of them, with their ids.
pub(crate) fn templates() -> Vec<Template> {
    let in_both = |entries: Vec<Entry>| {
        entries
            .iter()
            .flat_map(|entry| (0..LANGUAGES.len()).map(|language| build(entry, language)))
            .collect::<Vec<_>>()
    };
    let mut all = in_both(entries());
    all.extend([paused(), rejected()]);
    // What came later stands behind, so that ids stay what they are.
    all.extend(in_both(with_every_button()));
    all.extend([german(), disabled(), pending()]);
    for (template, id) in all.iter_mut().zip(780_100_200_300_u64..) {
        template.id = (id * 10 + 1).to_string();
    }
    all
}

fn paused() -> Template {
    let entry = Entry {
        category: "MARKETING",
        ..plain(
            "weekend_offer",
            [
                "This weekend everything in the shop is {{1}} off.",
                "本周末全场{{1}}优惠。",
            ],
        )
    };
    Template {
        status: "PAUSED".to_owned(),
        ..build(&entry, 0)
    }
}

fn rejected() -> Template {
    let entry = Entry {
        category: "MARKETING",
        ..plain(
            "lottery_win",
            [
                "You have won! Answer now to claim your prize.",
                "您已中奖！",
            ],
        )
    };
    Template {
        status: "REJECTED".to_owned(),
        rejected_reason: Some("SCAM".to_owned()),
        ..build(&entry, 0)
    }
}

fn disabled() -> Template {
    let entry = Entry {
        category: "MARKETING",
        ..plain(
            "loyalty_card",
            ["Your card has {{1}} stamps.", "您的会员卡有 {{1}} 个印章。"],
        )
    };
    Template {
        status: "DISABLED".to_owned(),
        ..build(&entry, 0)
    }
}

fn pending() -> Template {
    let entry = plain(
        "summer_menu",
        ["Our summer menu is here.", "夏季菜单已上线。"],
    );
    Template {
        status: "PENDING".to_owned(),
        ..build(&entry, 0)
    }
}

/// The only one in its language.
fn german() -> Template {
    let entry = plain("market_day", ["Am {{1}} sind wir auf dem Markt.", ""]);
    Template {
        language: "de".to_owned(),
        ..build(&entry, 0)
    }
}

/// The templates that a network which was made by an older program has not got yet.
pub(crate) fn complete(known: &mut Vec<Template>) {
    for template in templates() {
        let is_it = |one: &Template| one.name == template.name && one.language == template.language;
        if !known.iter().any(is_it) {
            known.push(template);
        }
    }
}

fn build(entry: &Entry, language: usize) -> Template {
    let pick = |texts: &[&'static str; 2]| texts.get(language).copied().unwrap_or_default();
    let body = pick(&entry.body);
    let named = placeholders(body)
        .iter()
        .any(|name| name.parse::<u32>().is_err());
    let mut components = Vec::new();
    match &entry.header {
        Header::None => {}
        Header::Text(texts) => components.push(Component {
            format: Some("TEXT".to_owned()),
            ..text_component("HEADER", pick(texts), named)
        }),
        Header::Media(format) => components.push(Component {
            kind: "HEADER".to_owned(),
            format: Some((*format).to_owned()),
            ..Component::default()
        }),
    }
    components.push(text_component("BODY", body, named));
    if let Some(texts) = &entry.footer {
        components.push(text_component("FOOTER", pick(texts), named));
    }
    if !entry.buttons.is_empty() {
        components.push(Component {
            kind: "BUTTONS".to_owned(),
            buttons: entry
                .buttons
                .iter()
                .map(|press| button(press, pick))
                .collect(),
            ..Component::default()
        });
    }
    Template {
        id: String::new(),
        name: entry.name.to_owned(),
        language: LANGUAGES
            .get(language)
            .copied()
            .unwrap_or_default()
            .to_owned(),
        status: "APPROVED".to_owned(),
        category: entry.category.to_owned(),
        parameter_format: if named { "NAMED" } else { "POSITIONAL" }.to_owned(),
        components,
        ..Template::default()
    }
}

/// A text with examples for its placeholders.
fn text_component(kind: &str, text: &str, named: bool) -> Component {
    let names = placeholders(text);
    let example = match (kind, named) {
        _ if names.is_empty() => None,
        ("HEADER", _) => Some(json!({"header_text": ["example"]})),
        (_, true) => Some(json!({"body_text_named_params": names
            .iter()
            .map(|name| json!({"param_name": name, "example": "example"}))
            .collect::<Vec<_>>()})),
        (_, false) => Some(json!({"body_text": [vec!["example"; names.len()]]})),
    };
    Component {
        kind: kind.to_owned(),
        text: Some(text.to_owned()),
        example,
        ..Component::default()
    }
}

fn button(press: &Press, pick: impl Fn(&[&'static str; 2]) -> &'static str) -> Button {
    let of = |kind: &str, texts| Button {
        kind: kind.to_owned(),
        text: pick(texts).to_owned(),
        ..Button::default()
    };
    match press {
        Press::Reply(texts) => of("QUICK_REPLY", texts),
        Press::Url(texts, url) => Button {
            url: Some((*url).to_owned()),
            example: if placeholders(url).is_empty() {
                Vec::new()
            } else {
                vec![url.replace("{{1}}", "example")]
            },
            ..of("URL", texts)
        },
        Press::Phone(texts, number) => Button {
            phone_number: Some((*number).to_owned()),
            ..of("PHONE_NUMBER", texts)
        },
        Press::Coupon(texts, code) => Button {
            example: vec![(*code).to_owned()],
            ..of("COPY_CODE", texts)
        },
        Press::Password(texts) => Button {
            otp_type: Some("COPY_CODE".to_owned()),
            ..of("OTP", texts)
        },
        Press::Flow(texts, id) => Button {
            flow_id: Some((*id).to_owned()),
            ..of("FLOW", texts)
        },
        Press::Catalog(texts) => of("CATALOG", texts),
        Press::Products(texts) => of("MPM", texts),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn most_are_approved_and_each_other_state_is_there_once() {
        let all = templates();

        let with = |status: &str| all.iter().filter(|one| one.status == status).count();
        assert_eq!(with("APPROVED"), 45);
        for status in ["PAUSED", "REJECTED", "DISABLED", "PENDING"] {
            assert_eq!(with(status), 1, "{status}");
        }
        let ids: HashSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), all.len());
        for name in [
            "hello_world",
            "order_update",
            "delivery_slot",
            "track_parcel",
        ] {
            for language in LANGUAGES {
                assert!(
                    all.iter()
                        .any(|one| one.name == name && one.language == language)
                );
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_placeholders() {
        let all = templates();
        for english in all
            .iter()
            .filter(|one| one.status == "APPROVED" && one.language == "en_US")
        {
            let same = |one: &&Template| one.name == english.name && one.language == "zh_CN";
            let chinese = all.iter().find(same).unwrap();
            let names = |one: &Template| {
                one.components
                    .iter()
                    .map(|part| {
                        let mut names = placeholders(part.text.as_deref().unwrap_or_default());
                        names.sort();
                        names
                    })
                    .collect::<Vec<_>>()
            };
            assert_eq!(names(english), names(chinese), "{}", english.name);
        }
    }

    #[test]
    fn an_older_network_gets_what_it_lacks() {
        let all = templates();
        let mut known: Vec<Template> = all.iter().take(32).cloned().collect();
        known[0].status = "PAUSED".to_owned();

        complete(&mut known);

        assert_eq!(known.len(), all.len());
        assert_eq!(known[0].status, "PAUSED");
        assert_eq!(known[32..], all[32..]);
    }
}
