//! The IMAP dialog: signing in, opening a folder read-only, and fetching messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::account::ImapAccount;
use super::connection::ImapConnection;
use super::fault::{ended, not_handed_out, not_understood};
use super::folder_name::{encoded, quoted};
use super::response::{ImapFrame, ImapResponse, ImapStatus, capitals, code};
use crate::error::{Error, Result};
use crate::inbound::mailbox::LONGEST;
use crate::shop::Security;
use crate::text;

/// Limits of responses to one command, of unsolicited ones among them, and of broken ones in a session.
const MOST_RESPONSES: usize = 5_000_000;
const MOST_OTHERS: usize = 100_000;
const MOST_GARBLED: usize = 1_000;
/// At most this many folder names are listed.
const MOST_FOLDERS: usize = 30;

/// A connection on which the user is signed in.
pub(super) struct ImapSession {
    connection: ImapConnection,
    commands: usize,
    /// How many responses could not be parsed.
    pub(super) garbled: usize,
}

/// The result of a command, and the text of the server.
pub(super) struct ImapCompletion {
    pub(super) is_ok: bool,
    pub(super) words: String,
}

/// The server's first response.
struct Greeting {
    is_signed_in: bool,
    capabilities: Vec<String>,
}

impl ImapSession {
    /// Connects, encrypts and signs in, with the settings of `[bounces]`.
    pub(super) fn open(account: &ImapAccount) -> Result<Self> {
        let server = &account.server;
        let connection = ImapConnection::open(server, account.timeout)?;
        let mut session = Self { connection, commands: 0, garbled: 0 };
        if server.security == Security::Tls {
            session.connection.encrypt(&server.host)?;
        }
        let Greeting { is_signed_in, mut capabilities } = session.greeting()?;
        if server.security == Security::StartTls {
            if is_signed_in {
                return Err(Error::new("the mail server lets anyone in before anything is encrypted")
                    .hint("write `imaps://` in place of `imap+starttls://`"));
            }
            session.start_tls(&server.host)?;
            // Anything received before encryption could have come from anyone.
            capabilities.clear();
        }
        if capabilities.is_empty() {
            capabilities = session.capabilities()?;
        }
        if !is_signed_in {
            session.sign_in(account, &capabilities)?;
        }
        Ok(session)
    }

    fn greeting(&mut self) -> Result<Greeting> {
        let frame = self.connection.receive()?;
        let (status, words) = match frame.parse() {
            Some(ImapResponse::Condition(status, words)) => (status, words),
            _ => (ImapStatus::Bad, String::new()),
        };
        let capabilities = code(&words, "CAPABILITY").map(|all| capitals(all.as_bytes())).unwrap_or_default();
        match status {
            ImapStatus::Ok => Ok(Greeting { is_signed_in: false, capabilities }),
            ImapStatus::PreAuth => Ok(Greeting { is_signed_in: true, capabilities }),
            ImapStatus::Bye => Err(ended(&words)),
            _ => {
                let shown = text::quote(&frame.shown());
                Err(Error::new(format!("this is not an IMAP server: it answers {shown}"))
                    .hint("check the port: 993 is usual for `imaps://`, 143 for `imap+starttls://`"))
            }
        }
    }

    fn capabilities(&mut self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let done = self.command("CAPABILITY", &mut |response| {
            if let ImapResponse::Capabilities(all) = response {
                found = all;
            }
        })?;
        if !done.is_ok || !found.iter().any(|one| one == "IMAP4REV1") {
            let words = if done.is_ok { "it does not offer IMAP4rev1" } else { done.words.as_str() };
            return Err(Error::new(format!("the mail server is of another kind: {words}"))
                .hint("ask your provider for the IMAP server"));
        }
        Ok(found)
    }

    fn start_tls(&mut self, host: &str) -> Result<()> {
        let done = self.command("STARTTLS", &mut |_| {})?;
        if !done.is_ok {
            return Err(Error::new(format!("the mail server does not encrypt (no STARTTLS): {}", done.words))
                .hint("most servers do on port 993: write `imaps://` in place of `imap+starttls://`"));
        }
        self.connection.encrypt(host)
    }

    fn sign_in(&mut self, account: &ImapAccount, capabilities: &[String]) -> Result<()> {
        let has = |name: &str| capabilities.iter().any(|one| one == name);
        let (user, password) = (&account.user, &account.password);
        let done = if has("AUTH=PLAIN") {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            self.command_and("AUTHENTICATE PLAIN", Some(&secret), &mut |_| {})?
        } else if has("LOGINDISABLED") || format!("{user}{password}").contains(['\r', '\n', '\0']) {
            return Err(no_password_taken(account.server.security, capabilities));
        } else {
            self.command(&format!("LOGIN {} {}", quoted(user), quoted(password)), &mut |_| {})?
        };
        if done.is_ok {
            return Ok(());
        }
        Err(Error::new(format!("the mail server rejects the sign-in of {}: {}", text::quote(user), done.words)).hint(
            "check the user in `server` and the password (`password_file`, or REGULARS_IMAP_PASSWORD); many providers require an app password, which you make in the settings of your account there",
        ))
    }

