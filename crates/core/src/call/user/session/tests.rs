use onprem::user::Role;

use super::*;

fn session(username: &str, token_hash: &str) -> Session {
    Session {
        username: username.to_owned(),
        role: Role::User,
        token_hash: token_hash.to_owned(),
    }
}

fn put(sessions: &Sessions, digest: u8, session: Session, now: Instant) {
    sessions.put(sessions.before(), [digest; 32], session, 1000, now);
}

#[tokio::test]
async fn a_session_is_believed_for_five_seconds() {
    let sessions = Sessions::default();
    let now = Instant::now();
    put(&sessions, 1, session("ops", "a"), now);

    let at = |seconds| sessions.get(&[1; 32], now + Duration::from_secs(seconds), 0);

    assert_eq!(at(4), Some(session("ops", "a")));
    assert_eq!(at(5), None);
    assert_eq!(sessions.get(&[2; 32], now, 0), None);
}

#[tokio::test]
async fn an_expired_session_is_not_believed() {
    let sessions = Sessions::default();
    let now = Instant::now();
    put(&sessions, 1, session("ops", "a"), now);

    assert!(sessions.get(&[1; 32], now, 999).is_some());
    assert!(sessions.get(&[1; 32], now, 1000).is_none());
}

#[tokio::test]
async fn a_revoked_session_is_forgotten_at_once() {
    let sessions = Sessions::default();
    let now = Instant::now();
    put(&sessions, 1, session("ops", "a"), now);
    put(&sessions, 2, session("ops", "b"), now);
    put(&sessions, 3, session("ops", "c"), now);
    put(&sessions, 4, session("other", "d"), now);
    let believed = || [1, 2, 3, 4].map(|n| sessions.get(&[n; 32], now, 0).is_some());

    sessions.revoke("a");
    assert_eq!(believed(), [false, true, true, true]);

    sessions.revoke_user("ops", Some("c"));
    assert_eq!(believed(), [false, false, true, true]);

    sessions.revoke_user("ops", None);
    assert_eq!(believed(), [false, false, false, true]);
}

#[tokio::test]
async fn a_session_read_before_a_revocation_is_not_remembered_after_it() {
    let sessions = Sessions::default();
    let now = Instant::now();

    let before = sessions.before();
    sessions.revoke("a");
    sessions.put(before, [1; 32], session("ops", "a"), 1000, now);

    assert_eq!(sessions.get(&[1; 32], now, 0), None);
}

#[tokio::test]
async fn memory_is_bounded() {
    let sessions = Sessions::default();
    let now = Instant::now();
    let fill = |count: usize, now| {
        for n in 0..count {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&n.to_be_bytes());
            sessions.put(sessions.before(), digest, session("ops", "a"), 1000, now);
        }
    };

    fill(CAPACITY + 10, now);
    assert!(sessions.read().by_digest.len() <= CAPACITY);

    fill(CAPACITY + 10, now + BELIEVED);
    assert!(sessions.read().by_digest.len() <= CAPACITY);
}
