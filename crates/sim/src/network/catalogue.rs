//! The templates that a new network has: approved ones in English and Chinese with every kind of header and button, one in
//! German only, and one in each state that cannot be sent.

use serde_json::json;

use crate::network::commerce::{BLOCKED_FLOW, FLOW, THROTTLED_FLOW};
use crate::network::template::{Button, Component, Template, placeholders};

/// One template in two languages.
struct Entry {
    name: &'static str,
    category: &'static str,
    header: Header,
    /// English, Chinese.
    body: [&'static str; 2],
    footer: Option<[&'static str; 2]>,
    buttons: Vec<Press>,
}

enum Header {
    None,
    Text([&'static str; 2]),
    Media(&'static str),
}

enum Press {
    Reply([&'static str; 2]),
    Url([&'static str; 2], &'static str),
    Phone([&'static str; 2], &'static str),
    /// With an example of its code.
    Coupon([&'static str; 2], &'static str),
    Password([&'static str; 2]),
    /// With the flow that it opens.
    Flow([&'static str; 2], &'static str),
    Catalog([&'static str; 2]),
    Products([&'static str; 2]),
}

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

fn plain(name: &'static str, body: [&'static str; 2]) -> Entry {
    Entry {
        name,
        category: "UTILITY",
        header: Header::None,
        body,
        footer: None,
        buttons: Vec::new(),
    }
}

fn entries() -> Vec<Entry> {
    let mut entries = with_media_and_buttons();
    entries.extend(with_text_only());
    entries
}

fn with_media_and_buttons() -> Vec<Entry> {
    vec![
        Entry {
            header: Header::Text(["Hello World", "你好，世界"]),
            footer: Some(["Landline simulator", "Landline 模拟器"]),
            ..plain(
                "hello_world",
                [
                    "Welcome and congratulations! This message shows that you can send templates.",
                    "欢迎！这条消息说明您已经可以发送模板消息。",
                ],
            )
        },
        plain(
            "order_update",
            ["Your order {{1}} is {{2}}.", "您的订单 {{1}} 状态：{{2}}。"],
        ),
        Entry {
            header: Header::Media("IMAGE"),
            buttons: vec![
                Press::Reply(["Confirm", "确认"]),
                Press::Reply(["Choose another day", "改期"]),
            ],
            ..plain(
                "delivery_slot",
                [
                    "Hello {{1}}, your parcel worth {{2}} arrives on {{3}}. Does that suit you?",
                    "{{1}}您好，您价值 {{2}} 的包裹将于 {{3}} 送达，时间是否方便？",
                ],
            )
        },
        Entry {
            buttons: vec![Press::Url(
                ["Track", "查看物流"],
                "https://shop.example/parcels/{{1}}",
            )],
            ..plain(
                "track_parcel",
                [
                    "Your parcel {{1}} is on its way.",
                    "您的包裹 {{1}} 正在运送途中。",
                ],
            )
        },
        Entry {
            header: Header::Media("DOCUMENT"),
            ..plain(
                "invoice_ready",
                [
                    "Your invoice for {{1}} is attached.",
                    "附件是您 {{1}} 的发票。",
                ],
            )
        },
        Entry {
            header: Header::Media("VIDEO"),
            category: "MARKETING",
            footer: Some(["Answer STOP to get no more of these", "回复 STOP 退订"]),
            ..plain(
                "new_collection",
                ["Our new collection is here.", "我们的新品系列已上市。"],
            )
        },
        Entry {
            header: Header::Media("LOCATION"),
            ..plain(
                "pickup_point",
                [
                    "Order {{1}} is ready at this pickup point.",
                    "订单 {{1}} 已到达此自提点。",
                ],
            )
        },
        Entry {
            buttons: vec![
                Press::Reply(["Good", "满意"]),
                Press::Reply(["Could be better", "一般"]),
                Press::Reply(["Bad", "不满意"]),
            ],
            ..plain(
                "feedback_request",
                [
                    "How was your visit, {{1}}?",
                    "{{1}}，您对这次到店体验满意吗？",
                ],
            )
        },
        Entry {
            category: "AUTHENTICATION",
            buttons: vec![Press::Url(
                ["Copy code", "复制验证码"],
                "https://codes.example/copy/{{1}}",
            )],
            ..plain(
                "login_code",
                ["{{1}} is your verification code.", "您的验证码是 {{1}}。"],
            )
        },
        Entry {
            buttons: vec![Press::Phone(["Call us", "致电我们"], "+12025550111")],
            ..plain(
                "support_callback",
                [
                    "We could not reach you about ticket {{1}}. Please call us back.",
                    "关于工单 {{1}}，我们未能联系到您，请回电。",
                ],
            )
        },
    ]
}

fn with_every_button() -> Vec<Entry> {
    vec![
        Entry {
            category: "MARKETING",
            header: Header::Text(["{{1}} for you", "为您准备的{{1}}"]),
            footer: Some(["Answer STOP to get no more of these", "回复 STOP 退订"]),
            buttons: vec![
                Press::Coupon(["Copy code", "复制优惠码"], "SPRING20"),
                Press::Url(["Shop", "去购物"], "https://shop.example/spring"),
                Press::Phone(["Call us", "致电我们"], "+12025550111"),
                Press::Reply(["No, thanks", "不需要"]),
            ],
            ..plain(
                "spring_coupon",
                [
                    "Use it until {{1}} and save {{2}}.",
                    "请在 {{1}} 前使用，可节省 {{2}}。",
                ],
            )
        },
        Entry {
            category: "AUTHENTICATION",
            footer: Some(["It expires in 5 minutes", "5 分钟内有效"]),
            buttons: vec![Press::Password(["Copy code", "复制验证码"])],
            ..plain(
                "one_time_code",
                ["{{1}} is your verification code.", "您的验证码是 {{1}}。"],
            )
        },
        Entry {
            buttons: vec![Press::Flow(["Book", "预订"], FLOW)],
            ..plain(
                "book_table",
                [
                    "Would you like your usual table, {{1}}?",
                    "{{1}}，需要为您预留老位置吗？",
                ],
            )
        },
        Entry {
            buttons: vec![Press::Flow(["Open", "打开"], BLOCKED_FLOW)],
            ..plain(
                "survey_blocked",
                ["Tell us what you think.", "请告诉我们您的想法。"],
            )
        },
        Entry {
            buttons: vec![Press::Flow(["Open", "打开"], THROTTLED_FLOW)],
            ..plain(
                "survey_throttled",
                ["Tell us what you think.", "请告诉我们您的想法。"],
            )
        },
        Entry {
            category: "MARKETING",
            buttons: vec![Press::Catalog(["View catalog", "查看目录"])],
            ..plain(
                "see_catalog",
                ["All we have, {{1}}.", "{{1}}，我们的全部商品。"],
            )
        },
        Entry {
            category: "MARKETING",
            header: Header::Text(["Back in stock", "重新到货"]),
            buttons: vec![Press::Products(["View items", "查看商品"])],
            ..plain(
                "back_in_stock",
                ["These are here again.", "这些商品已重新到货。"],
            )
        },
    ]
}

fn with_text_only() -> Vec<Entry> {
    vec![
        plain(
            "appointment_reminder",
            [
                "Hello {{first_name}}, we look forward to seeing you on {{day}}.",
                "{{first_name}}您好，期待您于 {{day}} 到访。",
            ],
        ),
        plain(
            "payment_received",
            [
                "We have received your payment of {{1}}. Thank you!",
                "我们已收到您支付的 {{1}}，谢谢！",
            ],
        ),
        Entry {
            header: Header::Text(["Refund for {{1}}", "{{1}} 的退款"]),
            ..plain(
                "refund_issued",
                [
                    "{{1}} will be back in your account within {{2}} days.",
                    "{{1}} 将在 {{2}} 天内退回您的账户。",
                ],
            )
        },
        plain(
            "ticket_closed",
            [
                "Ticket {{1}} is solved and closed. Write to us if anything is left.",
                "工单 {{1}} 已解决并关闭。如有其他问题请联系我们。",
            ],
        ),
        Entry {
            category: "MARKETING",
            footer: Some(["Answer STOP to get no more of these", "回复 STOP 退订"]),
            ..plain(
                "welcome_back",
                [
                    "We have missed you, {{1}}. The next coffee is on us.",
                    "{{1}}，好久不见，下一杯咖啡我们请客。",
                ],
            )
        },
    ]
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
        rejected_reason: None,
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