    /// Opens a folder read-only; returns its UIDVALIDITY, 0 when it has none.
    pub(super) fn examine(&mut self, folder: &str) -> Result<u32> {
        let mut validity = 0;
        let done = self.command(&format!("EXAMINE {}", quoted(&encoded(folder))), &mut |response| {
            if let ImapResponse::Condition(_, words) = response
                && let Some(number) = code(&words, "UIDVALIDITY").and_then(|digits| digits.trim().parse().ok())
            {
                validity = number;
            }
        })?;
        if done.is_ok { Ok(validity) } else { Err(self.no_folder(folder, &done.words)) }
    }

    fn no_folder(&mut self, folder: &str, words: &str) -> Error {
        let mut names = Vec::new();
        let listed = self.command("LIST \"\" \"*\"", &mut |response| {
            if let ImapResponse::Folder(name) = response
                && names.len() < MOST_FOLDERS * 10
            {
                names.push(name);
            }
        });
        if listed.is_err() || names.iter().any(|name| name == folder) {
            return Error::new(format!("the mail server does not open the folder {}: {words}", text::quote(folder)))
                .hint("check whether your mail program can open it, and try again");
        }
        names.sort();
        let quoted: Vec<String> = names.iter().map(|name| text::quote(name)).collect();
        Error::new(format!("there is no folder {} in this mailbox", text::quote(folder))).hint(format!(
            "its folders are {}; name one of them as `folder` under `[bounces]`",
            text::first_few(&quoted, MOST_FOLDERS)
        ))
    }

    /// The UIDs of a folder from one on.
    pub(super) fn uids_from(&mut self, first: u32) -> Result<Vec<u32>> {
        let mut found = self.uids(&format!("{first}:*"))?;
        // `*` is the last message, whatever its UID.
        found.retain(|uid| *uid >= first);
        Ok(found)
    }

    /// Those of a set of UIDs that exist.
    pub(super) fn uids(&mut self, set: &str) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let done = self.command(&format!("UID FETCH {set} (UID)"), &mut |response| {
            if let ImapResponse::Message { uid, .. } = response {
                found.push(uid);
            }
        })?;
        if !done.is_ok {
            return Err(not_handed_out(&done.words));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Fetches messages, up to the size that is read; nothing is marked as seen.
    pub(super) fn fetch(&mut self, uids: &str, each: &mut dyn FnMut(u32, &[u8])) -> Result<ImapCompletion> {
        self.command(&format!("UID FETCH {uids} (UID BODY.PEEK[]<0.{LONGEST}>)"), &mut |response| {
            if let ImapResponse::Message { uid, body: Some(body) } = response {
                each(uid, body);
            }
        })
    }

    /// Logs out, without waiting for the response.
    pub(super) fn quit(mut self) {
        self.commands += 1;
        let _ = self.connection.send(&format!("a{} LOGOUT", self.commands));
    }

    fn command(&mut self, line: &str, each: &mut dyn FnMut(ImapResponse<'_>)) -> Result<ImapCompletion> {
        self.command_and(line, None, each)
    }

    /// Sends a command, and its continuation once the server asks for it; reads until the command is completed.
    fn command_and(
        &mut self,
        line: &str,
        mut then: Option<&str>,
        each: &mut dyn FnMut(ImapResponse<'_>),
    ) -> Result<ImapCompletion> {
        self.commands += 1;
        let tag = format!("a{}", self.commands);
        self.connection.send(&format!("{tag} {line}"))?;
        let mut others = 0;
        for _ in 0..MOST_RESPONSES {
            let frame = self.connection.receive()?;
            if let Some((status, words)) = frame.completion(&tag) {
                return Ok(ImapCompletion { is_ok: status == ImapStatus::Ok, words });
            }
            if frame.is_continuation() {
                // Without a continuation, `*` cancels the command.
                self.connection.send(then.take().unwrap_or("*"))?;
                continue;
            }
            self.untagged(&frame, &mut others, each)?;
        }
        Err(not_understood())
    }

    fn untagged(
        &mut self,
        frame: &ImapFrame,
        others: &mut usize,
        each: &mut dyn FnMut(ImapResponse<'_>),
    ) -> Result<()> {
        match frame.parse() {
            Some(ImapResponse::Condition(ImapStatus::Bye, words)) => return Err(ended(&words)),
            Some(ImapResponse::Other) => *others += 1,
            Some(response) => each(response),
            None => self.garbled += 1,
        }
        if self.garbled > MOST_GARBLED || *others > MOST_OTHERS { Err(not_understood()) } else { Ok(()) }
    }
}

fn no_password_taken(security: Security, capabilities: &[String]) -> Error {
    let error = Error::new("the mail server accepts no password here (LOGINDISABLED)");
    if security == Security::Plain {
        return error.hint("it does once the connection is encrypted: write `imaps://` or `imap+starttls://`");
    }
    let methods: Vec<&str> = capabilities.iter().filter_map(|one| one.strip_prefix("AUTH=")).collect();
    let methods = if methods.is_empty() { "nothing".to_owned() } else { text::list(&methods) };
    error.hint(format!(
        "it offers {methods}; ask your provider for an app password, or have returned mail forwarded to a mailbox that has one"
    ))
}
