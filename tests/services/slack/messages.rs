//! What a message looks like, whatever the CRM says.

use super::desk::{Desk, TEN};

#[test]
fn case_7_nothing_that_the_crm_says_is_markup() {
    // The fake refuses every `<…>` that is not a mention of a user there is, and every stray `&` and `>`.
    for hostile in [
        "<!channel>",
        "<!here|here>",
        "<@U0EVE>",
        "<!subteam^S1>",
        "<#C0OTHER00>",
        "<http://evil.example|Open>",
        "&lt;!channel&gt;",
        "a & b",
        "`code` ```block```",
        "*bold* _it_ ~no~ :tada:",
        "👍🏽👩‍👩‍👧‍👦",
        "\u{202e}drow\u{2066}x",
        "one\ntwo: *Owner:* attacker",
        "@channel @here",
    ] {
        let desk = Desk::open();
        let quoted = hostile.replace('"', "\"\"");
        desk.leads(&[&format!("kim,\"{quoted}\",Lopez,\"{quoted}\"")]);
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 0, "{hostile}: {}", ran.all());
        let reminded = desk.run("2026-11-23T10:30:00Z");
        assert_eq!(reminded.status, 0, "{hostile}: {}", reminded.all());
        let messages = desk.slack.messages();
        assert_eq!(messages.len(), 2, "{hostile}");
        assert!(messages[0].text().contains("Lopez") && messages[1].text().contains("Lopez"));
        assert!(!messages[1].text().contains('\n'), "{}", messages[1].text());
    }
}

#[test]
fn cases_8_and_10_a_message_keeps_within_every_limit() {
    for text in ["N".repeat(500), "&".repeat(2_000), "😀".repeat(700)] {
        let desk = Desk::open();
        desk.leads(&[&format!("kim,{text},{text},{text}")]);
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 0, "{}", ran.all());
        let message = &desk.slack.messages()[0];
        assert!(message.text().contains('…'), "{message:?}");
    }
}

#[test]
fn case_9_every_message_has_a_text() {
    let desk = Desk::open();
    desk.lead();
    desk.run(TEN);
    let text = desk.slack.messages()[0].text().to_owned();
    assert!(text.contains("Kim Lopez") && text.contains("<@U0ANA>"), "{text}");
    desk.run("2026-11-23T10:30:00Z");
    let texts: Vec<String> = desk.slack.messages().iter().map(|message| message.text().to_owned()).collect();
    assert!(texts[0].contains("Escalated: reminded"), "{texts:?}");
    assert!(texts[1].starts_with("<@U0ANA> Reminder: nobody has acted on Kim Lopez"), "{texts:?}");
}

#[test]
fn case_20_metadata_holds_a_key_and_nothing_else() {
    let desk = Desk::open();
    desk.lead();
    desk.run(TEN);
    let metadata = desk.slack.messages()[0].body["metadata"].to_string();
    // The fake refuses everything but a key; that it is not made of the contact's data is what is left to see.
    assert!(!metadata.contains("kim") && !metadata.contains("ana"), "{metadata}");
}

#[test]
fn a_message_links_to_the_record_and_says_how_to_answer() {
    let desk = Desk::open();
    desk.lead();
    desk.run(TEN);
    let blocks = desk.blocks(0);
    assert!(blocks.contains("\"url\":\"https://crm.acme.example/contacts/kim\""), "{blocks}");
    assert!(blocks.contains(":white_check_mark:") && blocks.contains(":x:"), "{blocks}");
    assert!(blocks.contains("Waiting for <@U0ANA>"), "{blocks}");
}
