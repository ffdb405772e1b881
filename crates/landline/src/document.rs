//! Commands that print a document made from the program's own tables, and end.

use std::io::{self, Write as _};

use crate::cli::{Command, CompatArgs, PostmanArgs, ServeArgs};
use crate::compat;
use crate::exit::Stop;
use crate::postman;
use crate::serve;

/// What such a command prints; `None` for every other command.
pub(crate) fn of(command: &Command) -> Option<String> {
    match command {
        Command::Serve(ServeArgs { sample: true, .. }) => Some(serve::sample()),
        Command::Openapi => Some(web::openapi::text().to_owned()),
        Command::Postman(PostmanArgs { environment: false }) => {
            Some(format!("{:#}\n", postman::collection()))
        }
        Command::Postman(PostmanArgs { environment: true }) => {
            Some(format!("{:#}\n", postman::environment()))
        }
        Command::Compat(CompatArgs { errors: false }) => Some(compat::page()),
        Command::Compat(CompatArgs { errors: true }) => Some(compat::errors()),
        _ => None,
    }
}

/// Prints it to stdout, to the letter. A reader that stops reading (`head`) is no failure.
pub(crate) fn print(document: &str) -> Result<(), Stop> {
    match io::stdout().lock().write_all(document.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::failed("cannot write to stdout", error))
        }
        _ => Ok(()),
    }
}
