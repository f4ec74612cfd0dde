//! What every connector keeps to, whoever the vendor is. One suite: a vendor brings a small account and is played through
//! all of it. While a service is asked, the database must be free: each request tries to write to it.

mod accounts;
mod chats;
mod claims;
mod crm;
mod message;
mod scene;

/// What happens to the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// It is done, and the answer comes when nobody waits any more.
    AnswerLate,
    Throttled,
    Refused,
}

/// One test a case, for one connector.
macro_rules! cases {
    ($suite:ident for $fixture:ty: $($case:ident)+) => {
        $(#[test]
        fn $case() {
            super::$suite::$case::<$fixture>();
        })+
    };
}

macro_rules! every_crm {
    ($($connector:ident: $fixture:ty),+) => {
        $(mod $connector {
            cases!(crm for $fixture:
                a_walk_reads_everybody_once
                a_dry_run_leaves_the_database_to_others
                a_change_at_the_same_time_stamp_is_seen
                a_walk_that_is_killed_goes_on
                an_owner_who_was_set_since_is_respected
                a_contact_that_is_gone_since_gets_nothing
                a_contact_that_was_merged_since_gets_nothing
                a_merge_between_the_second_look_and_the_write_leaves_one_task
                a_write_whose_answer_is_lost_is_there_once
                a_write_whose_answer_is_late_is_there_once
                a_throttled_write_goes_out_later
                a_refused_write_is_not_sent_again_and_holds_up_no_other
                a_lost_database_writes_nothing_twice_where_the_service_knows_the_key
                an_ending_is_told_if_it_says_so
                it_can_what_it_says
            );
        })+
    };
}

macro_rules! every_chat {
    ($($connector:ident: $fixture:ty),+) => {
        $(mod $connector {
            cases!(message for $fixture:
                a_message_goes_out_once
                a_message_whose_answer_is_lost_is_settled_as_the_chat_can
                a_message_whose_answer_is_late_is_settled_as_the_chat_can
                a_throttled_message_goes_out_later
                a_refused_message_is_not_sent_again_and_holds_up_no_other
                a_chat_shows_what_became_of_a_handoff_if_it_says_so
                a_lost_database_says_nothing_twice_where_the_chat_knows_the_key
                it_can_what_it_says
            );
        })+
    };
}

every_crm!(
    crm_file: crate::contract::accounts::File,
    crm_hubspot: crate::contract::accounts::HubSpot<true>,
    crm_hubspot_without_key: crate::contract::accounts::HubSpot<false>
);
every_chat!(
    chat_console: crate::contract::chats::Console,
    chat_file: crate::contract::chats::FileChat,
    chat_slack: crate::contract::chats::Slack,
    chat_webhook: crate::contract::chats::Webhook
);
