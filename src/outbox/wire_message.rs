//! A message in its SMTP form.

/// A message as sent over SMTP: dots at the beginning of lines doubled, followed by the final dot.
#[derive(Debug)]
pub(super) struct WireMessage {
    wire: String,
    is_ascii: bool,
}

impl WireMessage {
    /// From complete lines, or with a last line without an ending.
    pub(super) fn of(mut text: String) -> Self {
        let is_ascii = text.is_ascii();
        let mut dots = memchr::memmem::find_iter(text.as_bytes(), b"\r\n.").map(|at| at + 2).peekable();
        if text.starts_with('.') || dots.peek().is_some() {
            let mut stuffed = String::with_capacity(text.len() + 64);
            stuffed.push_str(if text.starts_with('.') { "." } else { "" });
            let mut copied = 0;
            for at in dots {
                stuffed.push_str(&text[copied..at]);
                stuffed.push('.');
                copied = at;
            }
            stuffed.push_str(&text[copied..]);
            text = stuffed;
        }
        text.push_str(if text.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" });
        Self { is_ascii, wire: text }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.wire.as_bytes()
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.is_ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_message_ends_it() {
        for (body, wire) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.\r\n.\r\nb\r\n..c\r\n", "a\r\n..\r\n..\r\nb\r\n...c\r\n.\r\n"),
        ] {
            assert_eq!(WireMessage::of(body.to_owned()).wire, wire);
        }
    }
}
