//! The reviewer: what it thinks of a template stands in the template's own words, so that every outcome can be had. And
//! what is told of templates.

use serde_json::{Value, json};

use super::life::Turn;
use super::{Template, placeholders};
use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::quality::Score;

/// Words that only advertisements have.
const SELLING: &[&str] = &[
    "discount",
    "% off",
    "special offer",
    "sale",
    "coupon",
    "promo",
    "buy now",
    "优惠",
    "折扣",
];
/// Words of swindlers.
const LURING: &[&str] = &[
    "you have won",
    "lottery",
    "claim your prize",
    "credit card number",
    "your password",
    "中奖",
];
/// Words that nobody likes to be called.
const ABUSING: &[&str] = &["idiot", "stupid", "moron"];
/// What can be set by hand.
const STATUSES: &[&str] = &[
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "FLAGGED",
    "REINSTATED",
    "IN_APPEAL",
    "PENDING_DELETION",
    "LIMIT_EXCEEDED",
    "ARCHIVED",
    "LOCKED",
];
const REASONS: &[&str] = &[
    "NONE",
    "ABUSIVE_CONTENT",
    "INCORRECT_CATEGORY",
    "INVALID_FORMAT",
    "PROMOTIONAL",
    "SCAM",
    "TAG_CONTENT_MISMATCH",
];

/// What the reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Approved,
    /// With this category.
    Moved(&'static str),
    Rejected(&'static str),
}

fn judge(template: &Template) -> Verdict {
    let mut words = String::new();
    for component in &template.components {
        words.push_str(component.text.as_deref().unwrap_or_default());
        words.push('\n');
    }
    let plain = words.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|word| plain.contains(word));
    let lacks_example = template.category != "AUTHENTICATION"
        && template.components.iter().any(|component| {
            let text = component.text.as_deref().unwrap_or_default();
            !placeholders(text).is_empty() && component.example.is_none()
        });
    if has(LURING) {
        Verdict::Rejected("SCAM")
    } else if has(ABUSING) {
        Verdict::Rejected("ABUSIVE_CONTENT")
    } else if lacks_example {
        Verdict::Rejected("INVALID_FORMAT")
    } else if is_in_another_script(&template.language, &words) {
        Verdict::Rejected("TAG_CONTENT_MISMATCH")
    } else if template.category == "UTILITY" && has(SELLING) {
        if template.life.keeps_category {
            Verdict::Rejected("INCORRECT_CATEGORY")
        } else {
            Verdict::Moved("MARKETING")
        }
    } else {
        Verdict::Approved
    }
}

/// Chinese that is called something else, or the other way round.
fn is_in_another_script(language: &str, words: &str) -> bool {
    let is_han = |letter: &char| matches!(u32::from(*letter), 0x4E00..=0x9FFF);
    let han = words.chars().filter(is_han).count();
    let letters = words
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .count();
    match language.get(..2) {
        Some("zh") => letters > 20 && han == 0,
        Some("ja" | "ko") => false,
        _ => han > 0 && han * 2 > letters,
    }
}

impl Network {
    /// What has become of a template by now, and tells it.
    pub(crate) fn tend_template(&mut self, at: usize, now: i64) {
        let Some(template) = self.lasting.templates.get_mut(at) else {
            return;
        };
        let is_decided = template
            .life
            .decided_ms
            .take_if(|due| *due <= now)
            .is_some();
        if is_decided {
            self.decide(at, now);
        }
        let turns = (self.lasting.templates.get_mut(at))
            .map(|template| template.life.weigh(now))
            .unwrap_or_default();
        for turn in turns {
            self.turn(at, turn, now);
        }
    }

