//! The templates of the pages, in the binary. All values in them are escaped.

use tera::{Context, Tera};

use crate::error::{Error, Result};
use crate::shop::Shop;

/// Each template by its name; the file extension turns on escaping.
const TEMPLATES: &[(&str, &str)] = &[
    ("outside.html", include_str!("pages/outside.html")),
    ("unsubscribe.html", include_str!("pages/unsubscribe.html")),
    ("unsubscribed.html", include_str!("pages/unsubscribed.html")),
    ("trouble.html", include_str!("pages/trouble.html")),
    ("frame.html", include_str!("pages/frame.html")),
    ("csrf.html", include_str!("pages/csrf.html")),
    ("stale.html", include_str!("pages/stale.html")),
    ("sign-in.html", include_str!("pages/sign-in.html")),
    ("sign-out.html", include_str!("pages/sign-out.html")),
    ("next.html", include_str!("pages/next.html")),
    ("kept.html", include_str!("pages/kept.html")),
    ("gift.html", include_str!("pages/gift.html")),
    ("still.html", include_str!("pages/still.html")),
    ("manual.html", include_str!("pages/manual.html")),
    ("which.html", include_str!("pages/which.html")),
    ("waiting.html", include_str!("pages/waiting.html")),
    ("names.html", include_str!("pages/names.html")),
    ("new-customer.html", include_str!("pages/new-customer.html")),
    ("found.html", include_str!("pages/found.html")),
    ("card.html", include_str!("pages/card.html")),
    ("given.html", include_str!("pages/given.html")),
    ("undone.html", include_str!("pages/undone.html")),
    ("refused.html", include_str!("pages/refused.html")),
    ("put-right.html", include_str!("pages/put-right.html")),
    ("changes.html", include_str!("pages/changes.html")),
    ("day.html", include_str!("pages/day.html")),
    ("to-come.html", include_str!("pages/to-come.html")),
];

pub(super) struct PageTemplates {
    tera: Tera,
}

impl PageTemplates {
    pub(super) fn new(shop: &Shop) -> Result<Self> {
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        tera.add_raw_templates(TEMPLATES.iter().copied()).map_err(broken)?;
        tera.global_context().insert("shop", &shop.settings.name);
        Ok(Self { tera })
    }

    /// A page. Every page has `till`, empty if there is none.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String> {
        self.tera.render(name, context).map_err(broken)
    }
}

fn broken(cause: tera::Error) -> Error {
    Error::new("a page of the program is broken").hint("please report it").because(cause)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every file of a folder next to this one, by its name.
    fn files(folder: &str) -> BTreeMap<String, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web").join(folder);
        let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
        entries.filter_map(|path| Some((name(&path), fs::read_to_string(&path).ok()?))).collect()
    }

    /// The forms of a template without the token, each from its tag to its end; the tag may have braces with `>` in
    /// them.
    fn forms_without_token(template: &str) -> Vec<&str> {
        let forms = template.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap_or(form));
        forms.filter(|form| !form.contains("{% include \"csrf.html\" %}")).collect()
    }

    #[test]
    fn every_form_has_the_token_and_every_script_sends_it() {
        let templates = files("pages");
        let known: Vec<&str> = TEMPLATES.iter().map(|(name, _)| *name).collect();
        for (name, template) in &templates {
            assert!(known.contains(&name.as_str()), "{name} is not in the list");
            // The address of that form has its own token, and mail programs send it as well.
            let own_token = usize::from(name == "unsubscribe.html");
            assert_eq!(forms_without_token(template).len(), own_token, "{name}: {:?}", forms_without_token(template));
        }
        for (form, without) in [
            ("<form method=\"post\">{% include \"csrf.html\" %}</form><form></form>", 1),
            ("<form>{% include \"gift.html\" %}</form>{% include \"csrf.html\" %}", 1),
            ("<p>{% include \"csrf.html\" %}</p>", 0),
        ] {
            assert_eq!(forms_without_token(form).len(), without, "{form}");
        }
        for (name, script) in
            files("assets").iter().filter(|(name, _)| name.split_once(".js").is_some_and(|(name, _)| name != "csrf"))
        {
            for other in ["method: \"", "sendBeacon", "XMLHttpRequest"] {
                assert!(!script.contains(other), "{name} sends without `csrf.post`: {other}");
            }
        }
    }
}
