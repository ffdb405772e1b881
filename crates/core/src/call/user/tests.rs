use std::net::IpAddr;
use std::sync::Arc;

use onprem::user::FIRST_PASSWORD;
use rstest::rstest;
use sha2::{Digest, Sha256};
use store::clock;
use tempfile::TempDir;

use super::token::VALID_MS;
use super::*;
use crate::link::fake;
use crate::media::hex;
use crate::record::Token;

const PASSWORD: &str = "Correct-horse-1";
const OTHER: &str = "Battery-staple-2";
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn elsewhere() -> IpAddr {
    IpAddr::from([192, 0, 2, 7])
}

fn shape(refusal: &Refusal) -> (u16, u16) {
    (refusal.status, refusal.code.0)
}

fn refused<T>(outcome: Result<T, Refusal>) -> (u16, u16) {
    shape(&outcome.err().expect("refused"))
}

/// A line whose admin has [`PASSWORD`].
async fn line() -> (Arc<Line>, TempDir) {
    let (line, dir) = fake::line().await;
    line.set_admin_password(PASSWORD).await.unwrap();
    (line, dir)
}

async fn session(line: &Line, username: &str, password: &str) -> Session {
    let issued = line.login(username, password, None, HERE).await.unwrap();
    line.authenticate(&issued.token).await.unwrap()
}