    fn decide(&mut self, at: usize, now: i64) {
        let Some(template) = self.lasting.templates.get_mut(at) else {
            return;
        };
        let verdict = judge(template);
        match verdict {
            Verdict::Approved | Verdict::Moved(_) => "APPROVED".clone_into(&mut template.status),
            Verdict::Rejected(reason) => {
                "REJECTED".clone_into(&mut template.status);
                template.rejected_reason = Some(reason.to_owned());
            }
        }
        if let Verdict::Moved(category) = verdict {
            let before = std::mem::replace(&mut template.category, category.to_owned());
            template.previous_category = Some(before);
        }
        let template = template.clone();
        if let (Verdict::Moved(category), Some(before)) = (verdict, &template.previous_category) {
            let mut value = named(&template);
            value["previous_category"] = before.as_str().into();
            value["new_category"] = category.into();
            self.notice("template_category_update", &value, now);
        }
        let reason = template.rejected_reason.clone();
        let status = template.status.clone();
        self.tell_template(&template, &status, reason.as_deref(), None, now);
    }

    fn turn(&mut self, at: usize, turn: Turn, now: i64) {
        let Some(template) = self.lasting.templates.get_mut(at) else {
            return;
        };
        let (event, other) = match turn {
            Turn::Score(before) => {
                let template = template.clone();
                self.tell_score(&template, before, now);
                return;
            }
            Turn::Paused(1) => (
                "PAUSED",
                Some(("FIRST_PAUSE", "paused for 3 hours for its low quality")),
            ),
            Turn::Paused(_) => (
                "PAUSED",
                Some(("SECOND_PAUSE", "paused for 6 hours for its low quality")),
            ),
            Turn::Unpaused => ("APPROVED", None),
            Turn::Disabled => ("DISABLED", None),
        };
        event.clone_into(&mut template.status);
        let template = template.clone();
        self.tell_template(&template, event, None, other, now);
    }

    fn tell_score(&mut self, template: &Template, before: Option<Score>, now: i64) {
        let name = |score: Option<Score>| score.map_or("UNKNOWN", Score::name);
        let mut value = named(template);
        value["previous_quality_score"] = name(before).into();
        value["new_quality_score"] = name(template.life.score()).into();
        self.notice("message_template_quality_update", &value, now);
    }

    /// `message_template_status_update`.
    pub(super) fn tell_template(
        &mut self,
        template: &Template,
        event: &str,
        reason: Option<&str>,
        other: Option<(&str, &str)>,
        now: i64,
    ) {
        let mut value = named(template);
        value["event"] = event.into();
        value["message_template_category"] = template.category.as_str().into();
        value["reason"] = reason.unwrap_or("NONE").into();
        if let Some((title, description)) = other {
            value["other_info"] = json!({"title": title, "description": description});
        }
        if event == "DISABLED" {
            value["disable_info"] = json!({"disable_date": (now / 1000).to_string()});
        }
        self.lines.push(format!(
            "! template {} ({})  {event}",
            template.name, template.language
        ));
        self.notice("message_template_status_update", &value, now);
    }

    /// A customer complains of a message that was made of a template.
    pub(crate) fn complain_of_template(&mut self, name: &str, language: &str, now: i64) {
        let mut templates = self.lasting.templates.iter();
        let at = templates.position(|known| known.name == name && known.language == language);
        if let Some(at) = at {
            if let Some(template) = self.lasting.templates.get_mut(at) {
                template.life.complain(now);
            }
            self.tend_template(at, now);
            self.saved_at_once();
            self.plan_chores();
        }
    }

    /// `POST /{TEMPLATE_ID}/unpause`.
    pub(crate) fn unpause_template(&mut self, id: &str, now: i64) -> Result<Value, GraphError> {
        let template = (self.lasting.templates.iter_mut())
            .find(|template| template.id == id)
            .ok_or_else(|| GraphError::unknown_object("post", id))?;
        if template.status != "PAUSED" {
            return Ok(json!({"success": false, "reason": "The message template is not paused."}));
        }
        template.life.unpause();
        "APPROVED".clone_into(&mut template.status);
        let template = template.clone();
        self.tell_template(&template, "APPROVED", None, None, now);
        self.saved_at_once();
        self.plan_chores();
        Ok(json!({"success": true}))
    }

