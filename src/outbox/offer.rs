//! Checks the mail server: whether it accepts our login, and its capabilities. No email is sent.

use serde::Serialize;

use super::reply::SmtpError;
use super::settings::Sender;
use super::smtp_session::SmtpSession;
use crate::shop::Security;

/// The capabilities of the mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ServerOffer {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `tls`, `starttls` or `none`.
    pub(crate) encryption: &'static str,
    /// It supports STARTTLS.
    pub(crate) starttls: bool,
    /// The user that signed in.
    pub(crate) user: Option<String>,
    /// The authentication methods: `PLAIN`, `LOGIN`.
    pub(crate) auth: Vec<String>,
    /// It accepts several commands at once.
    pub(crate) pipelining: bool,
    /// The largest email in bytes, if announced.
    pub(crate) size: Option<u64>,
    /// Non-ASCII bodies.
    #[serde(rename = "8bitmime")]
    pub(crate) eight_bit: bool,
    /// Non-ASCII addresses.
    pub(crate) smtputf8: bool,
}

/// Why emails cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerProblem {
    /// No reply, or not one of a mail server.
    Silent(String),
    /// It cannot prove its identity.
    Certificate(String),
    /// It does not encrypt.
    Open,
    /// It rejects the login.
    Password(String),
    /// It rejects this sender.
    Refused(String),
    /// It temporarily rejects this sender.
    NotNow(String),
}

/// Connects, signs in, announces the sender, and disconnects.
///
/// # Errors
/// When emails cannot be sent.
pub(crate) fn look(sender: &Sender) -> Result<ServerOffer, ServerProblem> {
    let server = &sender.server;
    let mut session =
        SmtpSession::connect(server, sender.timeouts.at_most_half_a_minute()).map_err(|fault| match fault {
            SmtpError::Lost(why) if why.contains("certificate") => ServerProblem::Certificate(why),
            SmtpError::Lost(why) if why.contains("STARTTLS") => ServerProblem::Open,
            fault => ServerProblem::Silent(fault.text()),
        })?;
    let auth = session.offered("AUTH").unwrap_or_default().to_owned();
    session.sign_in(server, sender.password.as_deref()).map_err(|fault| ServerProblem::Password(fault.text()))?;
    let tried = session.try_sender(&sender.from);
    let has = |key: &str| session.offered(key).is_some();
    let offer = ServerOffer {
        host: server.host.clone(),
        port: server.port,
        encryption: match server.security {
            Security::Tls => "tls",
            Security::StartTls => "starttls",
            Security::Plain => "none",
        },
        starttls: server.security == Security::StartTls || has("STARTTLS"),
        user: server.user.clone(),
        auth: auth.split_whitespace().map(str::to_owned).collect(),
        pipelining: has("PIPELINING"),
        size: session.offered("SIZE").and_then(|size| size.parse().ok()).filter(|size| *size > 0),
        eight_bit: has("8BITMIME"),
        smtputf8: has("SMTPUTF8"),
    };
    match tried {
        Err(fault @ (SmtpError::Refused(500.., _) | SmtpError::Lacks(_))) => Err(ServerProblem::Refused(fault.text())),
        Err(fault) => Err(ServerProblem::NotNow(fault.text())),
        Ok(()) => {
            session.quit();
            Ok(offer)
        }
    }
}
