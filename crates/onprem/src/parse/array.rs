//! Bodies that have to be a JSON array.

use serde_json::Value;

use super::{Field, Read, is_blank, kind, read, without_mark};
use crate::{Code, Refusal};

/// Reads a body that has to be a JSON array. `name` stands for it in the paths of its fields: `providers[0].name`.
pub fn read_array<T>(
    name: &str,
    body: &[u8],
    parse: impl FnOnce(&Field<'_>) -> Read<T>,
) -> Result<T, Refusal> {
    if is_blank(body) {
        return Err(Refusal::new(
            Code::MISSING,
            "a body is required: a JSON array",
        ));
    }
    let array = match serde_json::from_slice(without_mark(body)) {
        Ok(array @ Value::Array(_)) => array,
        Ok(other) => {
            return Err(Refusal::new(
                Code::BAD_REQUEST,
                format!("the body is {}, must be a JSON array", kind(&other)),
            ));
        }
        Err(error) => {
            return Err(Refusal::new(
                Code::BAD_REQUEST,
                format!("the body is not valid JSON: {error}"),
            ));
        }
    };
    // As the one member of an object it is read like any other.
    let object = Value::from_iter([(name, array)]).to_string();
    read(object.as_bytes(), |body| parse(&body.required(name)?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(body: &str) -> Result<Vec<String>, Refusal> {
        read_array("things", body.as_bytes(), |list| {
            list.each(|thing| thing.object()?.string("name").map(str::to_owned))
        })
    }

    #[test]
    fn an_array_is_read() {
        assert_eq!(
            names("\u{feff}[{\"name\":\"a\"},{\"name\":\"b\"}]"),
            Ok(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(names(" [] "), Ok(Vec::new()));
    }

    #[rstest]
    #[case("", 1008, "a body is required: a JSON array")]
    #[case("{}", 1025, "the body is an object, must be a JSON array")]
    #[case(
        "[1",
        1025,
        "the body is not valid JSON: EOF while parsing a list at line 1 column 2"
    )]
    #[case("[{}]", 1008, "things[0].name is required")]
    #[case(
        "[{\"name\":\"a\"},7]",
        1009,
        "things[1]: is a number, must be an object"
    )]
    fn what_is_wrong_is_named(#[case] body: &str, #[case] code: u16, #[case] details: &str) {
        let refusal = names(body).unwrap_err();

        assert_eq!((refusal.code.0, refusal.details.as_str()), (code, details));
    }
}
