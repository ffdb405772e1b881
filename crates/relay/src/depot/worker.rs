//! The thread that has the database, and its group commit.

use tokio::sync::{mpsc, oneshot, watch};

use super::table::Table;
use super::{DepotError, Item, Parcel, Standing};

/// Calls in one transaction.
const GROUP: usize = 256;
/// An alert is over when the use has come down this far, percent: it does not flicker.
const CALM_AT: u64 = 70;

/// A call.
pub(super) struct Command(pub(super) Work);

type Answer<T> = oneshot::Sender<Result<T, DepotError>>;

/// What can be asked, and where the answer goes.
pub(super) enum Work {
    /// Keep a webhook.
    Keep(Parcel, Answer<()>),
    /// Read what comes after a number: at most so many rows and bytes.
    After(u64, usize, usize, Answer<Vec<Item>>),
    /// Strike off what a core has of what comes after a number, up to another; the list is what it refused.
    Settle(u64, u64, Vec<u64>, Answer<()>),
    /// The apps that a core told of.
    Apps(Answer<Vec<(String, [u8; 32])>>),
    /// Replace them.
    SetApps(Vec<(String, [u8; 32])>, Answer<()>),
}

/// What was done, and is told when it is on disk.
enum Done {
    Nothing(Answer<()>, Result<(), DepotError>),
    Items(Answer<Vec<Item>>, Result<Vec<Item>, DepotError>),
    Apps(
        Answer<Vec<(String, [u8; 32])>>,
        Result<Vec<(String, [u8; 32])>, DepotError>,
    ),
}

/// Works until nobody can ask any more.
pub(super) fn run(
    mut table: Table,
    mut commands: mpsc::Receiver<Command>,
    told: &watch::Sender<Standing>,
) {
    let mut alarm = Alarm::default();
    alarm.look(&told.borrow());
    let mut group = Vec::with_capacity(GROUP);
    while commands.blocking_recv_many(&mut group, GROUP) > 0 {
        let mut done = Vec::with_capacity(group.len());
        let committed = table.transaction(|table| {
            done.extend(group.drain(..).map(|Command(work)| work_off(table, work)));
        });
        // A transaction that never began has done nothing.
        done.extend(group.drain(..).map(|Command(work)| unable(work)));
        let is_failing = committed.is_err()
            || done
                .iter()
                .any(|done| matches!(done, Done::Nothing(_, Err(DepotError::Database(_)))));
        let counted = if is_failing { table.recount() } else { Ok(()) };
        match counted.and_then(|()| table.standing()) {
            Ok(standing) => {
                let standing = Standing {
                    is_failing,
                    ..standing
                };
                alarm.look(&standing);
                // A mere look is no news: whoever looks because of news would look for ever.
                told.send_if_modified(|present| std::mem::replace(present, standing) != standing);
            }
            Err(error) => tracing::error!(%error, "the mailbox cannot be counted"),
        }
        for done in done {
            done.tell(&committed);
        }
    }
}

fn work_off(table: &mut Table, work: Work) -> Done {
    match work {
        Work::Keep(parcel, answer) => Done::Nothing(answer, table.keep(&parcel)),
        Work::After(seq, rows, bytes, answer) => Done::Items(answer, table.after(seq, rows, bytes)),
        Work::Settle(from, up_to, refused, answer) => {
            Done::Nothing(answer, table.settle(from, up_to, refused))
        }
        Work::Apps(answer) => Done::Apps(answer, table.apps()),
        Work::SetApps(apps, answer) => Done::Nothing(answer, table.set_apps(&apps)),
    }
}

/// The answer to what was not even tried.
fn unable(work: Work) -> Done {
    let error = || DepotError::Database("no transaction can be begun".to_owned());
    match work {
        Work::Keep(_, answer) | Work::Settle(_, _, _, answer) | Work::SetApps(_, answer) => {
            Done::Nothing(answer, Err(error()))
        }
        Work::After(_, _, _, answer) => Done::Items(answer, Err(error())),
        Work::Apps(answer) => Done::Apps(answer, Err(error())),
    }
}

impl Done {
    /// A caller that went away does not want it any more.
    fn tell(self, committed: &Result<(), DepotError>) {
        match self {
            Self::Nothing(answer, result) => drop(answer.send(committed.clone().and(result))),
            Self::Items(answer, result) => drop(answer.send(result)),
            Self::Apps(answer, result) => drop(answer.send(result)),
        }
    }
}

/// Says once that the mailbox fills, and once that it has room again.
#[derive(Default)]
struct Alarm {
    is_on: bool,
    was_failing: bool,
}

impl Alarm {
    fn look(&mut self, standing: &Standing) {
        let (percent, webhooks) = (standing.percent(), standing.webhooks);
        if standing.is_alarming() && !self.is_on {
            self.is_on = true;
            let (bytes, max_bytes) = (standing.bytes, standing.max_bytes);
            tracing::error!(
                percent,
                bytes,
                max_bytes,
                webhooks,
                "the mailbox fills: when it is full the network has to keep its webhooks; connect a core, or raise --max-bytes"
            );
        } else if self.is_on && percent < CALM_AT {
            self.is_on = false;
            tracing::info!(percent, webhooks, "the mailbox has room again");
        }
        if standing.is_failing != self.was_failing {
            self.was_failing = standing.is_failing;
            if standing.is_failing {
                tracing::error!("webhooks are refused: the mailbox cannot be written");
            } else {
                tracing::info!("webhooks are taken again");
            }
        }
    }
}
