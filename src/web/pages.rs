//! The templates of the pages, in the binary. All that is put into them is escaped.

use tera::{Context, Tera};

use crate::error::{Error, Result};
use crate::shop::Shop;

/// Each template by its name; the end of it says that what goes in is escaped.
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

    /// A page. What every page has: `till`, empty where there is none.
    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String> {
        self.tera.render(name, context).map_err(broken)
    }
}

fn broken(cause: tera::Error) -> Error {
    Error::new("a page of the program is broken").hint("please report it").because(cause)
}
