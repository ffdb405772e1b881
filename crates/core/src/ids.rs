//! Public message ids. The setting that leaves the customer's number out of them may change from one start to the next; an
//! id never does: each message's is minted as the setting was when the message came.

use onprem::MessageId;
use onprem::id::{Minter, Opened};
use store::record::Records;
use store::{Key, LineName, StoreError};

use crate::record::{FormSwitch, IdForms};

/// The record's name.
const FORMS: &str = "forms";

/// Mints a line's ids and reads them.
pub(crate) struct Ids {
    full: Minter,
    blank: Minter,
    forms: IdForms,
}

impl Ids {
    /// With the setting of this start; a change of it is noted before the first id is minted.
    pub(crate) async fn open(
        records: &Records,
        line: &LineName,
        minter: Minter,
        blank: bool,
    ) -> Result<Self, StoreError> {
        let mut forms: IdForms = records.get(line, FORMS).await?.unwrap_or_default();
        if forms.is_blank(Key::MAX) != blank {
            let newest = records.store().newest_message().await?;
            forms.switch(newest.saturating_add(1), blank);
            records.save(line, FORMS, &forms).await?;
        }
        Ok(Self {
            full: minter.clone().blanking(false),
            blank: minter.blanking(true),
            forms,
        })
    }

    /// The public id of a message.
    pub(crate) fn mint(&self, outgoing: bool, wa_id: &str, key: Key) -> MessageId {
        let minter = if self.forms.is_blank(key) {
            &self.blank
        } else {
            &self.full
        };
        minter.mint(outgoing, wa_id, key)
    }

    /// What an id says, in whichever form; `None` for what this deployment never minted. An id of another deployment may
    /// read by chance.
    pub(crate) fn read(&self, id: &str) -> Option<Opened> {
        self.full.open(id)
    }
}

impl IdForms {
    /// Whether the id of the message with this key is without the customer's number.
    fn is_blank(&self, key: Key) -> bool {
        let last = self.switches.iter().rfind(|switch| switch.from <= key);
        last.is_some_and(|switch| switch.blank)
    }

    /// From a key on, which no message has yet, the form is another one.
    fn switch(&mut self, from: Key, blank: bool) {
        self.switches.retain(|switch| switch.from < from);
        if self.is_blank(from) != blank {
            self.switches.push(FormSwitch { from, blank });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_switch_changes_later_ids_only() {
        let mut forms = IdForms::default();
        assert!(!forms.is_blank(1));

        forms.switch(10, true);
        forms.switch(20, false);

        let blank: Vec<bool> = [1, 9, 10, 19, 20, Key::MAX]
            .map(|key| forms.is_blank(key))
            .to_vec();
        assert_eq!(blank, [false, false, true, true, false, false]);
    }

    #[test]
    fn switching_back_before_a_message_came_leaves_nothing() {
        let mut forms = IdForms::default();

        forms.switch(10, true);
        forms.switch(10, false);

        assert_eq!(forms, IdForms::default());
    }

    proptest! {
        #[test]
        fn no_id_that_was_given_ever_changes(starts in prop::collection::vec((any::<bool>(), 0..5_i64), 0..20)) {
            let (mut forms, mut given, mut next) = (IdForms::default(), Vec::new(), 1);
            for (blank, messages) in starts {
                if forms.is_blank(Key::MAX) != blank {
                    forms.switch(next, blank);
                }
                for key in next..next + messages {
                    prop_assert_eq!(forms.is_blank(key), blank);
                    given.push((key, blank));
                }
                next += messages;
            }
            for (key, blank) in given {
                prop_assert_eq!(forms.is_blank(key), blank);
            }
        }
    }
}
