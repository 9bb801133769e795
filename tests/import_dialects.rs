//! Exports of shop systems and address books: recognized by their headings, and read correctly.

use crate::support::Shop;

/// A file, the kind of import, its dialect, and the expected answers of the book.
struct Case {
    kind: &'static str,
    dialect: &'static str,
    text: &'static str,
    answers: &'static [(&'static str, i64)],
}

const CASES: &[Case] = &[
    Case {
        kind: "customers",
        dialect: "square-customers",
        text: "Reference ID,First Name,Last Name,Email Address,Phone Number,Street Address 1,City,State,Postal Code,Square Customer ID,Email Subscription Status\n\
               ,Ida,Holm,,'+1 413 555 0101,1 Elm St,Holyoke,MA,1040,SQ1,unsubscribed\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'SQ1' AND phone = '+1 413 555 0101' AND postcode = '01040' AND email_consent = 'no'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "square-items",
        text: "Date,Time,Item,Qty,Price Point Name,Net Sales,Transaction ID,Event Type,Customer ID\n\
               2024-02-01,12:59:30,a tie,1.0,,\"$1,149.00 \",T1,Payment,C-01\n\
               2024-02-01,12:59:30,socks,2.0,,$8.00,T1,Payment,C-01\n\
               2024-02-09,10:00:00,socks,-2.0,,($8.00),T1,Refund,C-01\n",
        answers: &[
            ("SELECT amount_minor FROM purchase WHERE receipt = 'T1'", 115_700),
            ("SELECT amount_minor FROM purchase WHERE receipt = 'T1 refund 2024-02-09'", -800),
        ],
    },
    Case {
        kind: "purchases",
        dialect: "square-transactions",
        text: "Date,Time,Net Sales,Tip,Total Collected,Transaction ID,Description,Event Type,Customer ID\n\
               12/27/2018,11:00:00,$33.62,$0.00,$36.00,T1,2 x socks,Payment,C-01\n\
               01/03/2019,11:00:00,($33.62),$0.00,($36.00),T2,2 x socks,Refund,C-01\n",
        answers: &[("SELECT sum(amount_minor) FROM purchase", 0), ("SELECT count(*) FROM purchase", 2)],
    },
    Case {
        kind: "customers",
        dialect: "shopify-customers",
        text: "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Address1,Default Address City,Default Address Zip,Default Address Phone,Phone,Total Spent,Total Orders,Note,Tax Exempt,Tags\n\
               '6543,Ida,Holm,ida@example.com,yes,1 Elm St,Salem,'97301,,'+1503555,0.00,0,,no,\"tea, hats\"\n",
        answers: &[(
            "SELECT count(*) FROM customer c JOIN customer_tag t ON t.customer_id = c.id WHERE ref = '6543' AND postcode = '97301' AND phone = '+1503555' AND email_consent = 'yes'",
            2,
        )],
    },
    Case {
        kind: "customers",
        dialect: "shopify-customers",
        text: "First Name,Last Name,Email,Company,Address1,Address2,City,Province,Province Code,Country,Country Code,Zip,Phone,Accepts Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt\n\
               Ida,Holm,Ida@Example.com,,1 Elm St,,Salem,Oregon,OR,United States,US,97301,,no,0,0,,,no\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'ida@example.com' AND state = 'OR' AND country = 'US'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "shopify-orders",
        text: "Name,Email,Financial Status,Created at,Total,Refunded Amount,Cancelled at,Lineitem quantity,Lineitem name,Lineitem price\n\
               #1,ida@example.com,paid,2024-01-05 10:00:00 -0500,100.00,10.00,,2,a tie,20.00\n\
               #1,,,,,,,1,socks,70.00\n\
               #2,bo@example.com,paid,2024-01-05 10:00:00 -0500,50.00,0.00,2024-01-06 10:00:00 -0500,1,a tie,50.00\n",
        answers: &[
            ("SELECT amount_minor FROM purchase", 9_000),
            ("SELECT count(*) FROM purchase_item WHERE item = 'socks' AND amount_minor = 7000", 1),
        ],
    },
    Case {
        kind: "customers",
        dialect: "lightspeed-x",
        text: "Customer Code,First Name,Last Name,Postal Address,Postal Address,Postal City,Postal Postcode,Physical Address,Physical Address,Physical Postcode,Phone,Mobile\n\
               K1,Ida,Holm,1 Elm St,Flat 2,Leeds,LS1 1AA,,,,0113,0770\n",
        answers: &[("SELECT count(*) FROM customer WHERE ref = 'K1' AND street2 = 'Flat 2' AND phone = '0770'", 1)],
    },
    Case {
        kind: "customers",
        dialect: "lightspeed-c",
        text: "Internal ID,Firstname,LastnamePreposition,Lastname,E-Mail,Streetname,Number,Extension,Zipcode,City,Country\n\
               7,Anna,van der,Berg,anna@example.com,Kade,12,b,1011 AB,Amsterdam,NL\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = '7' AND last_name = 'van der Berg' AND street = 'Kade 12 b'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "clover",
        text: "\"First Name\",\"Last Name\",\"Phone Number\",\"Email Address\",\"Customer Since\",\"Marketing Allowed\"\n\
               Ida,Holm,\"413 555 0101, 413 555 0102\",,2020-01-01,Yes\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = '4135550101' AND phone = '413 555 0101' AND notes = 'also 413 555 0102'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "woocommerce-orders",
        text: "order_id,order_date,order_status,billing_email,order_total\n\
               9,2024-01-05 10:00:00,completed,ida@example.com,12.50\n10,2024-01-05,cancelled,ida@example.com,99.00\n",
        answers: &[("SELECT sum(amount_minor) FROM purchase", 1_250)],
    },
    Case {
        kind: "customers",
        dialect: "ebay-orders",
        text: "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Buyer Address 1,Buyer Address 2,Buyer City,Buyer State,Buyer Zip,Buyer Country,Ship To Name,Ship To Phone,Ship To Address 1,Ship To Address 2,Ship To City,Ship To State,Ship To Zip,Ship To Country,Item Number,Item Title,Quantity,Sold For,Total Price,Sale Date\n\
               101,05-1,idah,Ida Holm,ida@example.com,1 Elm St,Apt 2,Salem,OR,97301,United States,Bo Ek,,9 Oak St,,Bend,OR,97701,United States,77,a tie,1,$10.00,$14.50,Feb-05-24\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'idah' AND full_name = 'Ida Holm' AND street = '1 Elm St' AND street2 = 'Apt 2' AND city = 'Salem'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "ebay-orders",
        text: "Sales Record Number,Order Number,Buyer Username,Item Title,Quantity,Sold For,Total Price,Sale Date\n\
               101,05-1,idah,a tie,1,$10.00,$14.50,Feb-05-24\n",
        answers: &[("SELECT amount_minor FROM purchase WHERE receipt = '05-1' AND ref = 'idah'", 1_450)],
    },
    Case {
        kind: "customers",
        dialect: "squarespace-orders",
        text: "Order ID,Email,Financial Status,Created at,Subtotal,Total,Amount Refunded,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Address1,Billing Address2,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Cancelled at,Channel Type\n\
               7,ida@example.com,PAID,2024-01-05 10:00:00 -0500,10.00,12.00,0.00,1,a tie,10.00,Ida Holm,1 Elm St,,Salem,'97301,OR,US,,Bo Ek,9 Oak St,Bend,97701,,web\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'ida@example.com' AND street = '1 Elm St' AND postcode = '97301'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "squarespace-orders",
        text: "Order ID,Email,Financial Status,Created at,Total,Amount Refunded,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at,Channel Type\n\
               7,ida@example.com,PAID,2024-01-05 10:00:00 -0500,12.00,2.00,1,a tie,10.00,,web\n7,,,,,,1,socks,2.00,,\n\
               8,bo@example.com,VOIDED,2024-01-06 10:00:00 -0500,50.00,0.00,1,a tie,50.00,,web\n",
        answers: &[("SELECT amount_minor FROM purchase", 1_000), ("SELECT count(*) FROM purchase_item", 2)],
    },
    Case {
        kind: "customers",
        dialect: "quickbooks-online",
        text: "Name,Company name,Street Address,City,State,Country,Zip,Phone,Email,Attachments,Open Balance\n\
               Ida Holm,,1 Elm St,Salem,OR,USA,97301,503-555-0101,ida@example.com,0,0.00\nBo Ek,Ek Ltd,2 Elm St,Salem,OR,USA,97301,,,0,0.00\n",
        answers: &[
            ("SELECT count(*) FROM customer WHERE ref = 'ida@example.com' AND full_name = 'Ida Holm'", 1),
            ("SELECT count(*) FROM customer WHERE ref LIKE 'L-%' AND company = 'Ek Ltd'", 1),
        ],
    },
    Case {
        kind: "customers",
        dialect: "quickbooks-desktop",
        text: "Active Status,Customer,Balance Total,Company,Mr./Ms./...,First Name,M.I.,Last Name,Main Phone,Main Email,Bill to 1,Bill to 2,Street1,Street2,City,State,Zip,Account No.\n\
               Active,\"Holm, Ida\",0.00,,Ms.,Ida,,Holm,503-555-0101,ida@example.com,Ida Holm,1 Elm St,1 Elm St,,Salem,OR,97301,A17\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'A17' AND title = 'Ms.' AND street = '1 Elm St' AND city = 'Salem'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "xero-contacts",
        text: "*ContactName,AccountNumber,EmailAddress,FirstName,LastName,POAttentionTo,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,POCountry,SAAttentionTo,SAAddressLine1,SAAddressLine2,SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,PhoneNumber,MobileNumber\n\
               Ida Holm,X1,ida@example.com,Ida,Holm,,PO Box 9,,,,Leeds,,LS1 1AA,UK,,1 Elm St,,,,York,,YO1 1AA,UK,0113,0770\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'X1' AND street = 'PO Box 9' AND city = 'Leeds' AND phone = '0770'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "xero-invoices",
        text: "ContactName,EmailAddress,InvoiceNumber,InvoiceDate,Total,Description,Quantity,UnitAmount,LineAmount,Status\n\
               Ida Holm,ida@example.com,INV-1,2024-02-01,30.00,a tie,1,20.00,20.00,Paid\nIda Holm,ida@example.com,INV-1,2024-02-01,30.00,socks,2,5.00,10.00,Paid\n\
               Bo Ek,bo@example.com,INV-2,2024-02-02,99.00,a tie,1,99.00,99.00,Voided\n",
        answers: &[
            ("SELECT amount_minor FROM purchase WHERE receipt = 'INV-1'", 3_000),
            ("SELECT count(*) FROM purchase", 1),
        ],
    },
    Case {
        kind: "customers",
        dialect: "stripe-customers",
        text: "id,Description,Email,Name,Created (UTC),Delinquent,Card ID,Card Last4,Card Address Line1,Card Address Line2,Card Address City,Card Address State,Card Address Country,Card Address Zip,Total Spend,Payment Count\n\
               cus_1,,ida@example.com,Ida Holm,2024-01-05 10:00,false,card_1,4242,1 Elm St,,Salem,OR,US,97301,30.00,2\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'cus_1' AND street = '1 Elm St' AND full_name = 'Ida Holm'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "stripe-payments",
        text: "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Description,Status,Customer ID,Customer Email\n\
               ch_1,2024-01-05 10:00,30.00,5.00,usd,true,a tie,Paid,cus_1,ida@example.com\nch_2,2024-01-06 10:00,99.00,0.00,usd,false,a tie,Failed,cus_1,ida@example.com\n",
        answers: &[
            ("SELECT amount_minor FROM purchase WHERE ref = 'cus_1'", 2_500),
            ("SELECT count(*) FROM purchase", 1),
        ],
    },
    Case {
        kind: "customers",
        dialect: "toast-guests",
        text: "First Name,Last Name,Email,Phone,Last Visit Date,Total Visits,Lifetime Spend\nIda,Holm,ida@example.com,503-555-0101,2024-01-05,3,90.00\n",
        answers: &[("SELECT count(*) FROM customer WHERE ref = 'ida@example.com' AND last_name = 'Holm'", 1)],
    },
    Case {
        kind: "purchases",
        dialect: "toast-payments",
        text: "Location,Payment Id,Order Id,Order #,Paid Date,Check Id,Check #,Amount,Tip,Total,Refund Amount,Email,Phone,Status,Type\n\
               Main,P1,O1,1,1/25/24 8:14 PM,C1,1,30.00,5.00,35.00,0.00,ida@example.com,,CAPTURED,CREDIT\nMain,P2,O2,2,1/25/24 8:20 PM,C2,2,9.00,0.00,9.00,0.00,,,VOIDED,CREDIT\n",
        answers: &[("SELECT amount_minor FROM purchase", 3_000), ("SELECT count(*) FROM purchase", 1)],
    },
    Case {
        kind: "customers",
        dialect: "pmpro-members",
        text: "id,username,firstname,lastname,email,billing firstname,billing lastname,address1,address2,city,state,zipcode,country,phone,membership,initial payment,fee,term,discount_code_id,discount_code,joined,expires\n\
               12,idah,Ida,Holm,ida@example.com,Ida,Holm,1 Elm St,,Salem,OR,97301,US,,Gold,30,0,,,,2024-01-05,Never\n",
        answers: &[(
            "SELECT count(*) FROM customer c JOIN customer_tag t ON t.customer_id = c.id WHERE ref = '12' AND street = '1 Elm St' AND tag = 'Gold'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "pmpro-orders",
        text: "order_id,code,user_login,first_name,last_name,user_email,billing_name,billing_street,billing_city,billing_state,billing_zip,billing_country,billing_phone,level_id,level_name,subtotal,tax,total,status,gateway,timestamp\n\
               1,7F2A,idah,Ida,Holm,ida@example.com,Ida Holm,1 Elm St,Salem,OR,97301,US,,1,Gold,30,0,30.00,success,stripe,2024-01-05 10:00:00\n\
               2,7F2B,idah,Ida,Holm,ida@example.com,Ida Holm,1 Elm St,Salem,OR,97301,US,,1,Gold,30,0,30.00,refunded,stripe,2024-01-06 10:00:00\n",
        answers: &[
            ("SELECT amount_minor FROM purchase WHERE receipt = '7F2A'", 3_000),
            ("SELECT count(*) FROM purchase", 1),
        ],
    },
    Case {
        kind: "purchases",
        dialect: "etsy-items",
        text: "Sale Date,Item Name,Quantity,Price,Discount Amount,Ship Name,Order ID,Buyer\n\
               01/31/24,a tie,2,10.00,3.00,Ida Holm,5,ida (idah)\n",
        answers: &[("SELECT amount_minor FROM purchase WHERE receipt = '5'", 1_700)],
    },
    Case {
        kind: "purchases",
        dialect: "bigcommerce-orders",
        text: "Order ID,Order Date,Order Status,Order Total,Refund Amount,First Name,Email Address,Billing Street 1\n\
               5,2024-01-31,Completed,20.00,5.00,Ida,ida@example.com,1 Elm St\n",
        answers: &[("SELECT amount_minor FROM purchase WHERE source = 'bigcommerce'", 1_500)],
    },
    Case {
        kind: "customers",
        dialect: "mailchimp",
        text: "\"Email Address\",\"First Name\",\"Last Name\",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,EUID,NOTES,TAGS,UNSUB_TIME\n\
               ida@example.com,Ida,Holm,2,,2020-01-01 10:00:00,1,a,,\"\"\"tea\"\",\"\"hats\"\"\",\n\
               bo@example.com,Bo,Holm,2,,2020-01-01 10:00:00,2,b,,,2021-01-01 10:00:00\n",
        answers: &[
            (
                "SELECT count(*) FROM customer c JOIN customer_tag t ON t.customer_id = c.id WHERE email_consent = 'yes' AND tag IN ('tea', 'hats')",
                2,
            ),
            ("SELECT count(*) FROM customer WHERE ref = 'bo@example.com' AND email_consent = 'no'", 1),
        ],
    },
    Case {
        kind: "customers",
        dialect: "brevo",
        text: "EMAIL;LASTNAME;FIRSTNAME;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED;ADDED_TIME;MODIFIED_TIME\n\
               ida@example.com;Holm;Ida;;0;0;31-01-2024;31-01-2024\n",
        answers: &[("SELECT count(*) FROM customer WHERE first_name = 'Ida' AND email_consent = 'unknown'", 1)],
    },
    Case {
        kind: "customers",
        dialect: "google-contacts",
        text: "Name Prefix,First Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Labels\n\
               Ms.,Ida,Holm,* Home,ida@example.com ::: i@example.com,Mobile,0101,* myContacts ::: tea\n",
        answers: &[(
            "SELECT count(*) FROM customer c JOIN customer_tag t ON t.customer_id = c.id WHERE ref = 'ida@example.com' AND tag = 'tea' AND notes = 'also i@example.com'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "google-contacts-old",
        text: "Name,Given Name,Additional Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value\nIda Holm,Ida,,Holm,,,,+1 413 555\n",
        answers: &[("SELECT count(*) FROM customer WHERE ref = '+1413555' AND last_name = 'Holm'", 1)],
    },
    Case {
        kind: "customers",
        dialect: "outlook",
        text: "First Name,Last Name,Title,E-mail Address,Home Phone,Mobile Phone,Home Street,Home City,Spouse\nIda,Holm,Ms.,ida@example.com,1,2,1 Elm St,Salem,Ove\n",
        answers: &[("SELECT count(*) FROM customer WHERE title = 'Ms.' AND phone = '2' AND spouse = 'Ove'", 1)],
    },
    Case {
        kind: "customers",
        dialect: "vcard",
        text: "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Holm;Ida;;;\r\nFN:Ida Holm\r\nEMAIL:ida@example.com\r\nADR:;;1 Elm St;Salem;OR;97301;US\r\nEND:VCARD\r\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'ida@example.com' AND street = '1 Elm St' AND postcode = '97301'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "plain-german",
        text: "KdNr;Anrede;Vorname;Name;Straße;Hausnummer;PLZ;Ort;E-Mail\n7;Frau;Ida;Müller;Ringstraße;4;01067;Dresden;ida@example.com\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = '7' AND last_name = 'Müller' AND street = 'Ringstraße 4' AND postcode = '01067'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "plain-french",
        text: "Prénom;Nom;E-mail;Téléphone;Ville\nZoë;Petit;zoe@example.com;01 02;Lyon\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = 'zoe@example.com' AND last_name = 'Petit' AND city = 'Lyon'",
            1,
        )],
    },
    Case {
        kind: "customers",
        dialect: "plain-spanish",
        text: "Código cliente;Nombre;Apellidos;Dirección;Código postal;Ciudad;Teléfono\n7;Ana;López Ruiz;Calle Mayor 1;28013;Madrid;600\n",
        answers: &[(
            "SELECT count(*) FROM customer WHERE ref = '7' AND first_name = 'Ana' AND last_name = 'López Ruiz' AND city = 'Madrid'",
            1,
        )],
    },
    Case {
        kind: "purchases",
        dialect: "plain-german",
        text: "Bestellnummer;Datum;Kundenemail;Gesamtbetrag;Status\nA1;31.01.2024;ida@example.com;1.149;bezahlt\nA2;31.01.2024;ida@example.com;12,50;bezahlt\n",
        answers: &[("SELECT sum(amount_minor) FROM purchase", 116_150)],
    },
];

#[test]
fn exports_are_recognised_and_read_as_they_mean_it() {
    for case in CASES {
        let shop = Shop::without_people();
        shop.write("export", case.text);
        let mut run = shop.run(&format!("import {} export --json", case.kind));
        let said = run.talk();
        let answer = run.json();
        assert_eq!(answer["dialect"], case.dialect, "{}\n{said}", case.text);
        assert_eq!(answer["rejected"], 0, "{}: {answer}", case.dialect);
        for (question, expected) in case.answers {
            assert_eq!(shop.count(question), *expected, "{}: {question}", case.dialect);
        }
        let mut again = shop.run(&format!("import {} export --json", case.kind));
        again.talk();
        let again = again.json();
        assert_eq!((&again["added"], &again["changed"]), (&0.into(), &0.into()), "{}: {again}", case.dialect);
    }
}

#[test]
fn what_it_looks_like_is_said_and_can_be_forced() {
    let shop = Shop::without_people();
    shop.write("a.csv", "EMAIL;LASTNAME;FIRSTNAME;EMAIL_BLACKLISTED\nida@example.com;Holm;Ida;0\n");
    shop.run("import customers a.csv --dry-run").stderr(
        "This looks like a Brevo contact export.\n\
         It has no customer numbers: people are identified by email, else by phone.\n",
    );
    shop.run("import purchases a.csv")
        .status(1)
        .stderr("error: a.csv: a Brevo contact export has no purchases\nhint: import it with `regulars import customers`, or set another dialect with `--from`\n");
    shop.run("import customers a.csv --from brevvo")
        .status(1)
        .stderr("error: a.csv: unknown dialect `brevvo`\nhint: did you mean `brevo`?\n");
    shop.write("b.csv", "Customer ID,First Name\nC-1,Ida\n");
    shop.run("import customers b.csv --from square").status(1).says("no column looks like the customer's reference");
}

#[test]
fn days_that_could_be_two_are_settled_by_the_file_or_by_the_owner() {
    let head = "Customer ID,Date,Amount\n";
    for (rows, options, answer) in [
        ("C-1,03/04/2024,1\nC-1,13/04/2024,1\n", "", Ok("2024-04-03")),
        ("C-1,03/04/2024,1\nC-1,04/13/2024,1\n", "", Ok("2024-03-04")),
        ("C-1,3/4/24 3:04 PM,1\n", "--date-order mdy", Ok("2024-03-04")),
        ("C-1,03/04/2024,1\n", "", Err("more.csv:2, column `Date`: `03/04/2024` could be two different days")),
        (
            "C-1,13/04/2024,1\nC-1,04/13/2024,1\n",
            "",
            Err("more.csv:3, column `Date`: `04/13/2024` has day and month in a different order than line 2"),
        ),
        ("C-1,\"Jan 2, 2024\",1\n", "", Ok("2024-01-02")),
    ] {
        let shop = Shop::without_people();
        shop.write("more.csv", format!("{head}{rows}"));
        let run = shop.run(&format!("--today 2025-01-01 import purchases more.csv {options}"));
        match answer {
            Ok(day) => {
                run.quiet();
                let question =
                    format!("SELECT day - (julianday('{day}') - julianday('1970-01-01')) FROM purchase LIMIT 1");
                assert_eq!(shop.count(&format!("SELECT CAST(({question}) AS INTEGER)")), 0, "{rows}");
            }
            Err(message) => {
                run.status(1).says(message);
            }
        }
    }
}

#[test]
fn ids_lose_what_spreadsheets_put_on_them() {
    let shop = Shop::without_people();
    shop.write("a.csv", "Customer ID,Date,Amount\n17850.0,2024-01-01,1\n,2024-01-01,1\n'0012.0,2024-01-01,1\n");
    shop.run("import purchases a.csv").quiet();
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE ref IN ('17850', '0012')"), 2);
    let shop = Shop::without_people();
    shop.write("a.csv", "Customer ID,Date,Amount\n17850.0,2024-01-01,1\n2.5,2024-01-01,1\n");
    shop.run("import purchases a.csv").quiet();
    assert_eq!(shop.count("SELECT count(*) FROM purchase WHERE ref = '17850.0'"), 1, "not the whole column");
}

#[test]
fn lines_of_a_receipt_may_stand_apart() {
    let shop = Shop::without_people();
    let head = "Receipt,Customer ID,Date,Item,Amount\n";
    let rows = "1,C-1,2024-01-01,a tie,10.00\n2,C-1,2024-01-01,socks,5.00\n1,C-1,2024-01-01,a hat,20.00\n";
    shop.write("a.csv", format!("{head}{rows}"));
    shop.run("import purchases a.csv").shows("Imported 2 purchases: 2 new");
    assert_eq!(shop.count("SELECT amount_minor FROM purchase WHERE receipt = '1'"), 3_000);
    assert_eq!(shop.count("SELECT count(*) FROM purchase_item"), 3);
    shop.run("import purchases a.csv").shows("0 new, 0 changed, 2 unchanged");
    shop.write("a.csv", format!("{head}{}", rows.replace("20.00", "25.00")));
    shop.run("import purchases a.csv").shows("0 new, 1 changed, 1 unchanged");
    assert_eq!(shop.count("SELECT amount_minor FROM purchase WHERE receipt = '1'"), 3_500);
    assert_eq!(shop.count("SELECT count(*) FROM purchase_item"), 3);
}

#[test]
fn a_sale_known_by_email_finds_its_customer() {
    let shop = Shop::without_people();
    shop.write(
        "sales.csv",
        "order_id,order_date,order_status,billing_email,order_total\n9,2024-01-05,completed,Ida@example.com,12.50\n",
    );
    shop.run("import purchases sales.csv").says("people are identified by email");
    assert_eq!(shop.json("best")["unlinked"]["purchases"], 1);
    shop.write("people.csv", "Customer ID,First Name,Email\nC-1,Ida,ida@Example.com\n");
    shop.run("import customers people.csv").quiet();
    assert_eq!(shop.json("best")["unlinked"]["purchases"], 0);
    shop.write(
        "sales.csv",
        "order_id,order_date,order_status,billing_email,order_total\n10,2024-01-05,completed,ida@example.com,2.50\n",
    );
    shop.run("import purchases sales.csv").says("people are identified by email");
    assert_eq!(shop.json("best")["unlinked"]["purchases"], 0);
}

#[test]
fn a_dry_run_says_what_the_book_would_be() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,First Name,Phone,Street Address,City\nC-03,Rosa,555 0199,9 New St,Salem\nC-77,IDA HOLM,555 0199,,\n");
    let answer = shop.json("import customers more.csv --dry-run");
    assert_eq!(answer["changes"]["fields"]["street"], 1);
    assert_eq!(answer["changes"]["examples"][0]["ref"], "C-03");
    assert_eq!((&answer["profile"]["customers"], &answer["profile"]["same_phone"]), (&13.into(), &2.into()));
    assert_eq!(answer["profile"]["all_caps"], 2, "one was in the book");
    shop.run("import customers more.csv --dry-run").shows("Different: ").says("").shows("never bought");
    assert_eq!(shop.json("segment true")["matched"], 12);
}

#[test]
fn a_cell_that_goes_on_behind_its_quotation_mark_is_refused() {
    let shop = Shop::new();
    shop.write("more.csv", "Customer ID,First Name\nC-1,\"Ida\nC-2,\"Bo\"\n");
    shop.run("import customers more.csv").status(1).stderr(
        "error: more.csv:3, column `First Name`: a cell continues after its closing quotation mark\n\
         hint: write a quotation mark inside a cell twice; the cell may have been opened on an earlier line\n",
    );
}
