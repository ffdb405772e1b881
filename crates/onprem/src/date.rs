//! Days of the calendar.

/// Whether a text is a day as `YYYY-MM-DD` (RFC 3339, `full-date`) that the calendar has.
pub(crate) fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut next = |length: usize| {
        parts
            .next()
            .filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
    };
    let (Some(year), Some(month), Some(day)) = (next(4), next(2), next(2)) else {
        return false;
    };
    parts.next().is_none() && (1..=days_of(year, month)).contains(&day)
}

/// How many days a month has; 0 for one that there is not.
fn days_of(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_day;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for day in ["1990-02-28", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert!(is_day(day), "{day}");
        }
        for other in [
            "",
            "1990",
            "1990-02",
            "1990-2-28",
            "90-02-28",
            "1990-13-01",
            "1990-00-01",
            "1990-01-00",
            "1990-04-31",
            "1990-02-29",
            "1900-02-29",
            "1990-02-28-",
            "1990-02-28T",
            "28.02.1990",
            "1990-02-+1",
            "１９９０-02-28",
        ] {
            assert!(!is_day(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            prop_assert!(!is_day(&text) || text.len() == 10);
        }
    }
}
