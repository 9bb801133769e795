//! A look at the mail server: whether it lets us in, and what it offers. No email goes.

use serde::Serialize;

use super::reply::SmtpError;
use super::settings::Sender;
use super::smtp_session::SmtpSession;
use crate::shop::Security;

/// What the mail server offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ServerOffer {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `tls`, `starttls` or `none`.
    pub(crate) encryption: &'static str,
    /// It can begin to encrypt.
    pub(crate) starttls: bool,
    /// Who has signed in.
    pub(crate) user: Option<String>,
    /// The ways of signing in: `PLAIN`, `LOGIN`.
    pub(crate) auth: Vec<String>,
    /// Several commands may go at once.
    pub(crate) pipelining: bool,
    /// The most bytes that an email may have, if it says so.
    pub(crate) size: Option<u64>,
    /// Bodies that are not ASCII.
    #[serde(rename = "8bitmime")]
    pub(crate) eight_bit: bool,
    /// Addresses that are not ASCII.
    pub(crate) smtputf8: bool,
}

/// Why no email would get to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerProblem {
    /// Nobody answers, or not as a mail server does.
    Silent(String),
    /// It cannot show that it is who it should be.
    Certificate(String),
    /// It does not encrypt.
    Open,
    /// It does not let us in.
    Password(String),
    /// It takes no emails from this sender.
    Refused(String),
    /// It takes none from this sender at the moment.
    NotNow(String),
}

/// Connects, signs in, says who writes, and leaves again.
///
/// # Errors
/// When no email would get to it.
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
