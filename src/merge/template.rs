//! A template file: front matter in TOML between `+++` lines, then Markdown with merge fields.

use super::block::Block;
use super::fences;
use super::head::Head;
use super::markdown::tenths;
use crate::error::Error;
use crate::shop::read_toml;

/// One letter template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    /// The file's name in letter-templates/.
    pub(crate) file: String,
    /// The front matter.
    pub(crate) head: Head,
    /// The front matter as it is written.
    pub(crate) head_text: String,
    /// The text under the front matter.
    pub(crate) body: String,
    /// How many lines of the file come before the text.
    pub(crate) body_starts: usize,
}

/// An image that a template names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedImage {
    /// The file in letter-templates/.
    pub(crate) name: String,
    /// Its width as it is written, such as `40mm`; empty when there is none.
    pub(crate) width: String,
    /// The line of the template.
    pub(crate) line: usize,
}

impl NamedImage {
    /// The image as a block; nothing when its width is none.
    pub(crate) fn block(&self) -> Option<Block> {
        let width = tenths(&self.width).ok()?;
        Some(Block::Image { file: self.name.clone(), width, alt: String::new() })
    }
}

impl Template {
    /// Reads the text of the file called `file`, with all its errors, so that the text can be checked whatever is wrong
    /// with the front matter.
    pub(crate) fn read(file: &str, text: &str) -> (Self, Vec<Error>) {
        let text = text.replace("\r\n", "\n");
        let mut faults = Vec::new();
        let (mut head_text, mut body) = ("", text.as_str());
        if let Some(rest) = text.strip_prefix("+++\n") {
            let parts = rest.strip_prefix("+++").map(|after| ("", after)).or_else(|| rest.split_once("\n+++"));
            match parts {
                Some((head, after)) => (head_text, body) = (head, after.strip_prefix('\n').unwrap_or(after)),
                None => {
                    faults.push(Error::new("the front matter is not closed").at(1).hint("end it with a line of `+++`"));
                }
            }
        }
        let is_open = !faults.is_empty();
        // The first line of the front matter is the second of the file.
        let (head, wrong) = read_toml(&format!("\n{head_text}"), Head::of);
        faults.extend(wrong);
        if body.trim().is_empty() {
            faults.push(Error::new("the letter is empty").hint("write its text under the front matter"));
        }
        let body_starts = text[..text.len() - body.len()].matches('\n').count();
        faults.extend(fences::check(body).into_iter().map(|(line, fault)| fault.at(line + body_starts)));
        let body = if is_open { String::new() } else { body.to_owned() };
        let template = Self { file: file.to_owned(), head, head_text: head_text.to_owned(), body, body_starts };
        (template, faults.into_iter().map(|fault| fault.at(file)).collect())
    }

    /// Every image that the front matter or the text names.
    pub(crate) fn images(&self) -> Vec<NamedImage> {
        let mut found = Vec::new();
        let image = |name: &str, width: &str, line| NamedImage { name: name.to_owned(), width: width.to_owned(), line };
        for name in self.head.logo.iter().chain(&self.head.signature).chain(&self.head.background) {
            found.push(image(&name.value, "", name.line));
        }
        for (index, line) in self.body.lines().enumerate() {
            let number = self.body_starts + index + 1;
            for call in line.split("image(").skip(1) {
                let argument = |name: &str| {
                    let value = call.split("}}").next().unwrap_or_default().split(name).nth(1).unwrap_or_default();
                    value.split(['"', '\'']).nth(1).unwrap_or_default()
                };
                found.push(image(argument("file"), argument("width"), number));
            }
            for picture in line.split("![").skip(1) {
                let address = picture.split_once("](").and_then(|(_, rest)| rest.split([')', ' ']).next());
                found.extend(address.filter(|name| !name.contains('{')).map(|name| image(name, "", number)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::shop::Placed;

    fn read(text: &str) -> Result<Template> {
        let (template, faults) = Template::read("a.md", text);
        Error::all(faults).map_or(Ok(template), Err)
    }

    #[test]
    fn the_head_is_optional_and_lines_are_counted() {
        let template = read("+++\nlogo = \"x.png\"\n+++\n\nDear").expect("a template");
        assert_eq!((template.body.as_str(), template.body_starts), ("\nDear", 3));
        assert_eq!(template.head.logo, Some(Placed { value: "x.png".to_owned(), line: 2 }));
        assert_eq!(read("Dear").expect("a template").body_starts, 0);
        assert_eq!(read("+++\n+++\nDear").expect("a template").body, "Dear");
    }

    #[test]
    fn faults_of_the_head_have_the_line_of_the_file() {
        let error = read("+++\npaper = \"a4\"\nlogoo = \"x\"\n+++\nDear").expect_err("refused");
        assert_eq!(error.report(), "error: a.md:3: unknown field `logoo`\nhint: did you mean `logo`?\n");
        assert!(read("+++\npaper = \"a4\"\nDear").is_err());
        assert!(read("+++\n+++\n \n").is_err());
    }
}
