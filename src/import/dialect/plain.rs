//! Plain lists of the owner's own making, with headings in English, German, French or Spanish.

use super::super::columns::Field;
use super::{Dialect, USUAL};

/// The languages; headings that are not in one are looked for in the others.
pub(super) static ALL: &[Dialect] = &[
    Dialect {
        name: "plain",
        title: "a plain list",
        system: "csv",
        marks: &[],
        customers: ENGLISH,
        purchases: ENGLISH_SALES,
        quirks: USUAL,
    },
    Dialect {
        name: "plain-german",
        title: "a plain list with German headings",
        system: "csv",
        marks: &[],
        customers: GERMAN,
        purchases: GERMAN_SALES,
        quirks: USUAL,
    },
    Dialect {
        name: "plain-french",
        title: "a plain list with French headings",
        system: "csv",
        marks: &[],
        customers: FRENCH,
        purchases: FRENCH_SALES,
        quirks: USUAL,
    },
    Dialect {
        name: "plain-spanish",
        title: "a plain list with Spanish headings",
        system: "csv",
        marks: &[],
        customers: SPANISH,
        purchases: SPANISH_SALES,
        quirks: USUAL,
    },
];

const ENGLISH: &[Field] = &[
    (
        "ref",
        &[
            "ref",
            "reference",
            "customer id",
            "customer number",
            "customer no",
            "customer code",
            "cust id",
            "account number",
            "id",
            "number",
            "reference id",
        ],
    ),
    ("title", &["title", "salutation", "prefix", "courtesy title"]),
    ("first_name", &["first name", "given name", "forename", "first"]),
    ("last_name", &["last name", "surname", "family name", "last"]),
    ("full_name", &["full name", "name", "customer name", "display name", "customer"]),
    ("suffix", &["suffix", "name suffix"]),
    ("spouse", &["spouse", "partner", "husband", "wife", "spouse name"]),
    ("company", &["company", "company name", "organisation", "organization", "business", "firm"]),
    ("street", &["street", "street address", "address", "address 1", "address line 1", "street 1", "street address 1"]),
    ("street2", &["street 2", "street address 2", "address 2", "address line 2", "apartment", "unit"]),
    ("city", &["city", "town", "locality", "post town"]),
    ("state", &["state", "province", "region", "county", "state/province"]),
    ("postcode", &["postcode", "postal code", "zip", "zip code"]),
    ("country", &["country", "country code"]),
    ("email", &["email", "email address", "mail"]),
    ("phone", &["phone", "phone number", "telephone", "tel", "mobile", "contact phone number", "cell"]),
    ("birthday", &["birthday", "birth date", "date of birth", "dob"]),
    (
        "email_consent",
        &[
            "email consent",
            "accepts email",
            "accepts marketing",
            "accepts email marketing",
            "email opt in",
            "email subscribed",
        ],
    ),
    ("post_consent", &["post consent", "accepts post", "mail consent", "post opt in"]),
    ("tags", &["tags", "tag", "groups", "labels"]),
    ("notes", &["notes", "note", "comment", "comments", "memo", "remarks"]),
];

const ENGLISH_SALES: &[Field] = &[
    (
        "receipt",
        &[
            "receipt",
            "receipt number",
            "receipt no",
            "receipt id",
            "invoice",
            "invoice no",
            "invoice number",
            "order",
            "order number",
            "order id",
            "transaction id",
        ],
    ),
    (
        "ref",
        &[
            "ref",
            "reference",
            "customer id",
            "customer number",
            "customer no",
            "customer code",
            "cust id",
            "customer",
            "customer reference",
        ],
    ),
    (
        "on",
        &["on", "date", "day", "purchase date", "sale date", "order date", "invoice date", "datetime", "created at"],
    ),
    ("item", &["item", "item name", "product", "product name", "description", "article"]),
    ("quantity", &["quantity", "qty", "count", "units", "cds"]),
    ("unit_price", &["unit price", "price", "price each", "item price"]),
    ("amount", &["amount", "total", "sum", "dollars", "line total", "net total", "total amount", "gross sales"]),
];

