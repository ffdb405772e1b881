//! `/{PHONE_ID}/conversational_automation`: what a chat with the number begins with.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::network::Network;
use crate::network::error::GraphError;
use crate::network::params::Params;
use crate::network::storefront::truth;

/// Most ice breakers, and characters of one.
const MOST_PROMPTS: usize = 4;
const LONGEST_PROMPT: usize = 80;
/// Most commands, and characters of a name and of what it does.
const MOST_COMMANDS: usize = 30;
const LONGEST_COMMAND: usize = 32;
const LONGEST_HINT: usize = 256;

/// Ice breakers, commands, and whether the business is told of a new chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Opening {
    pub(crate) welcome: bool,
    prompts: Vec<String>,
    commands: Vec<Command>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Command {
    command_name: String,
    command_description: String,
}

impl Opening {
    /// As the object of a number shows it; nothing when nothing is set.
    pub(crate) fn shown(&self, id: &str) -> Option<Value> {
        (*self != Self::default()).then(|| {
            json!({
                "enable_welcome_message": self.welcome,
                "prompts": self.prompts,
                "commands": self.commands,
                "id": id,
            })
        })
    }
}

impl Network {
    /// GET.
    pub(crate) fn show_opening(&self, number: usize) -> Value {
        let shown =
            (self.lasting.numbers.get(number)).and_then(|number| number.opening.shown(&number.id));
        json!({ "data": shown.into_iter().collect::<Vec<Value>>() })
    }

    /// POST: the members given take the place of those that were there.
    pub(crate) fn set_opening(&mut self, number: usize, params: &Params) -> Result<(), GraphError> {
        let welcome = truth(params, "enable_welcome_message")?;
        let prompts = params
            .array("prompts")?
            .as_deref()
            .map(prompts)
            .transpose()?;
        let commands = params.array("commands")?.map(commands).transpose()?;
        if let Some(number) = self.lasting.numbers.get_mut(number) {
            let opening = &mut number.opening;
            opening.welcome = welcome.unwrap_or(opening.welcome);
            if let Some(prompts) = prompts {
                opening.prompts = prompts;
            }
            if let Some(commands) = commands {
                opening.commands = commands;
            }
            self.saved_at_once();
        }
        Ok(())
    }
}

fn prompts(given: &[Value]) -> Result<Vec<String>, GraphError> {
    let texts: Option<Vec<String>> = given
        .iter()
        .map(|value| value.as_str().map(str::to_owned))
        .collect();
    texts
        .filter(|texts| {
            texts.len() <= MOST_PROMPTS
                && texts
                    .iter()
                    .all(|text| (1..=LONGEST_PROMPT).contains(&text.chars().count()))
        })
        .ok_or_else(|| {
            GraphError::parameter(format!(
                "Param prompts must be at most {MOST_PROMPTS} texts of 1 to {LONGEST_PROMPT} characters."
            ))
        })
}

fn commands(given: Vec<Value>) -> Result<Vec<Command>, GraphError> {
    let refuse = || {
        GraphError::parameter(format!(
            "Param commands must be at most {MOST_COMMANDS} objects with command_name (1 to {LONGEST_COMMAND} \
             characters) and command_description (1 to {LONGEST_HINT} characters)."
        ))
    };
    if given.len() > MOST_COMMANDS {
        return Err(refuse());
    }
    given
        .into_iter()
        .map(|value| {
            serde_json::from_value::<Command>(value)
                .ok()
                .filter(|command| {
                    (1..=LONGEST_COMMAND).contains(&command.command_name.chars().count())
                        && (1..=LONGEST_HINT).contains(&command.command_description.chars().count())
                })
                .ok_or_else(refuse)
        })
        .collect()
}
