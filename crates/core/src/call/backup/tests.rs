//! Backups and restores of whole lines.

use onprem::provider::Credentials;
use serde_json::{Value, json};
use store::{LineName, NamedValue, SharedStore, memory};

use super::*;
use crate::line::LineState;
use crate::link::fake;
use crate::record::{Account, Authorities, MediaProvider, Override, Token, User};

const PASSWORD: &str = "seven quiet harbours";
const NUMBER: &str = "12025550111";
/// The least that Argon2 has.
const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn with(password: &str) -> Backup {
    Backup {
        password: password.to_owned(),
    }
}

fn restore(data: &str) -> Restore {
    Restore {
        password: PASSWORD.to_owned(),
        data: data.to_owned(),
    }
}

fn account(number: &str, registrations_ms: Vec<i64>) -> Account {
    Account {
        number: number.to_owned(),
        cc: "1".to_owned(),
        registered: true,
        pin: Some("493817".to_owned()),
        registrations_ms,
        ..Account::default()
    }
}

fn provider(token: &str) -> MediaProvider {
    MediaProvider(Credentials::Bearer(token.to_owned()))
}

/// A private authority, made for these tests (its key is gone).
const AUTHORITY: &str = include_str!("authority.pem");

/// A line that is registered, ready, and set up.
async fn set_up() -> (Arc<Line>, tempfile::TempDir) {
    let (line, dir) = fake::line().await;
    let (name, records) = (&line.config.name, &line.records);
    let account = account(NUMBER, vec![1, 2]);
    records.save(name, "account", &account).await.unwrap();
    line.number.send_replace(Some(NUMBER.to_owned()));
    line.patch_settings(
        br#"{"webhooks": {"url": "https://crm.example/hook"}, "heartbeat_interval": 7}"#,
    )
    .await
    .unwrap();
    let provider = provider("a bearer");
    records.save(name, "shop", &provider).await.unwrap();
    line.set_webhook_authorities(AUTHORITY.as_bytes())
        .await
        .unwrap();
    let urls = Override {
        urls: vec!["https://old.example/graph/1".to_owned()],
    };
    records.save(name, "override", &urls).await.unwrap();
    line.assume_ready();
    (line, dir)
}

/// Every record of the line, as stored.
async fn picture(store: &SharedStore) -> Vec<(&'static str, Vec<NamedValue>)> {
    let mut picture = Vec::new();
    for kind in record::KINDS {
        let records = store.records(&LineName::main(), kind, "", 1_000).await;
        picture.push((*kind, records.unwrap()));
    }
    picture
}

/// A backup of what the line has now, quickly made.
async fn cheap(line: &Line) -> String {
    let contents = line.present().await.unwrap();
    seal(PASSWORD, &serde_json::to_vec(&contents).unwrap(), CHEAP).unwrap()
}

