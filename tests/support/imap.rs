//! An IMAP server on this machine, for `june` with the password `tea`; it misbehaves on request.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Ways of misbehaving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Good,
    /// It accepts no password.
    NoPasswords,
    /// Every client is signed in.
    OpenDoor,
    /// It reports changes by other clients between the messages.
    Busy,
    /// It does not cut messages to the requested length.
    Whole,
    /// It ends the session instead of sending the message with this UID.
    Goodbye(u32),
    /// It closes the connection in the middle of the message with this UID.
    HangUp(u32),
    /// It stops responding instead of sending the message with this UID.
    Silent(u32),
    /// It sends single bytes slowly instead of the message with this UID.
    Drip(u32),
    /// It is slow with each message.
    Slow,
    /// It rejects a command that includes this UID.
    Refuse(u32),
    /// It rejects every fetch.
    RefuseAll,
    /// An unintelligible response instead of the message with this UID.
    Garble(u32),
    /// The message with this UID is NIL.
    Nil(u32),
    /// The message with this UID is deleted just before.
    Gone(u32),
    /// Everything it sends is noise.
    Noise,
    /// A line that never ends.
    EndlessLine,
    /// Infinitely nested lists.
    Deep,
    /// A literal of four gigabytes, with less content.
    HugeLiteral,
    /// Endless unsolicited responses.
    Chatter,
    /// It has no UIDVALIDITY.
    NoValidity,
    /// It greets with BYE.
    Closed,
}

#[derive(Debug, Default)]
struct Folder {
    validity: u32,
    next: u32,
    messages: BTreeMap<u32, Arc<[u8]>>,
}

#[derive(Debug, Default)]
struct State {
    folders: BTreeMap<String, Folder>,
    mood: Mood,
    said: Vec<String>,
}

/// The running server; it ends with the test's process.
#[derive(Debug)]
pub struct Imap {
    /// Its port.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Imap {
    /// One with an empty INBOX.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || drop(Visit { stream, state, folder: String::new() }.serve()));
            }
        });
        let imap = Self { port, state };
        imap.folder("INBOX", 7);
        imap
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A folder, by its name in the protocol; its messages are lost when its UIDVALIDITY changes.
    pub fn folder(&self, name: &str, validity: u32) {
        self.state().folders.insert(name.to_owned(), Folder { validity, next: 1, messages: BTreeMap::new() });
    }

    /// Puts a message into INBOX; returns its UID.
    pub fn deliver(&self, message: impl AsRef<[u8]>) -> u32 {
        self.deliver_to("INBOX", message)
    }

    /// Puts a message into a folder; returns its UID. Lines end as in the protocol.
    pub fn deliver_to(&self, folder: &str, message: impl AsRef<[u8]>) -> u32 {
        let mut wire = Vec::with_capacity(message.as_ref().len() + 64);
        for byte in message.as_ref() {
            if *byte == b'\n' && !wire.ends_with(b"\r") {
                wire.push(b'\r');
            }
            wire.push(*byte);
        }
        self.deliver_shared(folder, wire.into())
    }

    /// The same for shared bytes.
    pub fn deliver_shared(&self, folder: &str, message: Arc<[u8]>) -> u32 {
        let mut state = self.state();
        let folder = state.folders.get_mut(folder).unwrap();
        let uid = folder.next;
        folder.messages.insert(uid, message);
        folder.next += 1;
        uid
    }

    /// Deletes a message from INBOX.
    pub fn remove(&self, uid: u32) {
        self.state().folders.get_mut("INBOX").unwrap().messages.remove(&uid);
    }

    /// The next message of INBOX gets this UID.
    pub fn next_uid(&self, uid: u32) {
        self.state().folders.get_mut("INBOX").unwrap().next = uid;
    }

    /// From the next command on.
    pub fn mood(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// The commands received since the last call, without their tags.
    pub fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.state().said)
    }
}