const GERMAN: &[Field] = &[
    ("ref", &["Kundennummer", "Kunden-Nr", "Kundennr", "KdNr", "Kunden-ID", "Kundencode", "Kontonummer"]),
    ("title", &["Anrede", "Titel"]),
    ("first_name", &["Vorname"]),
    ("last_name", &["Nachname", "Familienname", "Zuname", "Name if Vorname"]),
    ("full_name", &["Vollständiger Name", "Kundenname", "Kunde"]),
    ("spouse", &["Ehepartner", "Ehemann", "Ehefrau", "Partnerin"]),
    ("company", &["Firma", "Unternehmen", "Firmenname"]),
    ("street", &["Straße+Hausnummer", "Straße+Hausnr", "Straße und Hausnummer", "Anschrift", "Adresse"]),
    ("street2", &["Adresszusatz", "Adresszeile 2", "Zusatz"]),
    ("city", &["Ort", "Stadt", "Wohnort"]),
    ("state", &["Bundesland", "Kanton"]),
    ("postcode", &["PLZ", "Postleitzahl"]),
    ("country", &["Land", "Ländercode"]),
    ("email", &["E-Mail-Adresse", "E-Mail", "Kundenemail", "Mailadresse"]),
    ("phone", &["Telefon", "Telefonnummer", "Tel", "Handy|Mobil", "Mobiltelefon", "Mobilnummer"]),
    ("birthday", &["Geburtstag", "Geburtsdatum"]),
    ("email_consent", &["E-Mail-Einwilligung", "Newsletter", "Einwilligung E-Mail", "Werbung E-Mail"]),
    ("post_consent", &["Post-Einwilligung", "Einwilligung Post", "Werbung Post"]),
    ("tags", &["Schlagworte", "Gruppen", "Gruppe", "Kundengruppe"]),
    ("notes", &["Notizen", "Notiz", "Bemerkung", "Bemerkungen", "Kommentar", "Anmerkung"]),
];

const GERMAN_SALES: &[Field] = &[
    ("receipt", &["Bestellnummer", "Belegnummer", "Beleg", "Bonnummer", "Bon", "Rechnungsnummer", "Rechnung"]),
    ("ref", &["Kundennummer", "Kunden-Nr", "Kundennr", "KdNr", "Kunden-ID", "Kunde", "Kundenemail"]),
    ("on", &["Datum", "Kaufdatum", "Bestelldatum", "Rechnungsdatum", "Tag"]),
    ("item", &["Artikel", "Artikelname", "Bezeichnung", "Produkt", "Ware"]),
    ("quantity", &["Menge", "Anzahl", "Stück"]),
    ("unit_price", &["Einzelpreis", "Stückpreis", "Preis"]),
    ("amount", &["Betrag", "Gesamtbetrag", "Summe", "Gesamt", "Umsatz", "Gesamtpreis"]),
];

const FRENCH: &[Field] = &[
    (
        "ref",
        &["Numéro client", "N° client", "No client", "Code client", "Référence", "Référence client", "Identifiant"],
    ),
    ("title", &["Civilité", "Titre"]),
    ("first_name", &["Prénom"]),
    ("last_name", &["Nom de famille", "Nom if Prénom"]),
    ("full_name", &["Nom complet", "Nom et prénom", "Nom du client", "Nom", "Client"]),
    ("spouse", &["Conjoint", "Conjointe", "Époux", "Épouse"]),
    ("company", &["Société", "Entreprise", "Raison sociale"]),
    ("street", &["Adresse", "Adresse 1", "Rue"]),
    ("street2", &["Adresse 2", "Complément d'adresse", "Complément"]),
    ("city", &["Ville", "Localité", "Commune"]),
    ("state", &["Département", "Région", "Canton"]),
    ("postcode", &["Code postal", "CP"]),
    ("country", &["Pays"]),
    ("email", &["Adresse e-mail", "E-mail", "Courriel", "Adresse mail", "Mél"]),
    ("phone", &["Téléphone", "Tél", "Numéro de téléphone", "Portable", "Téléphone portable"]),
    ("birthday", &["Date de naissance", "Anniversaire"]),
    ("email_consent", &["Accepte les e-mails", "Consentement e-mail", "Abonné", "Infolettre"]),
    ("post_consent", &["Accepte le courrier", "Consentement courrier"]),
    ("tags", &["Étiquettes", "Groupes", "Groupe"]),
    ("notes", &["Remarques", "Remarque", "Commentaire", "Commentaires"]),
];

