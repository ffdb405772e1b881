use proptest::prelude::*;

use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn fail(ledger: &mut Ledger, user: &str, address: IpAddr, now: Instant) -> Verdict {
    let verdict = ledger.begin(user, address, now);
    if verdict == Verdict::Go {
        ledger.settle(user, address, now, Ending::Failed);
    }
    verdict
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn the_eleventh_attempt_is_refused_until_the_first_is_a_minute_old() {
    let mut ledger = Ledger::default();
    let start = Instant::now();
    for second in 0..10 {
        let verdict = fail(&mut ledger, "ops", address(1), start + seconds(second));
        assert_eq!(verdict, Verdict::Go, "{second}");
    }

    let refused = ledger.begin("ops", address(1), start + seconds(20));
    let just_before = ledger.begin("ops", address(1), start + seconds(59));
    let after = fail(&mut ledger, "ops", address(1), start + seconds(60));
    let again = ledger.begin("ops", address(1), start + seconds(60));

    assert_eq!(refused, Verdict::Refuse(seconds(40)));
    assert_eq!(just_before, Verdict::Refuse(seconds(1)));
    assert_eq!(after, Verdict::Go);
    assert_eq!(again, Verdict::Refuse(seconds(1)));
}

#[tokio::test]
async fn another_user_and_another_address_are_not_held_up() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for _ in 0..10 {
        fail(&mut ledger, "ops", address(1), now);
    }

    assert_eq!(
        ledger.begin("ops", address(1), now),
        Verdict::Refuse(seconds(60))
    );
    assert_eq!(ledger.begin("OPS", address(1), now), Verdict::Go);
    assert_eq!(ledger.begin("ops", address(2), now), Verdict::Go);
}

#[tokio::test]
async fn the_right_password_clears_the_users_failures() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for _ in 0..9 {
        fail(&mut ledger, "ops", address(1), now);
    }

    assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
    ledger.settle("ops", address(1), now, Ending::Right);

    for _ in 0..10 {
        assert_eq!(fail(&mut ledger, "ops", address(1), now), Verdict::Go);
    }
    assert!(matches!(
        ledger.begin("ops", address(1), now),
        Verdict::Refuse(_)
    ));
}

#[tokio::test]
async fn an_address_has_a_hundred_over_all_users_and_no_right_password_clears_that() {
    let mut ledger = Ledger::default();
    let start = Instant::now();
    for n in 0..100 {
        let user = format!("user{}", n / 9);
        let now = start + Duration::from_millis(n);
        assert_eq!(fail(&mut ledger, &user, address(1), now), Verdict::Go);
        if n == 50 {
            ledger.begin("own", address(1), now);
            ledger.settle("own", address(1), now, Ending::Right);
        }
    }

    let refused = ledger.begin("somebody", address(1), start + seconds(1));
    let elsewhere = ledger.begin("somebody", address(2), start + seconds(1));
    let later = ledger.begin("somebody", address(1), start + seconds(60));

    assert_eq!(refused, Verdict::Refuse(seconds(59)));
    assert_eq!(elsewhere, Verdict::Go);
    assert_eq!(later, Verdict::Go);
}

#[tokio::test]
async fn what_could_not_be_told_does_not_count() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for _ in 0..50 {
        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
        ledger.settle("ops", address(1), now, Ending::Untold);
    }

    assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
}

#[tokio::test]
async fn attempts_under_way_count_and_make_others_wait() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for _ in 0..10 {
        assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
    }

    assert_eq!(ledger.begin("ops", address(1), now), Verdict::Wait);
    ledger.settle("ops", address(1), now, Ending::Failed);
    assert_eq!(ledger.begin("ops", address(1), now), Verdict::Wait);
    ledger.settle("ops", address(1), now, Ending::Untold);
    assert_eq!(ledger.begin("ops", address(1), now), Verdict::Go);
}

#[tokio::test]
async fn one_ipv6_network_and_one_mapped_address_are_one_source() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for n in 0..10 {
        let neighbour: IpAddr = format!("2001:db8::{n}").parse().unwrap();
        fail(&mut ledger, "ops", neighbour, now);
        fail(&mut ledger, "ops", address(1), now);
    }

    for same in ["2001:db8::ffff", "::ffff:192.0.2.1"] {
        let verdict = ledger.begin("ops", same.parse().unwrap(), now);
        assert!(matches!(verdict, Verdict::Refuse(_)), "{same}");
    }
    let other = "2001:db8:0:1::1".parse().unwrap();
    assert_eq!(ledger.begin("ops", other, now), Verdict::Go);
}

#[tokio::test]
async fn memory_is_bounded_and_the_worst_are_remembered() {
    let mut ledger = Ledger::default();
    let now = Instant::now();
    for _ in 0..10 {
        fail(&mut ledger, "ops", address(1), now);
    }

    for n in 0..3 * u32::try_from(ADDRESSES).unwrap() {
        let other = IpAddr::from((0x0a00_0000 | n).to_be_bytes());
        assert_eq!(fail(&mut ledger, "ops", other, now), Verdict::Go);
    }

    assert_eq!(ledger.by_address.len(), ADDRESSES);
    assert!(matches!(
        ledger.begin("ops", address(1), now),
        Verdict::Refuse(_)
    ));
    ledger.make_room(now + WINDOW);
    assert!(ledger.by_address.is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_right_logins_at_once_all_get_through() {
    let attempts = Attempts::default();

    let logins = (0..100).map(|_| async {
        let attempt = attempts.begin("ops", address(1)).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        attempt.settle(Ending::Right);
        Ok::<_, Refusal>(())
    });
    let outcomes = futures_util::future::join_all(logins).await;

    assert!(outcomes.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn many_wrong_logins_at_once_do_not_slip_past_the_limit() {
    let attempts = Attempts::default();

    let logins = (0..100).map(|_| async {
        let attempt = attempts.begin("ops", address(1)).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        drop(attempt);
        Ok::<_, Refusal>(())
    });
    let outcomes = futures_util::future::join_all(logins).await;

    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        10
    );
    let refusal = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!(refusal.code, Code::TOO_MANY);
    tokio::time::sleep(seconds(refusal.retry_after_s.unwrap().into())).await;
    assert!(attempts.begin("ops", address(1)).await.is_ok());
}

proptest! {
    /// Whatever happens, no minute ever holds more than ten failures of a user that were let through.
    #[test]
    fn no_minute_holds_more_than_ten_failures(
        steps in proptest::collection::vec((0..9000_u64, 0..3_u8), 0..200)
    ) {
        let mut ledger = Ledger::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let start = runtime.block_on(async { Instant::now() });
        let mut now = start;
        let mut failures: Vec<Instant> = Vec::new();
        for (millis, kind) in steps {
            now += Duration::from_millis(millis);
            match ledger.begin("ops", address(1), now) {
                Verdict::Go if kind == 0 => {
                    ledger.settle("ops", address(1), now, Ending::Right);
                    failures.clear();
                }
                Verdict::Go => {
                    ledger.settle("ops", address(1), now, Ending::Failed);
                    failures.push(now);
                }
                Verdict::Wait => prop_assert!(false, "nothing is under way"),
                Verdict::Refuse(wait) => {
                    prop_assert!(wait > Duration::ZERO && wait <= WINDOW);
                    let then = now + wait;
                    let left = failures.iter().filter(|at| then.duration_since(**at) < WINDOW);
                    prop_assert!(left.count() < USER_LIMIT);
                }
            }
            let within = failures.iter().filter(|at| now.duration_since(**at) < WINDOW);
            prop_assert!(within.count() <= USER_LIMIT);
        }
    }
}
