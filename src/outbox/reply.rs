//! What an answer of the mail server means for the email, and for all the others.

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
    /// The body and its dot were on their way.
    Dot,
}

/// What went wrong with the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It said no: the code, and its words.
    Refused(u16, String),
    /// It said nothing, or nothing that can be understood: the connection is of no use any more.
    Lost(String),
}

impl Fault {
    /// As it is kept and shown: `550 5.1.1 no such user`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Refused(code, text) => format!("{code} {text}").trim().to_owned(),
            Self::Lost(text) => text.clone(),
        }
    }
}

/// What became of an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
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
    /// Its number in the outbox.
    pub(crate) id: i64,
    pub(crate) outcome: Outcome,
    pub(crate) reply: String,
    /// What the refusal says about the address.
    pub(crate) blame: Option<Blame>,
}

/// What a refusal says about the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// There is no such mailbox: the address gets no email any more.
    NoMailbox,
    /// The mailbox is full.
    Full,
    /// The email did not reach it this time.
    Unreached,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Settle this email so, and go on with the same connection.
    Settle(Outcome),
    /// Leave this email where it is, and go on with the next.
    Skip,
    /// Settle this email so, and go on with a new connection.
    SettleAndReconnect(Outcome),
    /// Settle this email so and stop the run: the others would fare no better.
    SettleAndStop(Outcome),
    /// Stop the run; this email was not to blame.
    Stop,
    /// The server wants less of us: a new connection, later and slower.
    Slower,
    /// The connection broke off before anything was handed over: a new one.
    Reconnect,
}

/// The table of outcomes.
pub(super) fn judge(phase: Phase, fault: &Fault) -> Next {
    match (phase, fault) {
        (Phase::Dot, Fault::Lost(_)) => Next::SettleAndReconnect(Outcome::InDoubt),
        (_, Fault::Lost(_)) => Next::Reconnect,
        (_, Fault::Refused(421, _)) | (Phase::Connect, Fault::Refused(400..500, _)) => Next::Slower,
        (_, Fault::Refused(400..500, _)) => Next::Settle(Outcome::Later),
        (Phase::Connect | Phase::Sender, Fault::Refused(..)) => Next::Stop,
        (_, Fault::Refused(code, text)) if matches!(code, 530 | 535) || text.starts_with("5.7.") => {
            Next::SettleAndStop(Outcome::Failed)
        }
        (_, Fault::Refused(..)) => Next::Settle(Outcome::Failed),
    }
}

/// What a reply such as `550 5.1.1 no such user` says about the address; nothing when it is about the message, the sender or
/// the server.
pub(super) fn blame(phase: Phase, reply: &str) -> Option<Blame> {
    if !matches!(phase, Phase::Recipient | Phase::Data | Phase::Dot) {
        return None;
    }
    let (code, words) = reply.split_once(' ')?;
    let mut status = words.split_whitespace().next().unwrap_or_default().split('.');
    match (status.next(), status.next(), status.next()) {
        (Some("5"), Some("1"), Some("1" | "10")) => Some(Blame::NoMailbox),
        (Some("4" | "5"), Some("2"), Some("2")) => Some(Blame::Full),
        (Some("5"), Some("1"), Some("7" | "8")) => None,
        (Some("5"), Some("1" | "2"), Some(_)) => Some(Blame::Unreached),
        (Some("4" | "5"), Some(_), Some(_)) => None,
        // Without a status there is only the moment at which it was said.
        _ if phase == Phase::Recipient && code == "552" => Some(Blame::Full),
        _ if phase == Phase::Recipient && code.starts_with('5') => Some(Blame::Unreached),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_means_what_the_table_says() {
        use Phase::{Connect, Data, Dot, Recipient, Sender};
        let (failed, later, doubt) =
            (Next::Settle(Outcome::Failed), Next::Settle(Outcome::Later), Next::SettleAndReconnect(Outcome::InDoubt));
        let reply = |text: &str| match text.split_once(' ') {
            Some((code, rest)) if code.len() == 3 => Fault::Refused(code.parse().expect("a code"), rest.to_owned()),
            _ => Fault::Lost(text.to_owned()),
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
            (Recipient, "554 5.7.1 relay access denied", Next::SettleAndStop(Outcome::Failed)),
            (Dot, "554 5.7.1 refused as spam", Next::SettleAndStop(Outcome::Failed)),
            (Recipient, "530 5.7.0 sign in first", Next::SettleAndStop(Outcome::Failed)),
            (Sender, "550 5.7.515 not authenticated", Next::Stop),
            (Sender, "550 5.1.0 who are you", Next::Stop),
            (Connect, "535 5.7.8 wrong password", Next::Stop),
            (Connect, "454 4.7.0 try later", Next::Slower),
            (Recipient, "421 4.7.0 too many connections", Next::Slower),
            (Dot, "421 4.3.2 closing", Next::Slower),
            (Connect, "broken", Next::Reconnect),
            (Sender, "broken", Next::Reconnect),
            (Data, "broken", Next::Reconnect),
            (Dot, "broken", doubt),
        ] {
            assert_eq!(judge(phase, &reply(text)), next, "{phase:?} {text}");
        }
    }

    #[test]
    fn a_refusal_blames_the_address_or_something_else() {
        use Phase::{Dot, Recipient, Sender};
        for (phase, reply, blamed) in [
            (Recipient, "550 5.1.1 no such user", Some(Blame::NoMailbox)),
            (Recipient, "556 5.1.10 null MX", Some(Blame::NoMailbox)),
            (Dot, "550 5.1.1 no such user", Some(Blame::NoMailbox)),
            (Recipient, "552 5.2.2 over quota", Some(Blame::Full)),
            (Recipient, "452 4.2.2 over quota", Some(Blame::Full)),
            (Recipient, "552 mailbox is full", Some(Blame::Full)),
            (Recipient, "550 5.2.1 disabled", Some(Blame::Unreached)),
            (Recipient, "550 no such user here", Some(Blame::Unreached)),
            (Recipient, "450 4.2.0 greylisted", None),
            (Recipient, "554 5.7.1 not from you", None),
            (Recipient, "553 5.1.8 bad sender", None),
            (Sender, "550 5.1.1 no", None),
            (Dot, "554 5.3.4 too big", None),
            (Dot, "554 spam", None),
            (Dot, "the mail server hung up", None),
        ] {
            assert_eq!(blame(phase, reply), blamed, "{reply}");
        }
    }
}
