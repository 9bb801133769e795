//! The fixed texts of an email that are in no template, in the languages of the program.

/// The fixed texts of an email.
pub(super) struct Phrases {
    /// The text before the code.
    pub(super) code: &'static str,
    /// How to unsubscribe; `{}` is the address to write to.
    pub(super) no_more: &'static str,
    /// The text of the unsubscribe link.
    pub(super) no_more_link: &'static str,
}

/// The phrases of a language, given as a BCP 47 tag; English by default.
pub(super) fn of(language: &str) -> Phrases {
    let (code, no_more, no_more_link) = match language.split('-').next().unwrap_or_default() {
        "de" => (
            "Ihr Code:",
            "Wenn Sie keine E-Mails mehr von uns möchten, schreiben Sie an {}.",
            "Keine E-Mails mehr von uns",
        ),
        "fr" => (
            "Votre code :",
            "Si vous ne souhaitez plus recevoir nos e-mails, écrivez à {}.",
            "Ne plus recevoir nos e-mails",
        ),
        "es" => (
            "Su código:",
            "Si prefiere no recibir más correos nuestros, escriba a {}.",
            "No recibir más correos nuestros",
        ),
        _ => ("Your code:", "To unsubscribe, write to {}.", "Unsubscribe"),
    };
    Phrases { code, no_more, no_more_link }
}
