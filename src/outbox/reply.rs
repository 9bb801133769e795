//! What an answer of the mail server means for the email, and for all the others.

use crate::domain::{BounceClass, OutboxId, status_of};
use crate::mail_stream::StreamFault;

/// How far an email had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connecting, encrypting, signing in.
    Connect,
    /// `MAIL`: who sends.
    Sender,
    /// `RCPT`: who gets it.
    Recipient,
    /// `DATA`, up to the leave to go on.
    Data,
    /// The leave was there, and what went of the body was not its end.
    Body,
    /// The body and its dot were on their way.
    Dot,
}

/// What went wrong with the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SmtpError {
    /// It said no: the code, and its words.
    Refused(u16, String),
    /// It does not offer an extension that this email needs.
    Lacks(&'static str),
    /// It said nothing, or nothing that can be understood: the connection is of no use any more.
    Lost(String),
}

impl From<StreamFault> for SmtpError {
    fn from(fault: StreamFault) -> Self {
        Self::Lost(fault.to_string())
    }
}

impl SmtpError {
    /// As it is kept and shown: `550 5.1.1 no such user`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Refused(code, text) => format!("{code} {text}").trim().to_owned(),
            Self::Lacks(extension) => format!("this address needs {extension}, which the mail server does not offer"),
            Self::Lost(text) => text.clone(),
        }
    }
}

/// What became of an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandOverOutcome {
    /// The mail server has taken it.
    Sent,
    /// It will not be taken.
    Failed,
    /// To be tried again after a while.
    Later,
    /// Nobody knows.
    InDoubt,
}

/// An email and what became of it.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) id: OutboxId,
    pub(super) outcome: HandOverOutcome,
    pub(super) reply: String,
    /// What the refusal says about the address.
    pub(super) bounce: Option<BounceClass>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Settle this email so, and go on with the same connection.
    Settle(HandOverOutcome),
    /// Leave this email where it is, and go on with the next.
    Skip,
    /// Settle this email so, and go on with a new connection.
    SettleAndReconnect(HandOverOutcome),
    /// Stop the run; this email was not to blame.
    Stop,
    /// The server wants less of us: a new connection, later and slower.
    Slower,
    /// The connection broke off before anything was handed over: a new one.
    Reconnect,
}

/// The table of outcomes.
pub(super) fn judge(phase: Phase, error: &SmtpError) -> NextStep {
    match (phase, error) {
        (Phase::Dot, SmtpError::Lost(_)) => NextStep::SettleAndReconnect(HandOverOutcome::InDoubt),
        (_, SmtpError::Lost(_)) => NextStep::Reconnect,
        (_, SmtpError::Refused(421, _)) | (Phase::Connect, SmtpError::Refused(400..500, _)) => NextStep::Slower,
        (_, SmtpError::Refused(400..500, _)) => NextStep::Settle(HandOverOutcome::Later),
        (Phase::Connect | Phase::Sender, SmtpError::Refused(..)) => NextStep::Stop,
        (_, SmtpError::Refused(..) | SmtpError::Lacks(_)) => NextStep::Settle(HandOverOutcome::Failed),
    }
}

/// In what refusals are alike: the moment, the code and the status. Nothing when a refusal is about the mailbox.
pub(super) type RefusalKind = (Phase, String);

/// How a refusal for good is like others; a list may have many dead mailboxes, and that is no refusal of us.
pub(super) fn refusal_kind(phase: Phase, reply: &str) -> Option<RefusalKind> {
    let (code, words) = reply.split_once(' ')?;
    let is_ours = code.starts_with('5') && BounceClass::of("", reply) == BounceClass::Unreached;
    let status = words.split_whitespace().next().filter(|word| status_of(word).is_some()).unwrap_or_default();
    is_ours.then(|| (phase, format!("{code} {status}")))
}

/// Whether a reply such as `554 5.7.1 Relay access denied` is one to anybody who has not signed in, whoever is written to. 5.7.133
/// and its neighbours are of a mailbox that takes emails of some people alone.
pub(super) fn wants_us_to_sign_in(reply: &str) -> bool {
    const WORDS: [&str; 4] = ["relay", "authenticat", "sign in", "log in"];
    let Some((code, words)) = reply.split_once(' ') else { return matches!(reply, "530" | "535") };
    let words = words.to_lowercase();
    let is_of_all = code.starts_with('5') && !words.starts_with("5.7.13");
    matches!(code, "530" | "535") || is_of_all && WORDS.iter().any(|word| words.contains(word))
}