const FRENCH_SALES: &[Field] = &[
    (
        "receipt",
        &["Numéro de commande", "N° de commande", "Commande", "Ticket", "Numéro de ticket", "Facture", "N° de facture"],
    ),
    ("ref", &["Numéro client", "N° client", "No client", "Code client", "Référence client", "Client", "E-mail"]),
    ("on", &["Date d'achat", "Date de commande", "Date de facture", "Jour"]),
    ("item", &["Produit", "Désignation", "Libellé"]),
    ("quantity", &["Quantité", "Qté"]),
    ("unit_price", &["Prix unitaire", "Prix"]),
    ("amount", &["Montant", "Montant total", "Montant TTC", "Total TTC"]),
];

const SPANISH: &[Field] = &[
    (
        "ref",
        &[
            "Número de cliente",
            "N.º de cliente",
            "Nº cliente",
            "Código de cliente",
            "Código cliente",
            "Referencia",
            "Identificador",
        ],
    ),
    ("title", &["Tratamiento", "Título"]),
    ("first_name", &["Nombre if Apellidos", "Nombre if Apellido"]),
    ("last_name", &["Apellidos", "Apellido"]),
    ("full_name", &["Nombre completo", "Nombre y apellidos", "Nombre del cliente", "Nombre", "Cliente"]),
    ("spouse", &["Cónyuge", "Esposo", "Esposa"]),
    ("company", &["Empresa", "Razón social", "Compañía"]),
    ("street", &["Dirección", "Domicilio", "Calle"]),
    ("street2", &["Dirección 2", "Piso"]),
    ("city", &["Ciudad", "Localidad", "Población", "Municipio"]),
    ("state", &["Provincia", "Estado", "Comunidad"]),
    ("postcode", &["Código postal", "C.P."]),
    ("country", &["País"]),
    ("email", &["Correo electrónico", "Correo"]),
    ("phone", &["Teléfono", "Teléfono móvil", "Móvil", "Celular"]),
    ("birthday", &["Fecha de nacimiento", "Cumpleaños"]),
    ("email_consent", &["Acepta correos", "Consentimiento de correo", "Suscrito"]),
    ("post_consent", &["Acepta correo postal", "Consentimiento postal"]),
    ("tags", &["Etiquetas", "Grupos", "Grupo"]),
    ("notes", &["Notas", "Nota", "Observaciones", "Comentarios"]),
];

const SPANISH_SALES: &[Field] = &[
    (
        "receipt",
        &["Número de pedido", "Nº de pedido", "Pedido", "Recibo", "Número de recibo", "Factura", "Nº de factura"],
    ),
    (
        "ref",
        &["Número de cliente", "Nº cliente", "Código de cliente", "Código cliente", "Cliente", "Correo electrónico"],
    ),
    ("on", &["Fecha", "Fecha de compra", "Fecha de pedido", "Día"]),
    ("item", &["Artículo", "Producto", "Descripción"]),
    ("quantity", &["Cantidad", "Unidades"]),
    ("unit_price", &["Precio unitario", "Precio"]),
    ("amount", &["Importe", "Importe total", "Monto"]),
];
