//! What a relay on a host of its own says of its mailbox. Whoever wires relay and line tells it through a watch.

/// How it stands between this core and its relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailbox {
    /// No stream.
    Away {
        /// Why, once a try has failed.
        why: Option<String>,
    },
    /// The stream stands, and the offline messages are coming.
    Backlog {
        /// Counts the streams of this process.
        stream: u64,
        /// How many offline messages the relay announced.
        announced: u64,
        /// How many of them are still there.
        left: u64,
    },
    /// What was announced is in the inbox; what comes is live.
    Live {
        /// Counts the streams of this process.
        stream: u64,
        /// How many offline messages the relay announced.
        announced: u64,
    },
    /// Another core has the mailbox, until this one is started anew.
    TakenOver {
        /// A sentence for people.
        why: String,
    },
}

impl Mailbox {
    /// The stream that stands.
    pub(crate) fn stream(&self) -> Option<u64> {
        match self {
            Self::Backlog { stream, .. } | Self::Live { stream, .. } => Some(*stream),
            Self::Away { .. } | Self::TakenOver { .. } => None,
        }
    }

    /// How many offline messages the stream that stands announced.
    pub(crate) fn announced(&self) -> u64 {
        match self {
            Self::Backlog { announced, .. } | Self::Live { announced, .. } => *announced,
            Self::Away { .. } | Self::TakenOver { .. } => 0,
        }
    }

    /// How many of them have not come yet.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Self::Backlog { left, .. } => *left,
            _ => 0,
        }
    }

    /// Whether the end mark of this stream has come.
    pub(crate) fn is_through(&self, of: u64) -> bool {
        matches!(self, Self::Live { stream, .. } if *stream == of)
    }
}