/// What a reply such as `550 5.1.1 no such user` says about the address; nothing when it is about the message, the sender or
/// the server.
pub(super) fn bounce_class(phase: Phase, reply: &str) -> Option<BounceClass> {
    if !matches!(phase, Phase::Recipient | Phase::Data | Phase::Dot) {
        return None;
    }
    let class = BounceClass::of("", reply);
    if class != BounceClass::Unreached {
        return Some(class);
    }
    let (code, words) = reply.split_once(' ')?;
    match status_of(words) {
        Some([5, 1, 7 | 8]) => None,
        Some([5, 1 | 2, _]) => Some(BounceClass::Unreached),
        // Without a status there is only the moment at which it was said.
        None if phase == Phase::Recipient && code == "552" => Some(BounceClass::MailboxFull),
        // 530 and 535 want us to sign in.
        None if phase == Phase::Recipient && code.starts_with('5') && !matches!(code, "530" | "535") => {
            Some(BounceClass::Unreached)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_means_what_the_table_says() {
        use Phase::{Body, Connect, Data, Dot, Recipient, Sender};
        let (failed, later, doubt) = (
            NextStep::Settle(HandOverOutcome::Failed),
            NextStep::Settle(HandOverOutcome::Later),
            NextStep::SettleAndReconnect(HandOverOutcome::InDoubt),
        );
        let reply = |text: &str| match text.split_once(' ') {
            Some((code, rest)) if code.len() == 3 => SmtpError::Refused(code.parse().expect("a code"), rest.to_owned()),
            _ => SmtpError::Lost(text.to_owned()),
        };
        for (phase, text, next) in [
            (Recipient, "550 5.1.1 no such user", failed),
            (Recipient, "550 5.1.10 null MX", failed),
            (Recipient, "552 5.2.2 mailbox full", failed),
            (Dot, "552 5.3.4 too big", failed),
            (Recipient, "450 4.2.0 greylisted", later),
            (Sender, "451 4.3.0 later", later),
            (Data, "451 4.3.0 later", later),
            (Dot, "452 4.3.1 full", later),
            (Recipient, "554 5.7.1 relay access denied", failed),
            (Dot, "554 5.7.1 refused as spam", failed),
            (Recipient, "530 5.7.0 sign in first", failed),
            (Recipient, "535 5.7.8 sign in first", failed),
            (Data, "530 5.7.57 not authenticated", failed),
            (Sender, "530 5.7.0 sign in first", NextStep::Stop),
            (Sender, "550 5.7.515 not authenticated", NextStep::Stop),
            (Sender, "550 5.1.0 who are you", NextStep::Stop),
            (Connect, "535 5.7.8 wrong password", NextStep::Stop),
            (Connect, "454 4.7.0 try later", NextStep::Slower),
            (Recipient, "421 4.7.0 too many connections", NextStep::Slower),
            (Dot, "421 4.3.2 closing", NextStep::Slower),
            (Connect, "broken", NextStep::Reconnect),
            (Sender, "broken", NextStep::Reconnect),
            (Data, "broken", NextStep::Reconnect),
            (Body, "broken", NextStep::Reconnect),
            (Dot, "broken", doubt),
        ] {
            assert_eq!(judge(phase, &reply(text)), next, "{phase:?} {text}");
        }
        assert_eq!(judge(Recipient, &SmtpError::Lacks("SMTPUTF8")), failed);
    }

    #[test]
    fn a_server_may_say_late_that_somebody_has_to_sign_in() {
        for (reply, is_so) in [
            ("530 5.7.0 Must issue a STARTTLS command first", true),
            ("535", true),
            ("554 5.7.1 <june@example.com>: Relay access denied", true),
            ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", true),
            ("550 relay not permitted", true),
            ("553 sorry, that domain isn't in my list of allowed rcpthosts; authentication required", true),
            ("550 5.7.1 Please log in first", true),
            ("450 4.7.1 relay later", false),
            ("550 5.1.1 no such user", false),
            ("550 5.7.1 Access denied", false),
            ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", false),
            ("550 5.7.134 sender not authenticated for mailbox", false),
            ("550", false),
        ] {
            assert_eq!(wants_us_to_sign_in(reply), is_so, "{reply}");
        }
    }

    #[test]
    fn a_refusal_is_about_the_address_or_something_else() {
        use Phase::{Dot, Recipient, Sender};
        for (phase, reply, class) in [
            (Recipient, "550 5.1.1 no such user", Some(BounceClass::NoMailbox)),
            (Recipient, "556 5.1.10 null MX", Some(BounceClass::NoMailbox)),
            (Dot, "550 5.1.1 no such user", Some(BounceClass::NoMailbox)),
            (Recipient, "552 5.2.2 over quota", Some(BounceClass::MailboxFull)),
            (Recipient, "452 4.2.2 over quota", Some(BounceClass::MailboxFull)),
            (Recipient, "552 mailbox is full", Some(BounceClass::MailboxFull)),
            (Recipient, "550 5.2.1 disabled", Some(BounceClass::Unreached)),
            (Recipient, "550 no such user here", Some(BounceClass::NoMailbox)),
            (Recipient, "550-5.2.1 The user is receiving mail at a rate that", Some(BounceClass::Unreached)),
            (Recipient, "450 4.1.1 user unknown", None),
            (Recipient, "450 4.2.0 greylisted", None),
            (Recipient, "554 5.7.1 not from you", None),
            (Recipient, "553 5.1.8 bad sender", None),
            (Recipient, "530 5.7.0 sign in first", None),
            (Recipient, "530 authentication required", None),
            (Recipient, "535 sign in", None),
            (Recipient, "550 go away", Some(BounceClass::Unreached)),
            (Sender, "550 5.1.1 no", None),
            (Dot, "554 5.3.4 too big", None),
            (Dot, "554 spam", None),
            (Dot, "the mail server hung up", None),
        ] {
            assert_eq!(bounce_class(phase, reply), class, "{reply}");
        }
    }
}