async fn create(line: &Line, username: &str) {
    line.create_user(NewUser {
        username: username.to_owned(),
        password: PASSWORD.to_owned(),
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn the_first_login_changes_the_password() {
    let (line, _dir) = fake::line().await;
    assert!(line.has_first_password().await.unwrap());

    let without = line.login(ADMIN, FIRST_PASSWORD, None, HERE).await;
    let absent = line.login(ADMIN, FIRST_PASSWORD, Some(""), HERE).await;
    let the_same = line
        .login(ADMIN, FIRST_PASSWORD, Some(FIRST_PASSWORD), HERE)
        .await;
    let weak = line.login(ADMIN, FIRST_PASSWORD, Some("weak"), HERE).await;
    assert_eq!(refused(without), (403, 1024));
    assert_eq!(refused(absent), (403, 1024));
    assert_eq!(refused(the_same), (400, 1009));
    assert_eq!(refused(weak), (400, 1009));
    assert!(line.has_first_password().await.unwrap());

    let issued = line
        .login(ADMIN, FIRST_PASSWORD, Some(PASSWORD), HERE)
        .await
        .unwrap();
    let session = line.authenticate(&issued.token).await.unwrap();

    assert_eq!(
        (session.username.as_str(), session.role),
        (ADMIN, Role::Admin)
    );
    assert!(!line.has_first_password().await.unwrap());
    assert_eq!(
        refused(line.login(ADMIN, FIRST_PASSWORD, Some(OTHER), HERE).await),
        (401, 1005)
    );
}

#[rstest]
#[case::elsewhere("192.0.2.7", (401, 1005))]
#[case::mapped_loopback("::ffff:127.0.0.1", (403, 1024))]
#[case::loopback("::1", (403, 1024))]
#[tokio::test]
async fn the_first_password_is_accepted_from_loopback_only(
    #[case] address: IpAddr,
    #[case] expected: (u16, u16),
) {
    let (line, _dir) = fake::line().await;

    let outcome = line.login(ADMIN, FIRST_PASSWORD, None, address).await;

    assert_eq!(refused(outcome), expected);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_refused_alike() {
    let (line, _dir) = line().await;

    let wrong = line.login(ADMIN, OTHER, None, HERE).await.err().unwrap();
    let unknown = line
        .login("nobody", PASSWORD, None, HERE)
        .await
        .err()
        .unwrap();
    let token = line.authenticate("no-token").await.err().unwrap();

    assert_eq!(shape(&wrong), (401, 1005));
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, token);
}

#[tokio::test]
async fn a_new_password_that_is_the_current_one_changes_nothing() {
    let (line, _dir) = line().await;
    let first = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();

    let second = line
        .login(ADMIN, PASSWORD, Some(PASSWORD), HERE)
        .await
        .unwrap();

    assert_ne!(first.token, second.token);
    line.authenticate(&first.token).await.unwrap();
    line.authenticate(&second.token).await.unwrap();
}

#[tokio::test]
async fn a_new_password_at_login_revokes_the_other_tokens() {
    let (line, _dir) = line().await;
    create(&line, "ops.reader").await;
    let before = line
        .login("ops.reader", PASSWORD, None, HERE)
        .await
        .unwrap();
    let admin = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();
    line.authenticate(&before.token).await.unwrap();

    let after = line
        .login("ops.reader", PASSWORD, Some(OTHER), HERE)
        .await
        .unwrap();

    assert_eq!(refused(line.authenticate(&before.token).await), (401, 1005));
    line.authenticate(&after.token).await.unwrap();
    line.authenticate(&admin.token).await.unwrap();
    assert_eq!(
        refused(line.login("ops.reader", PASSWORD, None, HERE).await),
        (401, 1005)
    );
}

#[tokio::test]
async fn logout_revokes_that_token_only_and_at_once() {
    let (line, _dir) = line().await;
    let one = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();
    let other = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();
    let session = line.authenticate(&one.token).await.unwrap();
    line.authenticate(&other.token).await.unwrap();

    line.logout(&session).await.unwrap();

    assert_eq!(refused(line.authenticate(&one.token).await), (401, 1005));
    line.authenticate(&other.token).await.unwrap();
}

#[tokio::test]
async fn an_expired_token_is_dropped_when_it_is_presented() {
    let (line, _dir) = line().await;
    let issued = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();
    let name = hex(&Sha256::digest(issued.token.as_bytes()));
    let expired = Token {
        username: ADMIN.to_owned(),
        expires_ms: clock::now_ms() - 1,
    };
    line.records
        .save(&line.config.name, &name, &expired)
        .await
        .unwrap();

    let outcome = line.authenticate(&issued.token).await;

    assert_eq!(refused(outcome), (401, 1005));
    assert_eq!(read::<Token>(&line, &name).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_is_valid_for_seven_days_and_stored_as_a_hash() {
    let (line, _dir) = line().await;

    let earliest = clock::now_ms() + VALID_MS;
    let issued = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();
    let latest = clock::now_ms() + VALID_MS;

    assert!((earliest..=latest).contains(&issued.expires_ms));
    assert_eq!(issued.token.len(), 43);
    let stored = line.records.list::<Token>(&line.config.name).await.unwrap();
    assert!(stored.iter().all(|(name, _)| !name.contains(&issued.token)));
}

#[tokio::test]
async fn a_duplicate_name_is_the_documented_500() {
    let (line, _dir) = line().await;
    create(&line, "ops.reader").await;

    let refusal = line
        .create_user(NewUser {
            username: "ops.reader".to_owned(),
            password: OTHER.to_owned(),
        })
        .await
        .unwrap_err();

    assert_eq!(shape(&refusal), (500, 1014));
    assert_eq!(
        refusal.details,
        "cannot create the user ops.reader: it may exist already"
    );
    session(&line, "ops.reader", PASSWORD).await;
}

#[tokio::test]
async fn a_changed_password_revokes_all_tokens_but_the_one_that_changed_it() {
    let (line, _dir) = line().await;
    create(&line, "ops.reader").await;
    let other = line
        .login("ops.reader", PASSWORD, None, HERE)
        .await
        .unwrap();
    let own = line
        .login("ops.reader", PASSWORD, None, HERE)
        .await
        .unwrap();
    let session = line.authenticate(&own.token).await.unwrap();
    line.authenticate(&other.token).await.unwrap();

    line.change_password(&session, "ops.reader", OTHER)
        .await
        .unwrap();

    line.authenticate(&own.token).await.unwrap();
    assert_eq!(refused(line.authenticate(&other.token).await), (401, 1005));
    line.login("ops.reader", OTHER, None, HERE).await.unwrap();
}

#[tokio::test]
async fn only_an_admin_changes_another_users_password() {
    let (line, _dir) = line().await;
    create(&line, "ops.reader").await;
    let admin = session(&line, ADMIN, PASSWORD).await;
    let user = session(&line, "ops.reader", PASSWORD).await;

    let upwards = line.change_password(&user, ADMIN, OTHER).await;
    let unknown = line.change_password(&admin, "nobody", OTHER).await;
    line.change_password(&admin, "ops.reader", OTHER)
        .await
        .unwrap();

    assert_eq!(refused(upwards), (403, 1005));
    assert_eq!(refused(unknown), (404, 1006));
    session(&line, "ops.reader", OTHER).await;
}

#[tokio::test]
async fn a_deleted_user_takes_its_tokens_along() {
    let (line, _dir) = line().await;
    create(&line, "ops.reader").await;
    let issued = line
        .login("ops.reader", PASSWORD, None, HERE)
        .await
        .unwrap();
    line.authenticate(&issued.token).await.unwrap();

    line.delete_user("ops.reader").await.unwrap();

    assert_eq!(refused(line.authenticate(&issued.token).await), (401, 1005));
    assert_eq!(refused(line.user_role("ops.reader").await), (404, 1006));
    assert_eq!(refused(line.delete_user("ops.reader").await), (404, 1006));
    create(&line, "ops.reader").await;
    assert_eq!(refused(line.authenticate(&issued.token).await), (401, 1005));
}

#[tokio::test]
async fn the_admin_cannot_be_deleted() {
    let (line, _dir) = line().await;

    assert_eq!(refused(line.delete_user(ADMIN).await), (403, 1005));
    assert_eq!(line.user_role(ADMIN).await.unwrap(), Role::Admin);
}

#[tokio::test]
async fn the_admins_password_is_set_once() {
    let (line, _dir) = line().await;
    let issued = line.login(ADMIN, PASSWORD, None, HERE).await.unwrap();

    line.set_admin_password(PASSWORD).await.unwrap();
    line.authenticate(&issued.token).await.unwrap();

    line.set_admin_password(OTHER).await.unwrap();
    assert_eq!(refused(line.authenticate(&issued.token).await), (401, 1005));
    session(&line, ADMIN, OTHER).await;

    assert_eq!(refused(line.set_admin_password("weak").await), (400, 1009));
    session(&line, ADMIN, OTHER).await;
}

#[tokio::test]
async fn ten_failures_lock_the_user_out_from_that_address_even_with_the_right_password() {
    let (line, _dir) = line().await;

    for _ in 0..10 {
        assert_eq!(
            refused(line.login(ADMIN, OTHER, None, elsewhere()).await),
            (401, 1005)
        );
    }
    let refusal = line
        .login(ADMIN, PASSWORD, None, elsewhere())
        .await
        .err()
        .unwrap();

    assert_eq!(shape(&refusal), (429, 1015));
    assert!((1..=61).contains(&refusal.retry_after_s.unwrap()));
    session(&line, ADMIN, PASSWORD).await;
}

#[tokio::test]
async fn fifty_right_logins_at_once_all_get_a_token() {
    let (line, _dir) = line().await;

    let logins = (0..50).map(|_| line.login(ADMIN, PASSWORD, None, HERE));
    let outcomes = futures_util::future::join_all(logins).await;

    for outcome in outcomes {
        line.authenticate(&outcome.ok().unwrap().token)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_store_that_is_closed_is_no_failed_login() {
    let (line, _dir) = line().await;
    line.records.store().close().await;

    for _ in 0..20 {
        let refusal = line.login(ADMIN, PASSWORD, None, HERE).await.err().unwrap();
        assert_eq!(refusal.code, Code::NOT_READY);
    }
}
