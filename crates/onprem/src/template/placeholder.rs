//! Placeholders in a template's texts: `{{1}}` or `{{name}}`.

/// A piece of a template's text.
enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The distinct placeholders of a text, without their braces, in order of first appearance.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for piece in pieces(text) {
        if let Piece::Placeholder(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// The text with its placeholders filled: `{{n}}` with the n-th value, named ones in order of first appearance. A
/// placeholder without a value stays as it is.
pub fn fill(text: &str, values: &[&str]) -> String {
    let names = placeholders(text);
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder(name) => {
                let place = match name.parse::<usize>() {
                    Ok(number) => number.checked_sub(1),
                    Err(_) => names.iter().position(|known| *known == name),
                };
                if let Some(value) = place.and_then(|place| values.get(place)) {
                    filled.push_str(value);
                } else {
                    filled.push_str("{{");
                    filled.push_str(name);
                    filled.push_str("}}");
                }
            }
        }
    }
    filled
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut parts = text.split("{{");
    let mut pieces: Vec<Piece<'_>> = parts.next().map(Piece::Text).into_iter().collect();
    for part in parts {
        match part
            .split_once("}}")
            .map(|(name, rest)| (name.trim(), rest))
        {
            Some((name, rest)) if is_name(name) => {
                pieces.push(Piece::Placeholder(name));
                pieces.push(Piece::Text(rest));
            }
            _ => {
                pieces.push(Piece::Text("{{"));
                pieces.push(Piece::Text(part));
            }
        }
    }
    pieces
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Hello", &[])]
    #[case("{{1}} and {{2}}, {{1}} again", &["1", "2"])]
    #[case("{{ first_name }}, {{last}}", &["first_name", "last"])]
    #[case("{{}} {{a b}} {{1", &[])]
    #[case("{{x {{1}} }}", &["1"])]
    fn placeholders_are_counted_once(#[case] text: &str, #[case] names: &[&str]) {
        assert_eq!(placeholders(text), names);
    }

    #[rstest]
    #[case("{{2}} {{1}} {{2}}", "b a b")]
    #[case("{{x}} {{y}} {{x}}", "a b a")]
    #[case("{{3}} {{0}} {{", "{{3}} {{0}} {{")]
    fn values_take_their_places(#[case] text: &str, #[case] filled: &str) {
        assert_eq!(fill(text, &["a", "b"]), filled);
    }

    proptest! {
        #[test]
        fn a_text_without_values_stays(text in "(\\{\\{|\\}\\}|[a-z1-9 _]){0,20}") {
            let same = |text: &str| text.replace(' ', "");
            prop_assert_eq!(same(&fill(&text, &[])), same(&text));
        }
    }
}
