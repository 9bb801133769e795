//! The pages of the manual, in their order.

/// Pages that belong together.
pub(crate) struct Chapter {
    pub(crate) name: &'static str,
    pub(crate) topics: &'static [Topic],
}

/// A page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Topic {
    /// Its name on the command line; the name of its file without `.md`.
    pub(crate) slug: &'static str,
    pub(super) markdown: &'static str,
}

macro_rules! chapters {
    ($($name:literal: $($slug:literal)+;)+) => {
        &[$(Chapter {
            name: $name,
            topics: &[$(Topic { slug: $slug, markdown: include_str!(concat!($slug, ".md")) }),+],
        }),+]
    };
}

/// All pages, in their order.
pub(crate) const CHAPTERS: &[Chapter] = chapters! {
    "Begin": "first-campaign";
    "Customers": "import" "duplicates" "undo-import" "past-campaign" "customer-book" "best";
    "A campaign": "segments" "letters" "plan" "personal-lines" "proof" "print";
    "Email": "emails" "email-setup" "unsubscribe" "send" "bounces" "no-mail";
    "Reminders": "reminders" "every-morning";
    "The till": "at-the-till" "offline" "till-network" "api";
    "Afterwards": "report" "next-year" "backup";
    "Reference": "files" "campaign-file" "template" "queries" "shop-file" "import-files" "commands" "json" "exit-codes" "limits"
        "errors" "promises" "performance" "dependencies";
};

/// A picture of the pages, by its path in this folder.
pub(crate) const PICTURES: &[(&str, &[u8])] =
    &[("letter.png", include_bytes!("pictures/letter.png")), ("till.png", include_bytes!("pictures/till.png"))];

impl Topic {
    /// The heading of the page.
    pub(crate) fn title(&self) -> &'static str {
        self.markdown.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// The chapter it is in.
    pub(crate) fn chapter(&self) -> Option<&'static Chapter> {
        CHAPTERS.iter().find(|chapter| chapter.topics.iter().any(|one| one.slug == self.slug))
    }

    /// The purpose of the page, in one sentence.
    pub(crate) fn purpose(&self) -> &'static str {
        self.markdown.lines().nth(2).unwrap_or_default()
    }
}

pub(crate) fn topics() -> impl Iterator<Item = &'static Topic> {
    CHAPTERS.iter().flat_map(|chapter| chapter.topics)
}
