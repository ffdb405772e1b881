//! What a line speaks to its network with, and what it learns there of its throughput.

use graph::number::Number;

use super::Line;

impl Line {
    /// Gives the line another upstream while it runs: a new access token, another key. What is under way ends with the
    /// old one. A line that is not connected tries again at once; one that is goes on, and tries the new one at once.
    ///
    /// [`graph::Failure::Unsent`] when it cannot be used: the old one stays then.
    pub fn set_upstream(&self, upstream: graph::ClientConfig) -> Result<(), graph::Failure> {
        let moved = !upstream.is_same_number(&self.client.config());
        self.client.set_config(upstream)?;
        tracing::info!(line = %self.config.name, "another upstream configuration is in force");
        self.signals.renewed.send_modify(|renewed| {
            renewed.times += 1;
            renewed.moves += u64::from(moved);
        });
        Ok(())
    }

    /// What the network says of the number's throughput, unless the configuration says otherwise.
    pub(crate) fn note_throughput(&self, number: &Number) {
        let (before, now) = (self.signals.per_second(), number.per_second());
        if self.config.throughput.is_none() && before != now {
            tracing::info!(line = %self.config.name, before, now, "the number's messages a second");
            self.signals.set_per_second(now);
        }
    }
}
