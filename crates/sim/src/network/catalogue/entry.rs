//! What the templates say, in both languages.

use crate::network::commerce::{BLOCKED_FLOW, FLOW, THROTTLED_FLOW};

/// One template in two languages.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) header: Header,
    /// English, Chinese.
    pub(super) body: [&'static str; 2],
    pub(super) footer: Option<[&'static str; 2]>,
    pub(super) buttons: Vec<Press>,
}

pub(super) enum Header {
    None,
    Text([&'static str; 2]),
    Media(&'static str),
}

pub(super) enum Press {
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

/// Only a text, in both languages.
pub(super) fn plain(name: &'static str, body: [&'static str; 2]) -> Entry {
    Entry {
        name,
        category: "UTILITY",
        header: Header::None,
        body,
        footer: None,
        buttons: Vec::new(),
    }
}

/// What every network had from the beginning.
pub(super) fn entries() -> Vec<Entry> {
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

/// Every kind of button that the first ones lack.
pub(super) fn with_every_button() -> Vec<Entry> {
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
