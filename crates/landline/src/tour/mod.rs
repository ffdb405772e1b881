//! `landline tour`: the getting-started guide, played against a running `landline dev` as a person would by hand.
//!
//! Everything goes over HTTP: the API with its CA, the virtual phones by way of `/sim`, notifications to a webhook of
//! its own. Nothing that the program knows about itself is used, so what works here works for any program.
//!
//! - [`gateway`]: finds the gateway; [`client`], [`webhook`], [`event`]: talk and listen to it.
//! - [`step`]: the steps, a file each; [`guest`], [`message`], [`health`]: what several of them need.
//! - [`putback`]: the end, when everything is as it was before.
//! - [`screen`], [`text`], [`report`]: what the user sees.

mod client;
mod event;
mod gateway;
mod guest;
mod health;
mod message;
mod putback;
mod report;
mod screen;
mod step;
mod text;
mod webhook;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::client::Client;
use self::gateway::Gateway;
use self::guest::Guest;
use self::putback::PutBack;
use self::report::{Outcome, Report, Row};
use self::screen::Screen;
use self::step::{Held, Step};
use self::webhook::Webhook;
use crate::exit::Stop;
use crate::terminal::Terminal;

/// How long one thing is waited for. Generous, because disks stall for seconds; a tour that holds takes a few in all.
const PATIENCE: Duration = Duration::from_secs(15);

/// `landline tour`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Example, in two terminals:
  landline dev
  landline tour

It adds virtual customers of its own and puts webhook and settings back. The admin's first
password, if it is still in force, is changed; DIR/dev.json then has the new one.")]
pub(crate) struct TourArgs {
    /// Where the running gateway keeps its data
    #[arg(
        long,
        value_name = "DIR",
        env = "LANDLINE_DATA",
        default_value = "./landline-data"
    )]
    data: PathBuf,
}

/// A tour under way.
struct Tour {
    gateway: Gateway,
    client: Client,
    screen: Screen,
    webhook: Webhook,
    putback: PutBack,
    /// The number of the customer to be, once it is chosen.
    candidate: Option<String>,
    /// The customer who writes first, once added.
    guest: Option<Guest>,
    /// The id of the text that was sent to the guest.
    text_id: Option<String>,
}

/// Plays the tour. Status 2 when no gateway runs there, 1 when a step did not hold or it was interrupted.
pub(crate) async fn run(
    args: TourArgs,
    terminal: &Terminal,
    shutdown: CancellationToken,
) -> Result<(), Stop> {
    let screen = Screen::new(terminal.clone());
    let gateway = Gateway::find(&args.data)?;
    let client = Client::new(&gateway, screen.clone())?;
    gateway.check(&client, &args.data).await?;
    let webhook = Webhook::start()?;
    screen.title(&gateway.endpoints.api, webhook.url());

    let mut tour = Tour {
        gateway,
        client,
        screen,
        webhook,
        putback: PutBack::default(),
        candidate: None,
        guest: None,
        text_id: None,
    };
    let mut report = Report::default();
    let interrupted = tokio::select! {
        biased;
        () = shutdown.cancelled() => true,
        () = Box::pin(tour.play(&mut report)) => false,
    };
    // Whatever happened: also after a failure, also after Ctrl-C (a second one ends the program at once).
    tour.end(&mut report, interrupted).await;
    tour.screen.report(&report);
    tour.webhook.stop().await;
    match (interrupted, report.holds()) {
        (false, true) => Ok(()),
        (false, false) => Err(Stop::failed("the tour did not hold", report.failures())),
        (true, _) => Err(Stop::failed("the tour did not hold", "it was interrupted")),
    }
}

impl Tour {
    /// All steps in order. A failed one that the rest stands on is the last.
    async fn play(&mut self, report: &mut Report) {
        let mut number = 0;
        for step in Step::ALL {
            number += 1;
            self.screen.heading(number, step.title());
            let began = Instant::now();
            let outcome = match Box::pin(step.play(self)).await {
                Ok(Held::Now) => Outcome::Held,
                Ok(Held::Already(why)) => Outcome::Already(why),
                Err(error) => Outcome::Failed(format!("{error:#}")),
            };
            let took = began.elapsed();
            self.screen.outcome(&outcome, took);
            let goes_on = !outcome.is_failure() || !step.is_foundation();
            report.add(Row {
                title: step.title(),
                outcome,
                took,
            });
            if !goes_on {
                return;
            }
        }
    }

    /// Notes the steps that were not played to their end, and puts everything back.
    async fn end(&mut self, report: &mut Report, interrupted: bool) {
        let mut missing = if interrupted {
            self.screen.outcome(&Outcome::Interrupted, Duration::ZERO);
            Outcome::Interrupted
        } else {
            Outcome::NotReached
        };
        for step in Step::ALL.iter().skip(report.len()) {
            report.add(Row {
                title: step.title(),
                outcome: std::mem::replace(&mut missing, Outcome::NotReached),
                took: Duration::ZERO,
            });
        }
        if self.putback.is_empty() && !self.client.has_token() {
            return;
        }
        self.screen.heading(report.len() + 1, putback::TITLE);
        let began = Instant::now();
        let outcome = match Box::pin(self.put_back()).await {
            Ok(()) => Outcome::Held,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        let took = began.elapsed();
        self.screen.outcome(&outcome, took);
        report.add(Row {
            title: putback::TITLE,
            outcome,
            took,
        });
    }
}
