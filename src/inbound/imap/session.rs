//! What is said to an IMAP server: signing in, opening a folder for reading alone, and asking for messages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imap_proto::{AttributeValue, Capability, MailboxDatum, NameAttribute, Response, ResponseCode, Status};

use super::account::ImapAccount;
use super::connection::ImapConnection;
use super::fault::{ended, not_handed_out, not_understood};
use super::folder_name::{decoded, encoded, quoted};
use super::response::ImapFrame;
use crate::error::{Error, Result};
use crate::inbound::mailbox::LONGEST;
use crate::shop::Security;
use crate::text;

/// So many responses to one command are enough, and so many that cannot be understood in a session.
const MOST_RESPONSES: usize = 2_000_000;
const MOST_GARBLED: usize = 1_000;
/// So many names of folders are listed.
const MOST_FOLDERS: usize = 30;

/// Somebody is signed in.
pub(super) struct ImapSession {
    connection: ImapConnection,
    commands: usize,
    /// How many responses could not be understood.
    pub(super) garbled: usize,
}

/// How a command ended, and the words of the server.
pub(super) struct ImapCompletion {
    pub(super) is_ok: bool,
    pub(super) words: String,
}

/// What the server says to whoever connects.
struct Greeting {
    is_signed_in: bool,
    capabilities: Vec<String>,
}

