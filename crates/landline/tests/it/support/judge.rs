//! Whether an answer is one that the reference has.

use onprem::Code;
use onprem::error::TABLE;

use super::Answer;

/// The code of a refusal, if it is one that the reference has; `None` for a success.
pub(crate) fn judge(answer: &Answer) -> Result<Option<u16>, String> {
    let meta = &answer.body["meta"];
    if meta["version"] != "v2.53.1" || meta["api_status"] != "stable" {
        return Err("no meta".to_owned());
    }
    if matches!(answer.status, 200 | 201) {
        return if answer.body["errors"].is_null() {
            Ok(None)
        } else {
            Err("errors in a success".to_owned())
        };
    }
    let errors = answer.body["errors"].as_array().ok_or("no errors")?;
    let [error] = errors.as_slice() else {
        return Err("one error is told".to_owned());
    };
    let code = error["code"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok())
        .ok_or("no code")?;
    let row = TABLE
        .iter()
        .find(|row| row.code == Code(code))
        .ok_or("not a documented code")?;
    if error["title"] != row.title {
        return Err(format!("the title of {code} is {:?}", row.title));
    }
    if answer.details().is_empty() {
        return Err("no details".to_owned());
    }
    if !statuses(code).contains(&answer.status) {
        return Err(format!("{} is not a status of {code}", answer.status));
    }
    // The one 5xx here that is no matter of load: a picture that cannot be read.
    if answer.status == 500 && !answer.details().contains("picture") {
        return Err("a failure of ours".to_owned());
    }
    let header = match answer.status {
        401 => "www-authenticate",
        405 => "allow",
        429 | 503 => "retry-after",
        _ => "content-type",
    };
    if answer.header(header).is_empty() || answer.header("content-type") != "application/json" {
        return Err(format!("no {header}, or no JSON"));
    }
    Ok(Some(code))
}

/// The documented statuses of a code, as far as bad requests can meet them.
fn statuses(code: u16) -> &'static [u16] {
    match code {
        501 | 1001 | 1002 | 1008 | 1010 | 1021 | 2000 | 2004..=2017 | 2023 | 2036 | 2060..=2062 => {
            &[400]
        }
        1005 => &[401, 403],
        1006 | 2001 | 2003 => &[404],
        1009 => &[400, 413],
        1011 | 1016 => &[503],
        1014 => &[404, 500],
        1015 => &[429],
        1025 => &[400, 405, 413, 415],
        _ => &[],
    }
}
