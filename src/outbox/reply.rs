//! What a reply of the mail server means for the email, and for all others.

use crate::domain::{BounceClass, OutboxId, status_of};
use crate::mail_stream::StreamFault;

/// How far an email had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connecting, encrypting, signing in.
    Connect,
    /// `MAIL`: the sender.
    Sender,
    /// `RCPT`: the recipient.
    Recipient,
    /// `DATA`, up to the server's permission to continue.
    Data,
    /// The body has been started, but not its end.
    Body,
    /// The body and its final dot were being sent.
    Dot,
}

/// An error of the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SmtpError {
    /// A rejection: the code, and its text.
    Refused(u16, String),
    /// It does not support an extension that this email needs.
    Lacks(&'static str),
    /// No valid reply: the connection is unusable.
    Lost(String),
}

impl From<StreamFault> for SmtpError {
    fn from(fault: StreamFault) -> Self {
        Self::Lost(fault.to_string())
    }
}

impl SmtpError {
    /// The stored and displayed form: `550 5.1.1 no such user`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Refused(code, text) => format!("{code} {text}").trim().to_owned(),
            Self::Lacks(extension) => format!("this address needs {extension}, which the mail server does not offer"),
            Self::Lost(text) => text.clone(),
        }
    }
}

/// The outcome of an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandOverOutcome {
    /// The mail server has accepted it.
    Sent,
    /// It will not be accepted.
    Failed,
    /// To be tried again after a while.
    Later,
    /// Unknown.
    InDoubt,
}

/// An email and its outcome.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) id: OutboxId,
    pub(super) outcome: HandOverOutcome,
    pub(super) reply: String,
    /// What the rejection means for the address.
    pub(super) bounce: Option<BounceClass>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Settle this email, and continue with the same connection.
    Settle(HandOverOutcome),
    /// Leave this email as it is, and continue with the next.
    Skip,
    /// Settle this email, and continue with a new connection.
    SettleAndReconnect(HandOverOutcome),
    /// Stop the run; this email is not the reason.
    Stop,
    /// The server asks for less: a new connection, later and slower.
    Slower,
    /// The connection broke before anything was sent: open a new one.
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

/// What similar rejections share: the phase, the code and the status. None for a rejection about the mailbox.
pub(super) type RefusalKind = (Phase, String);

/// The kind of a permanent rejection; a list may have many dead mailboxes, which does not mean that we are rejected.
pub(super) fn refusal_kind(phase: Phase, reply: &str) -> Option<RefusalKind> {
    let (code, words) = reply.split_once(' ')?;
    let is_ours = code.starts_with('5') && BounceClass::of("", reply) == BounceClass::Unreached;
    let status = words.split_whitespace().next().filter(|word| status_of(word).is_some()).unwrap_or_default();
    is_ours.then(|| (phase, format!("{code} {status}")))
}

/// Whether a reply such as `554 5.7.1 Relay access denied` is the one to clients that have not signed in, for any
/// recipient. 5.7.133 and similar codes mean a mailbox that accepts emails only from some people.
pub(super) fn wants_us_to_sign_in(reply: &str) -> bool {
    const WORDS: [&str; 4] = ["relay", "authenticat", "sign in", "log in"];
    let Some((code, words)) = reply.split_once(' ') else { return matches!(reply, "530" | "535") };
    let words = words.to_lowercase();
    let is_of_all = code.starts_with('5') && !words.starts_with("5.7.13");
    matches!(code, "530" | "535") || is_of_all && WORDS.iter().any(|word| words.contains(word))
}

/// What a reply such as `550 5.1.1 no such user` means for the address; none when it is about the message, the sender
/// or the server.
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
        // Without a status there is only the phase.
        None if phase == Phase::Recipient && code == "552" => Some(BounceClass::MailboxFull),
        // 530 and 535 require us to sign in.
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
            (Dot, "the mail server closed the connection", None),
        ] {
            assert_eq!(bounce_class(phase, reply), class, "{reply}");
        }
    }
}
