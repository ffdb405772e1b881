//! The doorbells: one number per queue that rises when there is something to take.

use tokio::sync::watch;

use crate::row::Queue;

/// A bell for each queue.
pub(crate) struct Doorbells {
    outbox: watch::Sender<u64>,
    inbox: watch::Sender<u64>,
    callbacks: watch::Sender<u64>,
}

impl Doorbells {
    /// Bells that have not rung.
    pub(crate) fn new() -> Self {
        Self {
            outbox: watch::Sender::new(0),
            inbox: watch::Sender::new(0),
            callbacks: watch::Sender::new(0),
        }
    }

    /// Listens to a queue's bell.
    pub(crate) fn listen(&self, queue: Queue) -> watch::Receiver<u64> {
        self.of(queue).subscribe()
    }

    /// Rings the bell of each queue that is named; once, however often it is.
    pub(crate) fn ring(&self, queues: impl Iterator<Item = Queue>) {
        let (mut outbox, mut inbox, mut callbacks) = (false, false, false);
        for queue in queues {
            match queue {
                Queue::Outbox => outbox = true,
                Queue::Inbox => inbox = true,
                Queue::Callbacks => callbacks = true,
            }
        }
        for (queue, rung) in [
            (Queue::Outbox, outbox),
            (Queue::Inbox, inbox),
            (Queue::Callbacks, callbacks),
        ] {
            if rung {
                self.of(queue).send_modify(|count| *count += 1);
            }
        }
    }

    fn of(&self, queue: Queue) -> &watch::Sender<u64> {
        match queue {
            Queue::Outbox => &self.outbox,
            Queue::Inbox => &self.inbox,
            Queue::Callbacks => &self.callbacks,
        }
    }
}
