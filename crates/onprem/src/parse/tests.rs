use super::*;

fn refused(body: &str, parse: impl FnOnce(&Object<'_>) -> Read<()>) -> (u16, String) {
    let refusal = read(body.as_bytes(), parse).unwrap_err();
    (refusal.code.0, refusal.details)
}

#[test]
fn text_that_is_no_json_object_is_1025_with_its_place() {
    let nothing = |_: &Object<'_>| Ok(());
    let deep = "[".repeat(100_000);

    for (body, details) in [
        (
            "{\"a\":\n1",
            "the body is not valid JSON: EOF while parsing an object at line 2 column 1",
        ),
        (
            "{} x",
            "the body is not valid JSON: trailing characters at line 1 column 4",
        ),
        ("[1]", "the body is an array, must be a JSON object"),
        ("null", "the body is null, must be a JSON object"),
        (
            &deep,
            "the body is not valid JSON: recursion limit exceeded at line 1 column 128",
        ),
    ] {
        assert_eq!(refused(body, nothing), (1025, details.to_owned()));
    }
    let bad_utf8 = read(b"{\"a\":\"\xff\"}", nothing).unwrap_err();
    assert_eq!(bad_utf8.code, Code::BAD_REQUEST);
}

#[test]
fn an_empty_body_is_1008() {
    for body in ["", " \r\n", "\u{feff}"] {
        assert_eq!(refused(body, |_| Ok(())).0, 1008);
    }
}

#[test]
fn a_byte_order_mark_is_no_harm() {
    assert_eq!(read("\u{feff}{}".as_bytes(), |_| Ok(())), Ok(()));
}

#[test]
fn details_name_the_path_what_it_is_and_what_is_allowed() {
    let body = r#"{"a":{"list":[1,{"b":[]}]}}"#;

    let answer = refused(body, |body| {
        let a = body.required("a")?.object()?;
        let list = a.required("list")?;
        list.each(|element| match element.value {
            Value::Object(_) => element.object()?.string("b").map(|_| ()),
            _ => Ok(()),
        })
        .map(|_| ())
    });

    assert_eq!(
        answer,
        (
            1009,
            "a.list[1].b: is an array, must be a string".to_owned()
        )
    );
}

#[test]
fn what_is_missing_is_told_before_what_is_wrong() {
    let answer = refused(r#"{"a":1}"#, |body| {
        let a = body.string("a").map(|_| ());
        let b = body.string("b").map(|_| ());
        a.and(b)
    });

    assert_eq!(answer, (1008, "b is required".to_owned()));
}

#[test]
fn null_and_empty_are_absent_where_optional() {
    for value in ["null", "\"\""] {
        let body = format!("{{\"a\":{value}}}");
        let answer = read(body.as_bytes(), |body| body.optional_bool("a"));
        assert_eq!(answer, Ok(None));
    }
    assert_eq!(
        refused(r#"{"a":null}"#, |body| body.string("a").map(|_| ())).0,
        1008
    );
    assert_eq!(
        refused(r#"{"a":""}"#, |body| body.string("a").map(|_| ())).0,
        1009
    );
}

#[test]
fn numbers_may_be_strings() {
    let number = |text: &str| {
        read(format!("{{\"a\":{text}}}").as_bytes(), |body| {
            body.optional_integer("a", 1..=9)
        })
        .map_err(|refusal| refusal.details)
    };

    assert_eq!(number("5"), Ok(Some(5)));
    assert_eq!(number("\"5\""), Ok(Some(5)));
    for (value, is) in [
        ("10", "10"),
        ("\"x\"", "\"x\""),
        ("1.5", "1.5"),
        ("true", "true"),
        ("[]", "an array"),
        ("99999999999999999999", "1e+20"),
    ] {
        let details = number(value).unwrap_err();
        assert!(details.starts_with(&format!("a: is {is}")), "{details}");
        assert!(details.ends_with("must be a whole number from 1 to 9"));
    }
}

#[test]
fn a_long_text_is_cut_in_details() {
    let text = "é".repeat(500);

    assert_eq!(quoted(&text), format!("\"{}…\"", "é".repeat(64)));
    assert_eq!(quoted("a\nb"), "\"a\\nb\"");
}

fn strictly(body: &str, parse: impl FnOnce(&Object<'_>) -> Read<()>) -> Result<(), String> {
    read_by(Rules::STRICT, body.as_bytes(), parse)
        .map_err(|refusal| format!("{} {}", refusal.code.0, refusal.details))
}

/// Asks for `a`, for `b` in each element of `list`, and for `whole` without looking into it.
fn ask(body: &Object<'_>) -> Read<()> {
    let a = body.optional_string("a").map(|_| ());
    let list = body
        .optional("list")
        .map(|list| list.each(|element| element.object()?.optional_bool("b")))
        .transpose();
    if let Some(whole) = body.optional("whole") {
        whole.object()?.to_value();
    }
    a.and(list.map(|_| ()))
}

#[test]
fn a_member_that_nobody_asks_for_is_1010_in_strict_mode() {
    assert_eq!(
        strictly(
            r#"{"a":"x","list":[{"b":true}],"whole":{"z":{"y":1}}}"#,
            ask
        ),
        Ok(())
    );
    assert_eq!(
        strictly(r#"{"a":"x","z":1}"#, ask),
        Err(
            "1010 the body: has \"z\", which strict mode does not know, must have a, list or whole"
                .into()
        )
    );
    assert_eq!(
        strictly(r#"{"list":[{"b":true},{"c":2}]}"#, ask),
        Err("1010 list[1]: has \"c\", which strict mode does not know, must have b".into())
    );
    assert_eq!(read(br#"{"z":1}"#, ask), Ok(()));
}

#[test]
fn what_is_wrong_is_told_before_what_is_not_known() {
    assert_eq!(
        strictly(r#"{"a":5,"z":1}"#, ask),
        Err("1009 a: is a number, must be a string".into())
    );
}

#[test]
fn null_and_empty_are_absent_in_strict_mode_too() {
    assert_eq!(strictly(r#"{"z":null,"y":""}"#, ask), Ok(()));
}

#[test]
fn an_extension_is_1010_in_strict_mode_only() {
    let extension = |body: &Object<'_>| body.extension("reply").map(|_| ());

    assert_eq!(
        strictly(r#"{"reply":1}"#, extension),
        Err("1010 reply: is an extension, which strict mode refuses".into())
    );
    assert_eq!(strictly("{}", extension), Ok(()));
    assert_eq!(read(br#"{"reply":1}"#, extension), Ok(()));
}