/// One connection.
struct Visit {
    stream: TcpStream,
    state: Arc<Mutex<State>>,
    folder: String,
}

type Talk = std::io::Result<()>;

impl Visit {
    fn say(&mut self, text: &str) -> Talk {
        self.stream.write_all(format!("{text}\r\n").as_bytes())
    }

    fn mood(&self) -> Mood {
        self.state.lock().unwrap().mood
    }

    fn serve(mut self) -> Talk {
        let mut lines = BufReader::new(self.stream.try_clone()?);
        self.stream.set_nodelay(true)?;
        match self.mood() {
            Mood::Noise => return self.say("220 mail.example ESMTP"),
            Mood::EndlessLine => loop {
                self.stream.write_all(&[b'x'; 4096])?;
            },
            Mood::Closed => return self.say("* BYE too many visitors"),
            Mood::OpenDoor => self.say("* PREAUTH [CAPABILITY IMAP4rev1] come in")?,
            Mood::NoPasswords => self.say("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2] here")?,
            _ => self.say("* OK here (is) {5}")?,
        }
        let mut line = String::new();
        while {
            line.clear();
            lines.read_line(&mut line)?
        } > 0
        {
            let typed = line.trim_end().to_owned();
            let (tag, command) = typed.split_once(' ').unwrap_or((&typed, ""));
            self.state.lock().unwrap().said.push(command.to_owned());
            let word = command.split(' ').next().unwrap_or_default();
            match word {
                "CAPABILITY" => {
                    self.say("* CAPABILITY IMAP4rev1 IDLE")?;
                    self.say(&format!("{tag} OK done"))?;
                }
                "LOGIN" if command == r#"LOGIN "june" "tea""# => self.say(&format!("{tag} OK welcome"))?,
                "LOGIN" => self.say(&format!("{tag} NO [AUTHENTICATIONFAILED] nicht zuzuordnen: é"))?,
                "EXAMINE" => self.examine(tag, command)?,
                "LIST" => {
                    let names: Vec<String> = self.state.lock().unwrap().folders.keys().cloned().collect();
                    for name in names {
                        self.say(&format!("* LIST (\\HasNoChildren) \"/\" \"{name}\""))?;
                    }
                    self.say("* LIST (\\Noselect) \"/\" \"[Gmail]\"")?;
                    self.say(&format!("{tag} OK done"))?;
                }
                "UID" => self.fetch(tag, command)?,
                "LOGOUT" => {
                    self.say("* BYE")?;
                    return self.say(&format!("{tag} OK"));
                }
                _ => self.say(&format!("{tag} BAD what"))?,
            }
        }
        Ok(())
    }

