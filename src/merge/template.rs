//! A template as its file has it: a TOML head between `+++` lines, then Markdown with merge fields.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::shop::{line_of, read_toml};

/// One letter template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    /// The file's name in letter-templates/.
    pub(crate) file: String,
    /// What the head says.
    pub(crate) head: Head,
    /// The head as it is written.
    pub(crate) head_text: String,
    /// The text under the head.
    pub(crate) body: String,
    /// How many lines of the file come before the text.
    pub(crate) body_starts: usize,
}

/// The head of a template; every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    /// `letter` or `a4`; the shop's country decides when it is not given.
    pub(crate) paper: Option<String>,
    /// The envelope's window: none, us-10, dl-uk, din-5008-a, din-5008-b.
    pub(crate) window: Option<String>,
    /// The family of the text, if not the one that comes with the program.
    pub(crate) font: Option<String>,
    /// The size of the text in points.
    pub(crate) size: Option<f32>,
    /// BCP 47, such as `en-US`: decides how words are divided.
    pub(crate) language: Option<String>,
    /// The letterhead, an image beside the template.
    pub(crate) logo: Option<String>,
    /// The signature, an image beside the template.
    pub(crate) signature: Option<String>,
    /// Who signs.
    pub(crate) signer: Option<String>,
    /// The subject line of an email; it may have merge fields.
    pub(crate) subject: Option<String>,
    /// The date of the letter as it is to be printed, instead of the campaign's.
    pub(crate) date: Option<String>,
}

impl Template {
    /// Reads the text of the file called `file`.
    ///
    /// # Errors
    /// When the head is not closed or has a fault.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self> {
        let text = text.replace("\r\n", "\n");
        let mut head = Head::default();
        let (mut body, mut body_starts, mut written) = (text.as_str(), 0, "");
        if let Some(rest) = text.strip_prefix("+++\n") {
            let (head_text, after) = match rest.strip_prefix("+++") {
                Some(after) => ("", after),
                None => rest.split_once("\n+++").ok_or_else(|| {
                    Error::new("the head is not closed").at(1).at(file).hint("end it with a line of `+++`")
                })?,
            };
            // The head's first line is the file's second.
            written = head_text;
            head = read_toml(&format!("\n{head_text}")).map_err(|e| e.at(file))?;
            body = after.strip_prefix('\n').unwrap_or(after);
            body_starts = text[..text.len() - body.len()].matches('\n').count();
        }
        if let Some(size) = head.size.filter(|size| !(6.0..=24.0).contains(size)) {
            return Err(Error::new(format!("a text of {size} points cannot be read or does not fit"))
                .at(file)
                .hint("choose a size between 6 and 24"));
        }
        if body.trim().is_empty() {
            return Err(Error::new("the letter is empty").at(file).hint("write its text under the head"));
        }
        Ok(Self { file: file.to_owned(), head, head_text: written.to_owned(), body: body.to_owned(), body_starts })
    }

    /// Every image that the head or the text names, with its line.
    pub(crate) fn images(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for (key, name) in [("logo", &self.head.logo), ("signature", &self.head.signature)] {
            if let Some(name) = name {
                found.push((name.clone(), 1 + line_of(&self.head_text, key)));
            }
        }
        for (index, line) in self.body.lines().enumerate() {
            let number = self.body_starts + index + 1;
            for call in line.split("image(").skip(1) {
                let argument = call.split("file").nth(1).unwrap_or_default();
                let name = argument.split(['"', '\'']).nth(1).unwrap_or_default();
                found.push((name.to_owned(), number));
            }
            for picture in line.split("![").skip(1) {
                let address = picture.split_once("](").and_then(|(_, rest)| rest.split([')', ' ']).next());
                found.extend(address.filter(|name| !name.contains('{')).map(|name| (name.to_owned(), number)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_optional_and_lines_are_counted() {
        let template = Template::read("a.md", "+++\nlogo = \"x.png\"\n+++\n\nDear").expect("a template");
        assert_eq!((template.body.as_str(), template.body_starts), ("\nDear", 3));
        assert_eq!(template.head.logo.as_deref(), Some("x.png"));
        assert_eq!(Template::read("a.md", "Dear").expect("a template").body_starts, 0);
        assert_eq!(Template::read("a.md", "+++\n+++\nDear").expect("a template").body, "Dear");
    }

    #[test]
    fn faults_of_the_head_have_the_line_of_the_file() {
        let error = Template::read("a.md", "+++\npaper = \"a4\"\nlogoo = \"x\"\n+++\nDear").expect_err("refused");
        assert_eq!(error.report(), "error: a.md:3: unknown field `logoo`\nhint: did you mean `logo`?\n");
        assert!(Template::read("a.md", "+++\npaper = \"a4\"\nDear").is_err());
        assert!(Template::read("a.md", "+++\n+++\n \n").is_err());
    }
}
