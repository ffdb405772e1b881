//! Reactions of the business.

use super::*;

fn reaction(to: &str, message_id: &str, emoji: &str) -> Params {
    params(json!({
        "messaging_product": "whatsapp", "to": format!("+{to}"), "type": "reaction",
        "reaction": {"message_id": message_id, "emoji": emoji},
    }))
}

#[test]
fn a_reaction_is_shown_and_only_its_departure_is_told() {
    let mut network = ready(Retry::Meta);
    let theirs = write(&mut network, ADA, "hi", START);
    let ours = send(&mut network, &text(ADA, "hello"), START).unwrap();
    let ours = ours["messages"][0]["id"].as_str().unwrap().to_owned();
    take(&mut network, START);

    for (target, emoji) in [(&theirs, "👍"), (&ours, "👍"), (&ours, "")] {
        send(&mut network, &reaction(ADA, target, emoji), START).unwrap();
    }
    network.read_all(ADA, START);
    let objects = take(&mut network, START);

    // The last is the text, which is read.
    assert_eq!(stages(&objects), ["sent", "sent", "sent", "read"]);
    let shown = inbox(&network, ADA);
    assert_eq!(
        shown[1]["reaction"],
        json!({"message_id": theirs, "emoji": "👍"})
    );
    assert_eq!(
        shown[3]["reaction"],
        json!({"message_id": ours, "emoji": ""})
    );
}

#[test]
fn a_reaction_to_nothing_in_this_chat_fails() {
    let mut network = ready(Retry::Meta);
    write(&mut network, ADA, "hi", START);
    let of_another = write(&mut network, FANG, "hi", START);
    take(&mut network, START);

    for target in ["wamid.nothing", &of_another] {
        send(&mut network, &reaction(ADA, target, "👍"), START).unwrap();
        let objects = take(&mut network, START);

        assert_eq!(stages(&objects), ["failed"]);
        assert_eq!(objects[0]["errors"][0]["code"], 131_009);
    }
    assert_eq!(inbox(&network, ADA), json!([]));
}