#[tokio::test]
async fn another_machine_goes_on_where_this_one_stopped() {
    let (old, _old_dir) = set_up().await;
    let data = old.backup(with(PASSWORD)).await.unwrap();
    assert!(!data.contains("bearer"));

    let (new, _new_dir) = fake::line().await;
    let (name, records) = (&new.config.name, &new.records);
    new.set_admin_password("Quiet-Harbour-7").await.unwrap();
    let stale = provider("stale");
    records.save(name, "stale", &stale).await.unwrap();
    let mut settings = new.watch_settings();
    let mut number = new.number.subscribe();
    let mut webhook = new.webhook.subscribe();
    new.restore(restore(&data)).await.unwrap();

    // In force.
    assert!(settings.has_changed().unwrap());
    assert_eq!(*settings.borrow_and_update(), old.settings());
    assert_eq!(new.settings().heartbeat_interval, 7);
    assert!(webhook.has_changed().unwrap());
    webhook.mark_unchanged();
    assert!(number.has_changed().unwrap(), "the connection hears of it");
    assert_eq!(number.borrow_and_update().as_deref(), Some(NUMBER));
    // In the store.
    assert_eq!(
        records.get::<Account>(name, "account").await.unwrap(),
        Some(account(NUMBER, vec![1, 2]))
    );
    assert_eq!(
        records.list::<MediaProvider>(name).await.unwrap(),
        [("shop".to_owned(), provider("a bearer"))],
        "and no others"
    );
    assert_eq!(new.webhook_authorities().await.unwrap(), AUTHORITY);
    let urls = records.get::<Override>(name, "override").await.unwrap();
    assert_eq!(urls.unwrap().urls, ["https://old.example/graph/1"]);
    // The machine's own.
    let admin: User = records.get(name, "admin").await.unwrap().unwrap();
    assert!(admin.password_hash.is_some(), "its password stays");
    assert!(records.list::<Token>(name).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_restore_goes_back_to_what_was_and_forgets_nothing_that_counts() {
    let (line, _dir) = set_up().await;
    let (name, records) = (&line.config.name, &line.records);
    let data = cheap(&line).await;
    let before = picture(line.store()).await;

    line.patch_settings(br#"{"heartbeat_interval": 9}"#)
        .await
        .unwrap();
    let later = provider("later");
    records.save(name, "later", &later).await.unwrap();
    line.delete_webhook_authorities().await.unwrap();
    let since = account(NUMBER, vec![2, 3]);
    records.save(name, "account", &since).await.unwrap();
    let urls = Override {
        urls: vec!["https://new.example/graph/1".to_owned()],
    };
    records.save(name, "override", &urls).await.unwrap();
    line.restore(restore(&data)).await.unwrap();

    assert_eq!(line.settings().heartbeat_interval, 7);
    let stored: Option<Authorities> = records.get(name, "webhook").await.unwrap();
    assert_eq!(stored.unwrap().pem, AUTHORITY);
    let account: Account = records.get(name, "account").await.unwrap().unwrap();
    assert_eq!(account.registrations_ms, [1, 2, 3]);
    let urls: Override = records.get(name, "override").await.unwrap().unwrap();
    assert_eq!(
        urls.urls,
        ["https://old.example/graph/1", "https://new.example/graph/1"]
    );
    let names = |picture: &[(&'static str, Vec<NamedValue>)]| {
        let of = |(kind, records): &(&'static str, Vec<NamedValue>)| {
            let names = records.iter().map(|(name, _)| name.clone());
            (*kind, names.collect::<Vec<_>>())
        };
        picture.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(names(&picture(line.store()).await), names(&before));
}

#[tokio::test]
async fn only_a_line_that_is_ready_is_backed_up() {
    let (line, _dir) = fake::line().await;

    let unregistered = line.backup(with(PASSWORD)).await.unwrap_err();
    assert_eq!(
        (unregistered.status, unregistered.code),
        (503, Code::NOT_READY)
    );
    assert!(unregistered.details.contains("no number is registered"));

    let reason = "the core is stopped".to_owned();
    line.number.send_replace(Some(NUMBER.to_owned()));
    line.set_state(LineState::Disconnected { reason });
    let stopped = line.backup(with(PASSWORD)).await.unwrap_err();
    assert_eq!((stopped.status, stopped.code), (503, Code::NOT_READY));
    assert!(stopped.details.contains("the core is stopped"));
}

#[tokio::test]
async fn what_could_not_be_restored_is_not_given_out() {
    let (line, _dir) = set_up().await;
    let pem = "x".repeat(LONGEST_DATA);
    line.records
        .save(&line.config.name, "webhook", &Authorities { pem })
        .await
        .unwrap();

    let refusal = line.backup(with(PASSWORD)).await.unwrap_err();

    assert_eq!(refusal.code, Code::INTERNAL);
    assert!(
        refusal.details.contains("a restore reads 1000000"),
        "{refusal}"
    );
}

/// What a restore refuses leaves the store and everything in force as they were.
async fn refused(line: &Line, data: &str) -> Refusal {
    let before = picture(line.store()).await;
    let settings = line.settings();
    let number = line.number.subscribe();

    let refusal = line.restore(restore(data)).await.unwrap_err();

    assert_eq!(picture(line.store()).await, before);
    assert_eq!(line.settings(), settings);
    assert!(!number.has_changed().unwrap());
    assert_eq!(
        (refusal.status, refusal.code),
        (400, Code::INVALID),
        "{refusal}"
    );
    assert!(!refusal.details.contains(PASSWORD));
    refusal
}

#[tokio::test]
async fn a_wrong_password_and_foreign_data_are_told_apart() {
    let (line, _dir) = set_up().await;
    let contents = serde_json::to_vec(&line.present().await.unwrap()).unwrap();
    let anothers = seal("another password", &contents, CHEAP).unwrap();

    assert_eq!(
        refused(&line, &anothers).await.details,
        "data: the password is not this backup's, or the backup was changed"
    );
    assert_eq!(
        refused(&line, "CgxvbmUgYmFja3Vw").await.details,
        "data: it is no backup of Landline; those of the original client cannot be read"
    );
}

/// The contents of a backup, changed by somebody who has its password.
async fn changed(line: &Line, change: impl FnOnce(&mut Value)) -> String {
    let mut contents = serde_json::to_value(line.present().await.unwrap()).unwrap();
    change(&mut contents);
    seal(PASSWORD, contents.to_string().as_bytes(), CHEAP).unwrap()
}

#[tokio::test]
async fn contents_that_do_not_fit_are_refused_whole() {
    let (line, _dir) = set_up().await;
    for (pointer, value, details) in [
        (
            "/records/future",
            json!({"a": 1}),
            "data: it holds a record (future) that this program cannot read: it was made by a newer one",
        ),
        (
            "/records/media_provider",
            json!({"shop": {"kind": "unheard of"}}),
            "data: it holds a record (media_provider) that this program cannot read: it was made by a newer one",
        ),
        (
            "/records/account",
            json!({}),
            "data: it holds no registration",
        ),
        (
            "/records",
            json!([]),
            "data: its contents are of a form that this program does not know",
        ),
    ] {
        let data = changed(&line, |contents| {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            contents.pointer_mut(parent).unwrap()[name] = value;
        })
        .await;

        assert_eq!(refused(&line, &data).await.details, details);
    }
    let data = changed(&line, |contents| {
        let url = "/records/settings/application/webhook_url";
        *contents.pointer_mut(url).unwrap() = "http://crm.example/hook".into();
    })
    .await;
    let refusal = refused(&line, &data).await;
    assert!(
        refusal
            .details
            .starts_with("data: webhooks.url: must be https"),
        "{refusal}"
    );
    let data = changed(&line, |contents| {
        *contents
            .pointer_mut("/records/authorities/webhook/pem")
            .unwrap() = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into();
    })
    .await;
    let refusal = refused(&line, &data).await;
    assert!(
        refusal.details.contains("certificates for the webhook"),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_backup_of_another_number_is_refused() {
    let network = fake::Server::start(|_| {
        let number = json!({
            "id": "400500600", "display_phone_number": "+1 202-555-0122",
            "verified_name": "Hummingbird Coffee", "platform_type": "CLOUD_API", "status": "CONNECTED",
        });
        fake::answer(200, "content-type: application/json\r\n", number.to_string())
    })
    .await;
    let (other, _dir) = fake::line_at(&network.url(""), memory::open()).await;
    let (line, _other_dir) = set_up().await;

    let refusal = refused(&other, &cheap(&line).await).await;

    assert_eq!(
        refusal.details,
        "data: it is a backup of the number 12025550111, this line's number is 12025550122"
    );
}

/// Each byte of the text, changed into another one; from one to the next in another way.
#[tokio::test]
async fn any_changed_byte_is_refused_and_nothing_changes() {
    let (line, _dir) = set_up().await;
    let data = cheap(&line).await;
    line.patch_settings(br#"{"heartbeat_interval": 9}"#)
        .await
        .unwrap();

    for (at, by) in (0..data.len()).zip((1..128_u8).cycle()) {
        let mut changed = data.clone().into_bytes();
        changed[at] ^= by;
        // Every byte of a backup is ASCII, and so is what it was changed into.
        refused(&line, &String::from_utf8(changed).unwrap()).await;
    }
    line.restore(restore(&data)).await.unwrap();
    assert_eq!(line.settings().heartbeat_interval, 7);
}
