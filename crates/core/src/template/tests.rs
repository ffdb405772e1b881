use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::*;

fn template(name: &str, language: &str) -> Definition {
    Definition {
        name: name.to_owned(),
        language: language.to_owned(),
        status: "APPROVED".to_owned(),
        category: "UTILITY".to_owned(),
        header: None,
        body: "Hello {{1}}".to_owned(),
        footer: None,
        buttons: Vec::new(),
        named: None,
    }
}

fn kept(definition: &Definition) -> (String, record::Template) {
    (
        record_name(definition),
        record::Template(definition.clone()),
    )
}

#[test]
fn the_table_holds_every_language_of_a_name() {
    let templates = Templates::default();
    let (en, fr) = (template("slot", "en_US"), template("slot", "fr"));

    templates.replace(
        vec![en.clone(), template("other", "en_US"), fr.clone()],
        Some("b7e1_example_ns".to_owned()),
    );

    let table = templates.table();
    assert_eq!(table.by_name["slot"], [en, fr]);
    assert_eq!(table.by_name.len(), 2);
    assert_eq!(table.languages, ["en_US", "fr"].map(str::to_owned).into());
    assert_eq!(table.namespace.as_deref(), Some("b7e1_example_ns"));

    templates.replace(Vec::new(), None);
    assert!(templates.table().by_name.is_empty());
    assert_eq!(templates.table().namespace, None);
    assert_eq!(table.by_name.len(), 2, "a reader keeps what it took");
}

#[test]
fn only_what_changed_is_written() {
    let same = template("same", "en_US");
    let old = template("changed", "en_US");
    let mut changed = old.clone();
    changed.status = "PAUSED".to_owned();
    let gone = template("same", "fr");
    let new = template("new", "en_US");
    let before = [kept(&same), kept(&old), kept(&gone)];
    let fresh = [new.clone(), same, changed.clone()];

    assert_eq!(
        Difference::between(&before, &fresh),
        Difference {
            changed: vec![&new, &changed],
            gone: vec!["same/fr"],
        }
    );
}

#[tokio::test]
async fn a_name_in_the_table_is_not_asked_for() {
    let templates = Templates::default();
    let slot = template("slot", "en_US");
    templates.replace(vec![slot.clone()], None);

    let found = templates
        .named_or_fetched("slot", "en_US", async { panic!("it is in the table") })
        .await;

    assert_eq!(found, Ok(vec![slot]));
}

#[tokio::test]
async fn a_language_that_is_not_in_the_table_is_asked_for() {
    let templates = Templates::default();
    let (english, french) = (template("slot", "en_US"), template("slot", "fr"));
    templates.replace(vec![english.clone(), template("other", "de")], None);

    let found = templates
        .named_or_fetched("slot", "fr", async {
            Ok(vec![english.clone(), french.clone()])
        })
        .await;
    let missing = templates
        .named_or_fetched("slot", "de", async { panic!("asked a moment ago") })
        .await;

    assert_eq!(found, Ok(vec![english.clone(), french.clone()]));
    assert_eq!(missing, Ok(vec![english, french]));
    assert_eq!(
        templates.table().languages,
        ["de", "en_US", "fr"].map(str::to_owned).into()
    );
}