    fn examine(&mut self, tag: &str, command: &str) -> Talk {
        self.folder = command.trim_start_matches("EXAMINE ").trim_matches('"').to_owned();
        let found = self.state.lock().unwrap().folders.get(&self.folder).map(|one| (one.messages.len(), one.validity));
        let Some((count, validity)) = found else {
            return self.say(&format!("{tag} NO [NONEXISTENT] no such folder"));
        };
        self.say("* FLAGS (\\Answered \\Seen \\*)")?;
        self.say(&format!("* {count} EXISTS"))?;
        if self.mood() != Mood::NoValidity {
            self.say(&format!("* OK [UIDVALIDITY {validity}]é"))?;
            self.say(&format!("* OK [UIDVALIDITY {validity}] UIDs are valid"))?;
        }
        match self.mood() {
            Mood::Deep => self.say(&format!("* 1 FETCH (BODYSTRUCTURE {}", "(".repeat(60_000)))?,
            Mood::HugeLiteral => {
                self.say("* 1 FETCH (BODY[] {4294967295}")?;
                for _ in 0..2_000 {
                    self.stream.write_all(&vec![b'x'; 65_536])?;
                }
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            Mood::Chatter => loop {
                self.stream.write_all("* 9 WHAT is that\r\n".repeat(100).as_bytes())?;
            },
            _ => {}
        }
        self.say(&format!("{tag} OK [READ-ONLY] done"))
    }

    /// `UID FETCH set (UID)`, or with the beginning of the message.
    fn fetch(&mut self, tag: &str, command: &str) -> Talk {
        let set = command.split(' ').nth(2).unwrap_or_default();
        let most: Option<usize> = command
            .split_once("BODY.PEEK[]<0.")
            .map(|(_, rest)| rest.trim_end_matches([')', '>']).parse().expect("a length"));
        let (all, mood) = {
            let state = self.state.lock().unwrap();
            (state.folders[&self.folder].messages.clone(), state.mood)
        };
        let last = all.keys().last().copied().unwrap_or_default();
        let number = |text: &str| if text == "*" { last } else { text.parse().expect("a number") };
        let wanted = |uid: u32| {
            set.split(',').any(|part| {
                let (a, b) = part.split_once(':').unwrap_or((part, part));
                let (a, b) = (number(a), number(b));
                (a.min(b)..=a.max(b)).contains(&uid)
            })
        };
        let chosen: Vec<(usize, u32, Arc<[u8]>)> = all
            .into_iter()
            .enumerate()
            .filter(|(_, (uid, _))| wanted(*uid))
            .map(|(at, (uid, message))| (at + 1, uid, message))
            .collect();
        let Some(most) = most else {
            for (at, uid, _) in chosen {
                self.say(&format!("* {at} FETCH (UID {uid})"))?;
            }
            return self.say(&format!("{tag} OK done"));
        };
        for (at, uid, message) in chosen {
            if mood == Mood::Busy {
                self.say(&format!("* {} EXISTS\r\n* {at} FETCH (FLAGS (\\Seen) UID {uid})\r\n* 1 RECENT", 900 + at))?;
                self.say("* 901 EXPUNGE\r\n* OK [ALERT] the disk is nearly full\r\n* OK still here")?;
            }
            if mood == Mood::Slow {
                std::thread::sleep(Duration::from_millis(10));
            }
            if mood == Mood::RefuseAll || mood == Mood::Refuse(uid) {
                return self.say(&format!("{tag} NO [SERVERBUG] it is broken"));
            }
            if mood == Mood::Goodbye(uid) {
                return self.say("* BYE the machine goes down");
            }
            let size = if mood == Mood::Whole { message.len() } else { message.len().min(most) };
            if mood == Mood::Nil(uid) {
                self.say(&format!("* {at} FETCH (UID {uid} BODY[]<0> NIL)"))?;
                continue;
            }
            if mood == Mood::Gone(uid) {
                self.state.lock().unwrap().folders.get_mut(&self.folder).unwrap().messages.remove(&uid);
                self.say("* 1 EXPUNGE")?;
                continue;
            }
            if mood == Mood::Garble(uid) {
                self.say(&format!("* {at} FETCH (UID {uid} BODY[]<0> ((((((((((x))))))))))"))?;
                continue;
            }
            self.stream.write_all(format!("* {at} FETCH (UID {uid} BODY[]<0> {{{size}}}\r\n").as_bytes())?;
            match mood {
                Mood::HangUp(wrong) if wrong == uid => {
                    self.stream.write_all(&message[..size / 2])?;
                    return Err(std::io::ErrorKind::BrokenPipe.into());
                }
                Mood::Silent(wrong) if wrong == uid => std::thread::sleep(Duration::from_secs(600)),
                Mood::Drip(wrong) if wrong == uid => {
                    for byte in message.iter() {
                        self.stream.write_all(&[*byte])?;
                        std::thread::sleep(Duration::from_millis(200));
                    }
                }
                _ => {}
            }
            self.stream.write_all(&message[..size])?;
            self.say(" FLAGS ())")?;
        }
        self.say(&format!("{tag} OK done"))
    }
}
