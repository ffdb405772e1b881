//! The application settings.

use onprem::settings::SETTINGS;

use super::Section;
use super::markdown::{head, row};
use super::note::State;

/// Every setting.
pub(super) fn table() -> Section {
    let mut section = Section {
        text: head(["setting", "", "default", "may be", "does"]),
        states: Vec::new(),
    };
    for setting in SETTINGS {
        let state = State::of(&format!("setting {}", setting.name), setting.about);
        let default = setting
            .default_value()
            .map_or_else(String::new, |value| format!("`{value}`"));
        section.text.push_str(&row([
            &format!("`{}`", setting.name),
            state.word(),
            &default,
            &setting.allowed(),
            setting.about,
        ]));
        section.states.push(state);
    }
    section.text.push_str(&row([
        "`wa_id`",
        "supported",
        "",
        "read only",
        "The business's own id, once registered.",
    ]));
    section.states.push(State::Supported);
    section
}