#[tokio::test]
async fn a_template_that_is_looked_up_anew_is_what_the_network_says_now() {
    let templates = Templates::default();
    let mut paused = template("slot", "en_US");
    paused.status = "PAUSED".to_owned();
    templates.replace(
        vec![template("slot", "en_US"), template("gone", "fr")],
        None,
    );

    let renewed = templates
        .renewed("slot", async { Ok(vec![paused.clone()]) })
        .await;
    let again = templates
        .renewed("slot", async { panic!("asked a moment ago") })
        .await;
    let gone = templates.renewed("gone", async { Ok(Vec::new()) }).await;
    let failed = templates
        .renewed("slots", async { Err(NotLoaded("down".to_owned())) })
        .await;

    assert_eq!((renewed, again, gone), (Ok(()), Ok(()), Ok(())));
    assert_eq!(failed, Err(NotLoaded("down".to_owned())));
    let table = templates.table();
    assert_eq!(table.by_name["slot"], [paused]);
    assert_eq!(table.by_name.len(), 1);
    assert_eq!(table.languages, ["en_US".to_owned()].into());
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_question() {
    let templates = Templates::default();
    let slot = template("slot", "en_US");
    let (asked, both_wait) = (AtomicUsize::new(0), Notify::new());
    let fetch = || async {
        asked.fetch_add(1, Ordering::Relaxed);
        both_wait.notified().await;
        Ok(vec![slot.clone()])
    };

    let (first, second, ()) = tokio::join!(
        templates.named_or_fetched("slot", "en_US", fetch()),
        templates.named_or_fetched("slot", "en_US", fetch()),
        async { both_wait.notify_one() },
    );

    assert_eq!(first, Ok(vec![slot.clone()]));
    assert_eq!(second, Ok(vec![slot.clone()]));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(templates.table().by_name["slot"], [slot]);
}

#[tokio::test]
async fn a_name_that_the_network_does_not_know_is_not_asked_for_again_at_once() {
    let templates = Templates::default();

    let first = templates
        .named_or_fetched("nowhere", "en_US", async { Ok(Vec::new()) })
        .await;
    let second = templates
        .named_or_fetched("nowhere", "en_US", async { panic!("asked a moment ago") })
        .await;
    let other = templates
        .named_or_fetched("elsewhere", "en_US", async {
            Ok(vec![template("elsewhere", "en_US")])
        })
        .await;

    assert_eq!(first, Ok(Vec::new()));
    assert_eq!(second, Ok(Vec::new()));
    assert_eq!(other.map(|found| found.len()), Ok(1));
}

#[tokio::test]
async fn those_who_waited_for_a_failed_question_get_its_reason() {
    let templates = Templates::default();
    let reason = NotLoaded("the network cannot be reached".to_owned());

    let first = templates
        .named_or_fetched("slot", "en_US", async { Err(reason.clone()) })
        .await;
    let second = templates
        .named_or_fetched("slot", "en_US", async { panic!("asked a moment ago") })
        .await;

    assert_eq!(first, Err(reason.clone()));
    assert_eq!(second, Err(reason));
}

#[tokio::test]
async fn an_abandoned_question_is_asked_again() {
    let templates = Templates::default();
    let abandoned =
        templates.named_or_fetched("slot", "en_US", std::future::pending::<Result<_, _>>());
    tokio::select! {
        biased;
        _ = abandoned => panic!("it never answers"),
        () = std::future::ready(()) => {}
    }

    let found = templates
        .named_or_fetched("slot", "en_US", async {
            Ok(vec![template("slot", "en_US")])
        })
        .await;

    assert_eq!(found.map(|found| found.len()), Ok(1));
}

#[test]
fn an_answer_is_remembered_longer_than_a_failure() {
    let at = Instant::now();
    let answer = Asked { at, failure: None };
    let failure = Asked {
        at,
        failure: Some(NotLoaded(String::new())),
    };

    assert!(answer.is_fresh(at + Duration::from_secs(29)));
    assert!(!answer.is_fresh(at + Duration::from_secs(30)));
    assert!(failure.is_fresh(at + Duration::from_secs(4)));
    assert!(!failure.is_fresh(at + Duration::from_secs(5)));
}

#[test]
fn names_that_are_not_remembered_any_more_are_swept_out() {
    let templates = Templates::default();
    for number in 0..SWEEP_AT {
        templates.entry(&format!("n{number}"));
    }
    let held = templates.entry("n0");
    *templates.entry("n1").blocking_lock() = Some(Asked {
        at: Instant::now(),
        failure: None,
    });

    templates.entry("one_more");

    let asked = templates.asked.lock().unwrap();
    assert_eq!(asked.len(), 3, "held, fresh and new");
    assert!(Arc::ptr_eq(&asked["n0"], &held));
}

fn sendable<T: Send>(_: T) {}

#[expect(
    dead_code,
    reason = "compiled, never run: tasks of any thread may load and ask"
)]
fn what_a_line_does_may_move_between_threads(line: &'static Line) {
    sendable(line.load_templates(|_| ()));
    sendable(line.recall_templates());
    sendable(line.templates_named("slot", "en_US"));
    sendable(line.renew_template("slot"));
}

#[tokio::test(start_paused = true)]
async fn a_template_that_has_changed_is_asked_for_whatever_was_answered_before() {
    let templates = Templates::default();
    let answer = |status: &str| {
        let mut found = template("slot", "en_US");
        status.clone_into(&mut found.status);
        async move { Ok(vec![found]) }
    };
    templates
        .named_or_fetched("slot", "en_US", answer("APPROVED"))
        .await
        .unwrap();

    templates.changed("slot", answer("PAUSED")).await.unwrap();

    assert_eq!(templates.named("slot")[0].status, "PAUSED");
    let gone = async { Ok(Vec::new()) };
    templates.changed("slot", gone).await.unwrap();
    assert!(templates.named("slot").is_empty());
}