impl ImapSession {
    /// Connects, encrypts and signs in, as `[bounces]` says.
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
                return Err(Error::new("the mail server lets everybody in before anything is encrypted")
                    .hint("write `imaps://` in place of `imap+starttls://`"));
            }
            session.start_tls(&server.host)?;
            // What was said before could have come from anybody.
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
        let capabilities = frame.parse().map(|response| offered(&response)).unwrap_or_default();
        match frame.condition() {
            Some((Status::Ok, _)) => Ok(Greeting { is_signed_in: false, capabilities }),
            Some((Status::PreAuth, _)) => Ok(Greeting { is_signed_in: true, capabilities }),
            Some((Status::Bye, words)) => Err(ended(&words)),
            _ => {
                let shown = text::quote(&frame.shown());
                Err(Error::new(format!("this is no server for IMAP: it says {shown}"))
                    .hint("look at the port: 993 is usual for `imaps://`, 143 for `imap+starttls://`"))
            }
        }
    }

    fn capabilities(&mut self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let done = self.command("CAPABILITY", &mut |response| found.extend(offered(response)))?;
        if !done.is_ok || found.is_empty() {
            let words = if done.is_ok { "it does not say that it speaks IMAP4rev1" } else { done.words.as_str() };
            return Err(Error::new(format!("the mail server is of another kind: {words}"))
                .hint("ask your provider for the server for IMAP"));
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
        Err(Error::new(format!("the mail server does not let {} in: {}", text::quote(user), done.words)).hint(
            "look at the user in `server` and at the password (`password_file`, or REGULARS_IMAP_PASSWORD); many providers \
             want an app password, which you make in the settings of your account there",
        ))
    }

    /// Opens a folder so that nothing in it can change; its UIDVALIDITY, 0 when it has none.
    pub(super) fn examine(&mut self, folder: &str) -> Result<u32> {
        let mut validity = 0;
        let done = self.command(&format!("EXAMINE {}", quoted(&encoded(folder))), &mut |response| {
            if let Response::Data { outcome, .. } = response
                && let Some(ResponseCode::UidValidity(number)) = &outcome.code
            {
                validity = *number;
            }
        })?;
        if done.is_ok { Ok(validity) } else { Err(self.no_folder(folder, &done.words)) }
    }

    fn no_folder(&mut self, folder: &str, words: &str) -> Error {
        let mut names = Vec::new();
        let listed = self.command("LIST \"\" \"*\"", &mut |response| {
            if let Response::MailboxData(MailboxDatum::List(list)) = response
                && names.len() < MOST_FOLDERS * 10
                && !list.name_attributes.contains(&NameAttribute::NoSelect)
            {
                names.push(decoded(&list.name));
            }
        });
        if listed.is_err() || names.iter().any(|name| name == folder) {
            return Error::new(format!("the mail server does not open the folder {}: {words}", text::quote(folder)))
                .hint("look whether your mail program can open it, and do it again");
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
        let mut found = Vec::new();
        let done = self.command(&format!("UID FETCH {first}:* (UID)"), &mut |response| {
            if let Response::Fetch(_, attributes) = response {
                // `*` is the last message, whatever its UID.
                found.extend(attributes.iter().find_map(uid).filter(|uid| *uid >= first));
            }
        })?;
        if !done.is_ok {
            return Err(not_handed_out(&done.words));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Asks for messages, as far as they are looked at; nothing is marked as seen.
    pub(super) fn fetch(&mut self, uids: &str, each: &mut dyn FnMut(u32, &[u8])) -> Result<ImapCompletion> {
        self.command(&format!("UID FETCH {uids} (UID BODY.PEEK[]<0.{LONGEST}>)"), &mut |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let body = attributes.iter().find_map(|attribute| match attribute {
                AttributeValue::BodySection { section: None, data: Some(data), .. } => Some(data),
                _ => None,
            });
            if let (Some(uid), Some(body)) = (attributes.iter().find_map(uid), body) {
                each(uid, body);
            }
        })
    }

    /// Says goodbye; what the server answers to that matters to nobody.
    pub(super) fn quit(mut self) {
        self.commands += 1;
        let _ = self.connection.send(&format!("a{} LOGOUT", self.commands));
    }

    fn command(&mut self, line: &str, each: &mut dyn FnMut(&Response<'_>)) -> Result<ImapCompletion> {
        self.command_and(line, None, each)
    }

    /// Gives a command, and what it goes on with once the server asks for that; reads until the server is done with it.
    fn command_and(
        &mut self,
        line: &str,
        mut then: Option<&str>,
        each: &mut dyn FnMut(&Response<'_>),
    ) -> Result<ImapCompletion> {
        self.commands += 1;
        let tag = format!("a{}", self.commands);
        self.connection.send(&format!("{tag} {line}"))?;
        for _ in 0..MOST_RESPONSES {
            let frame = self.connection.receive()?;
            if let Some((status, words)) = frame.completion(&tag) {
                return Ok(ImapCompletion { is_ok: status == Status::Ok, words });
            }
            if frame.is_continuation() {
                // Without an answer to give, `*` takes the command back.
                self.connection.send(then.take().unwrap_or("*"))?;
                continue;
            }
            self.untagged(&frame, each)?;
        }
        Err(not_understood())
    }

    fn untagged(&mut self, frame: &ImapFrame, each: &mut dyn FnMut(&Response<'_>)) -> Result<()> {
        if let Some((Status::Bye, words)) = frame.condition() {
            return Err(ended(&words));
        }
        match frame.parse() {
            Some(response) => each(&response),
            // Words to people may be in any shape.
            None if frame.condition().is_some() => {}
            None => self.garbled += 1,
        }
        if self.garbled > MOST_GARBLED { Err(not_understood()) } else { Ok(()) }
    }
}

fn uid(attribute: &AttributeValue<'_>) -> Option<u32> {
    if let AttributeValue::Uid(uid) = attribute { Some(*uid) } else { None }
}

/// What a server says that it offers, in capitals.
fn offered(response: &Response<'_>) -> Vec<String> {
    let all = match response {
        Response::Capabilities(all) => all,
        Response::Data { outcome, .. } => match &outcome.code {
            Some(ResponseCode::Capabilities(all)) => all,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let name = |one: &Capability<'_>| match one {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(name) => format!("AUTH={}", name.to_uppercase()),
        Capability::Atom(name) => name.to_uppercase(),
    };
    all.iter().map(name).collect()
}

fn no_password_taken(security: Security, capabilities: &[String]) -> Error {
    let error = Error::new("the mail server takes no password here (LOGINDISABLED)");
    if security == Security::Plain {
        return error.hint("it does once the connection is encrypted: write `imaps://` or `imap+starttls://`");
    }
    let ways: Vec<&str> = capabilities.iter().filter_map(|one| one.strip_prefix("AUTH=")).collect();
    let ways = if ways.is_empty() { "nothing".to_owned() } else { text::list(&ways) };
    error.hint(format!(
        "it offers {ways}; ask your provider for an app password, or let what comes back be forwarded to a mailbox that has one"
    ))
}
