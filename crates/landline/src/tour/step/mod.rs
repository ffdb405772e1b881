//! The steps of the guide, in order.

mod certificate;
mod contact;
mod first_words;
mod login;
mod registration;
mod restart;
mod settings;
mod talk;
mod template;

use super::Tour;

/// A step that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// It was played, and all was as the guide says.
    Now,
    /// It had been done before: that counts, and says so.
    Already(&'static str),
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    LogIn,
    Certificate,
    Register,
    Settings,
    Contact,
    FirstWords,
    Text,
    ReadAndAnswered,
    Template,
    Restart,
}

impl Step {
    /// All, in the order of the guide.
    pub(super) const ALL: [Self; 10] = [
        Self::LogIn,
        Self::Certificate,
        Self::Register,
        Self::Settings,
        Self::Contact,
        Self::FirstWords,
        Self::Text,
        Self::ReadAndAnswered,
        Self::Template,
        Self::Restart,
    ];

    /// What it is about.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::LogIn => "Log in and change the password",
            Self::Certificate => "Look at the number's certificate",
            Self::Register => "Register the number",
            Self::Settings => "Set the webhook and what it is told",
            Self::Contact => "Check a contact",
            Self::FirstWords => "The customer writes first",
            Self::Text => "Send a text",
            Self::ReadAndAnswered => "It is read and answered",
            Self::Template => "A template outside the window",
            Self::Restart => "The core stops, messages wait, it starts again",
        }
    }

    /// Whether the steps after it make no sense when it fails.
    pub(super) fn is_foundation(self) -> bool {
        matches!(
            self,
            Self::LogIn | Self::Register | Self::Settings | Self::FirstWords
        )
    }

    /// Plays it. An error says what was not as the guide says.
    pub(super) async fn play(self, tour: &mut Tour) -> anyhow::Result<Held> {
        match self {
            Self::LogIn => login::play(tour).await,
            Self::Certificate => certificate::play(tour),
            Self::Register => registration::play(tour).await,
            Self::Settings => settings::play(tour).await,
            Self::Contact => contact::play(tour).await,
            Self::FirstWords => first_words::play(tour).await,
            Self::Text => talk::text(tour).await,
            Self::ReadAndAnswered => talk::read_and_answered(tour).await,
            Self::Template => template::play(tour).await,
            Self::Restart => restart::play(tour).await,
        }
    }
}