    /// Sets by hand what a reviewer would: `status`, `reason`, `category`, `quality`. The template, or a sentence.
    pub(crate) fn set_template(
        &mut self,
        id: &str,
        change: &serde_json::Map<String, Value>,
        now: i64,
    ) -> Result<Value, String> {
        let text = |name: &str| change.get(name).and_then(Value::as_str);
        let one_of = |name: &str, known: &[&str]| match text(name) {
            Some(word) if !known.contains(&word) => {
                Err(format!("{name} must be one of {}", known.join(", ")))
            }
            word => Ok(word.map(str::to_owned)),
        };
        let status = one_of("status", STATUSES)?;
        let reason = one_of("reason", REASONS)?;
        let category = one_of("category", &["MARKETING", "UTILITY", "AUTHENTICATION"])?;
        let quality =
            one_of("quality", &["GREEN", "YELLOW", "RED"])?.and_then(|name| Score::named(&name));
        let template = (self.lasting.templates.iter_mut())
            .find(|template| template.id == id)
            .ok_or_else(|| format!("there is no template {id}"))?;
        let before = template.clone();
        if let Some(category) = &category {
            template.previous_category =
                Some(std::mem::replace(&mut template.category, category.clone()));
        }
        if let Some(status) = &status {
            template.life.decided_ms = None;
            template.status.clone_from(status);
            template.rejected_reason = reason.clone().filter(|_| status == "REJECTED");
        }
        if let Some(score) = quality {
            template.life.set_score(score);
        }
        let after = template.clone();
        if let Some(category) = category {
            let mut value = named(&after);
            value["previous_category"] = before.category.as_str().into();
            value["new_category"] = category.into();
            self.notice("template_category_update", &value, now);
        }
        if quality.is_some() {
            self.tell_score(&after, before.life.score(), now);
        }
        if let Some(status) = status {
            self.tell_template(&after, &status, reason.as_deref(), None, now);
        }
        self.saved_at_once();
        self.plan_chores();
        Ok(after.shown())
    }
}

/// How webhooks name a template; its id is a number there.
fn named(template: &Template) -> Value {
    json!({
        "message_template_id": template.id.parse::<u64>().unwrap_or(0),
        "message_template_name": template.name,
        "message_template_language": template.language,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::template::Component;

    fn template(category: &str, language: &str, body: &str) -> Template {
        Template {
            category: category.to_owned(),
            language: language.to_owned(),
            components: vec![Component {
                kind: "BODY".to_owned(),
                text: Some(body.to_owned()),
                ..Component::default()
            }],
            ..Template::default()
        }
    }

    #[test]
    fn every_verdict_can_be_had() {
        for (category, language, body, verdict) in [
            (
                "UTILITY",
                "en_US",
                "Your order is ready.",
                Verdict::Approved,
            ),
            (
                "MARKETING",
                "en_US",
                "A discount for you!",
                Verdict::Approved,
            ),
            (
                "UTILITY",
                "en_US",
                "A discount for you!",
                Verdict::Moved("MARKETING"),
            ),
            (
                "MARKETING",
                "en_US",
                "You have won!",
                Verdict::Rejected("SCAM"),
            ),
            (
                "MARKETING",
                "en_US",
                "Buy, you idiot.",
                Verdict::Rejected("ABUSIVE_CONTENT"),
            ),
            (
                "UTILITY",
                "en_US",
                "Hello {{1}} there",
                Verdict::Rejected("INVALID_FORMAT"),
            ),
            (
                "UTILITY",
                "en_US",
                "您的订单已发货",
                Verdict::Rejected("TAG_CONTENT_MISMATCH"),
            ),
            ("UTILITY", "zh_CN", "您的订单已发货", Verdict::Approved),
        ] {
            assert_eq!(
                judge(&template(category, language, body)),
                verdict,
                "{body}"
            );
        }
        let mut kept = template("UTILITY", "en_US", "A discount for you!");
        kept.life.keeps_category = true;
        assert_eq!(judge(&kept), Verdict::Rejected("INCORRECT_CATEGORY"));
    }
}
