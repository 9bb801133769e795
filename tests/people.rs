//! Who is greeted and how, who lives together, and what is on the envelope: `lines | greeting` for cards as in exports.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Shop, letter_lines};

/// The letters of a plan for everyone.
struct Mailing {
    /// By reference: the lines of the address separated by ` / `, then ` | `, the greeting.
    letters: BTreeMap<String, String>,
    shop: Shop,
}

impl Mailing {
    fn of(csv: &str) -> Self {
        let shop = Shop::without_people();
        shop.write("people.csv", csv);
        shop.run("import customers people.csv").talk();
        let letters = letter_lines(&shop, "household");
        Self { letters, shop }
    }

    /// Who is reported before the letters are sent: `ref: message`.
    fn named(&self) -> Vec<String> {
        let proof = self.shop.run("--json proof all").quiet().json();
        let said = |p: &Value| format!("{}: {}", p["ref"].as_str().unwrap(), p["message"].as_str().unwrap());
        proof["problems"].as_array().unwrap().iter().map(said).collect()
    }
}

/// Cells of a card, then name line and greeting; each letter is sent to `1 A St, Boston, MA 02108`, in a separate town.
#[track_caller]
fn check(header: &str, rows: &[(&str, &str, &str)]) {
    let mut csv = format!("ref,{header},street,city,state,postcode\n");
    for (n, (cells, ..)) in rows.iter().enumerate() {
        csv.push_str(&format!("P{n},{cells},{n} Long St,Boston,MA,02108\n"));
    }
    let mailing = Mailing::of(&csv);
    let mut faults = Vec::new();
    for (n, (cells, line, greeting)) in rows.iter().enumerate() {
        let reference = format!("P{n}");
        let street = format!("{n} Long St / Boston, MA 02108");
        let line = if line.is_empty() { street } else { format!("{line} / {street}") };
        let expected = format!("{line} | {greeting}");
        match mailing.letters.get(&reference) {
            Some(letter) if *letter == expected => {}
            letter => faults.push(format!("{cells}\n   is: {letter:?}\n  not: {expected}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Cells of a card that must be reported; others in the list must not be.
#[track_caller]
fn check_named(header: &str, named: &[&str], unnamed: &[&str]) {
    let mut csv = format!("ref,{header},street,city,state,postcode\n");
    for (n, cells) in named.iter().chain(unnamed).enumerate() {
        csv.push_str(&format!("P{n},{cells},{n} Long St,Boston,MA,02108\n"));
    }
    let said = Mailing::of(&csv).named();
    for (n, cells) in named.iter().chain(unnamed).enumerate() {
        let is_named = said.iter().any(|one| one.starts_with(&format!("P{n}:")));
        assert_eq!(is_named, n < named.len(), "{cells}: {said:?}");
    }
}

#[test]
fn letters_behind_a_name_are_no_surname() {
    check(
        "full_name",
        &[
            ("Ms Pat O'Hara-Lund MBE", "Pat O'Hara-Lund MBE", "Dear Ms O'Hara-Lund,"),
            ("\"Dr. med. univ. Margit Popp, MSc\"", "Margit Popp, MSc", "Dear Dr. Popp,"),
            ("\"John H. Doe III, Esq.\"", "John H. Doe III, Esq.", "Dear John,"),
            ("Sam Cole QC", "Sam Cole QC", "Dear Sam,"),
            ("Mr. Andrew Ma", "Andrew Ma", "Dear Mr. Ma,"),
            ("Jo Do", "Jo Do", "Dear Jo,"),
            ("Kim Ba", "Kim Ba", "Dear Kim,"),
            ("MR. ANDREW MA", "ANDREW MA", "Dear Mr. MA,"),
            ("Jane Roe OBE KC", "Jane Roe OBE KC", "Dear Jane,"),
            ("Dr. Ida Vik PhD FRCS", "Ida Vik PhD FRCS", "Dear Dr. Vik,"),
            ("Tom Reed MA", "Tom Reed MA", "Dear Tom,"),
            ("\"Rosa Diaz, B.A., M.A.\"", "Rosa Diaz, B.A., M.A.", "Dear Rosa,"),
            ("Paul Hale S.J.", "Paul Hale S.J.", "Dear Paul,"),
            ("\"Reed, Tom, CPA\"", "Tom Reed, CPA", "Dear Tom,"),
            ("Dipl.-Ing. (FH) Hans Meyer MBA", "Hans Meyer MBA", "Dear Dipl.-Ing. Meyer,"),
            ("\"Ma, Andrew\"", "Andrew Ma", "Dear Andrew,"),
        ],
    );
    check(
        "title,first_name,last_name",
        &[
            (",Tom,Reed PhD", "Tom Reed PhD", "Dear Tom,"),
            ("Ms.,Ann,\"Cole, RN\"", "Ann Cole, RN", "Dear Ms. Cole,"),
            ("Mr,Ed,Hall MBE JP", "Ed Hall MBE JP", "Dear Mr Hall,"),
            ("Mr.,Jack,Ma", "Jack Ma", "Dear Mr. Ma,"),
            ("Mr.,John,Cole Jr.", "John Cole Jr.", "Dear Mr. Cole,"),
            (",Jane MBE,Poe", "Jane Poe", "Dear Jane,"),
        ],
    );
}

#[test]
fn words_for_an_empty_cell_are_printed_nowhere() {
    check(
        "title,first_name,last_name,spouse,company",
        &[
            (",NULL,Brown,,", "Brown", "Dear Brown,"),
            ("N/A,John,Green,,", "John Green", "Dear John,"),
            (",Ann,Birch,none,", "Ann Birch", "Dear Ann,"),
            (",(blank),Moss,,", "Moss", "Dear Moss,"),
            (",Mary,None,,", "Mary None", "Dear Mary,"),
            (",John,Null,,", "John Null", "Dear John,"),
            (",Nan,Reed,,", "Nan Reed", "Dear Nan,"),
            (",Ann,#N/A,,undefined", "Ann", "Dear Ann,"),
            ("null,Ann,Roe,-,N/A", "Ann Roe", "Dear Ann,"),
            (",Ann,unknown,n.a.,", "Ann", "Dear Ann,"),
            (",Inge,keine Angabe,k.A.,", "Inge", "Dear Inge,"),
            (",inconnu,Petit,,", "Petit", "Dear Petit,"),
            (",Eva,Ríos,desconocido,No Company", "Eva Ríos / No Company", "Dear Eva,"),
            ("?,Test,Test,.,", "", "Dear customer,"),
            (",No,Name,,", "", "Dear customer,"),
            (",{{first_name}},Moss,,", "Moss", "Dear Moss,"),
            (",Ann,Blank,,", "Ann Blank", "Dear Ann,"),
        ],
    );
}

#[test]
fn no_firm_and_no_family_is_greeted_by_half() {
    check(
        "full_name,company",
        &[
            ("St. John's Church,", "St. John's Church", "Dear friends at St. John's Church,"),
            ("Current Resident,", "Current Resident", "Dear customer,"),
            ("Jones Family,", "Jones Family", "Dear Jones family,"),
            ("Estate of Mary Jones,", "Estate of Mary Jones", "Dear customer,"),
            ("Rose Baker,", "Rose Baker", "Dear Rose,"),
            ("Only A Probe,Only A Probe", "Only A Probe", "Dear friends at Only A Probe,"),
            (",Only A Probe", "Only A Probe", "Dear friends at Only A Probe,"),
            ("City Library,", "City Library", "Dear friends at City Library,"),
            ("Rose's Bakery,", "Rose's Bakery", "Dear friends at Rose's Bakery,"),
            ("Department of Small Roads,", "Department of Small Roads", "Dear friends at Department of Small Roads,"),
            ("University of Nowhere,", "University of Nowhere", "Dear friends at University of Nowhere,"),
            ("Moss & Wren,", "Moss & Wren", "Dear Moss & Wren,"),
            ("A & B Plumbing,", "A & B Plumbing", "Dear friends at A & B Plumbing,"),
            ("Grundschule Holm,", "Grundschule Holm", "Dear friends at Grundschule Holm,"),
            ("École Jules Petit,", "École Jules Petit", "Dear friends at École Jules Petit,"),
            ("Mairie de Lyon,", "Mairie de Lyon", "Dear friends at Mairie de Lyon,"),
            ("Restaurante Pepe,", "Restaurante Pepe", "Dear friends at Restaurante Pepe,"),
            ("Zion Church,", "Zion Church", "Dear Zion Church,"),
            ("The Smiths,", "The Smiths", "Dear Smith family,"),
            ("The Joneses,", "The Joneses", "Dear Jones family,"),
            ("Familie Holm,", "Familie Holm", "Dear Holm family,"),
            ("Family Jones,", "Family Jones", "Dear Jones family,"),
            ("The Quill Family,", "The Quill Family", "Dear Quill family,"),
            ("Famille Petit,", "Famille Petit", "Dear Petit family,"),
            ("Tom Church,", "Tom Church", "Dear Tom,"),
            ("Grace Bank,", "Grace Bank", "Dear Grace,"),
            ("Mark School,", "Mark School", "Dear Mark,"),
            ("Ann & Tom,", "Ann and Tom", "Dear Ann and Tom,"),
            ("Wren & Moss Booksellers,", "Wren & Moss Booksellers", "Dear friends at Wren & Moss Booksellers,"),
            ("Wren & Moss Old Maps,", "Wren & Moss Old Maps", "Dear Wren & Moss Old Maps,"),
            ("Acme (Salem) Ltd,", "Acme (Salem) Ltd", "Dear friends at Acme (Salem) Ltd,"),
            ("Hotel Adler,", "Hotel Adler", "Dear friends at Hotel Adler,"),
            ("Amtsgericht Ulm,", "Amtsgericht Ulm", "Dear friends at Amtsgericht Ulm,"),
            ("Accounts Payable,", "Accounts Payable", "Dear friends at Accounts Payable,"),
            ("Friends of the Park,", "Friends of the Park", "Dear friends at Friends of the Park,"),
            ("Max Records,", "Max Records", "Dear Max Records,"),
            ("Reed & Moss Old Maps,", "Reed & Moss Old Maps", "Dear Reed & Moss Old Maps,"),
            ("Salem High School,", "Salem High School", "Dear Salem High School,"),
            ("Route 12,", "Route 12", "Dear Route 12,"),
            ("Mary Ann Church,", "Mary Ann Church", "Dear Mary Ann,"),
            ("James and Ida Berg,", "James and Ida Berg", "Dear James and Ida,"),
            ("Mr and Mrs,", "", "Dear customer,"),
            ("Mary Unknown,", "Mary", "Dear Mary,"),
        ],
    );
    check(
        "title,first_name,last_name",
        &[
            (",Rose's,Bakery", "Rose's Bakery", "Dear friends at Rose's Bakery,"),
            ("Firma,,Muster", "Muster", "Dear friends at Muster,"),
            ("Familie,,Holm", "Familie Holm", "Dear Holm family,"),
            (",Jones,Family", "Jones Family", "Dear Jones family,"),
            ("Mr.,Tom,Church", "Tom Church", "Dear Mr. Church,"),
            (",Zion,Church", "Zion Church", "Dear Zion,"),
            (",Rose,Bakery", "Rose Bakery", "Dear Rose Bakery,"),
        ],
    );
}

#[test]
fn titles_stand_in_front_of_a_whole_name() {
    check(
        "full_name",
        &[
            ("Col. John Black", "John Black", "Dear Col. Black,"),
            ("Sister Agnes", "Sister Agnes", "Dear Sister Agnes,"),
            ("Eheleute Hans und Inge Holm", "Hans and Inge Holm", "Dear Hans and Inge,"),
            ("Capt. Rosa Diaz", "Rosa Diaz", "Dear Capt. Diaz,"),
            ("Dean Cole", "Dean Cole", "Dear Dean,"),
            ("Earl Jones", "Earl Jones", "Dear Earl,"),
            ("Duke Ellis", "Duke Ellis", "Dear Duke,"),
            ("Major Lance", "Major Lance", "Dear Major,"),
            ("Prince Rogers", "Prince Rogers", "Dear Prince,"),
            ("Don Moss", "Don Moss", "Dear Don,"),
            ("Dean Anna Cole", "Dean Anna Cole", "Dear Dean Cole,"),
            ("Lt. Col. Ann Reed", "Ann Reed", "Dear Lt. Col. Reed,"),
            ("The Rev. Paul Hale", "Paul Hale", "Dear Rev. Hale,"),
            ("Rabbi Cohen", "Rabbi Cohen", "Dear Rabbi Cohen,"),
            ("Judge Mary Holt", "Mary Holt", "Dear Judge Holt,"),
            ("Sen. Ida Vik", "Ida Vik", "Dear Sen. Vik,"),
            ("Fr. John Brown", "John Brown", "Dear Fr. Brown,"),
            ("Sister Mary Agnes", "Sister Mary Agnes", "Dear Sister Mary Agnes,"),
            ("Herr Prof. Dr. Hans Meyer", "Hans Meyer", "Dear Herr Prof. Dr. Meyer,"),
            ("Mme Claire Petit", "Claire Petit", "Dear Mme Petit,"),
            ("Docteur Paul Petit", "Paul Petit", "Dear Docteur Petit,"),
            ("Srta. Eva Ríos", "Eva Ríos", "Dear Srta. Ríos,"),
            ("Sig.ra Anna Rossi", "Anna Rossi", "Dear Sig.ra Rossi,"),
            ("Mevr. Anna de Vries", "Anna de Vries", "Dear Mevr. de Vries,"),
            ("De heer Jan Smit", "Jan Smit", "Dear Heer Smit,"),
            ("Mr Van Vleet", "Mr Van Vleet", "Dear Mr Van Vleet,"),
            ("Mrs. St. John", "Mrs. St. John", "Dear Mrs. St. John,"),
            ("Very Rev. Tom Vik", "Tom Vik", "Dear Very Rev. Vik,"),
            ("M. et Mme Paul Petit", "M. and Mme Paul Petit", "Dear M. and Mme Petit,"),
            ("Mr bin Saleh", "Mr bin Saleh", "Dear Mr bin Saleh,"),
            ("Herr von und zu Stein", "Herr von und zu Stein", "Dear Herr von und zu Stein,"),
            ("Don Pedro Gil", "Don Pedro Gil", "Dear Don Pedro,"),
            ("Doña Ana", "Doña Ana", "Dear Doña Ana,"),
            ("An Herrn Hans Holm", "Hans Holm", "Dear Herr Holm,"),
            ("Prof. em. Dr. Karl Holm", "Karl Holm", "Dear Prof. Dr. Holm,"),
            ("\"Quill, John & Mary\"", "John and Mary Quill", "Dear John and Mary,"),
            ("\"Ann, Tom and Ida Berg\"", "The Berg Family", "Dear Berg family,"),
            ("\"Ann Berg, Tom Berg\"", "Ann and Tom Berg", "Dear Ann and Tom,"),
            ("Ann/Tom Berg", "Ann and Tom Berg", "Dear Ann and Tom,"),
            ("Mr/Mrs John Pine", "John Pine", "Dear John,"),
            ("Señora de la Cruz", "Señora de la Cruz", "Dear Señora de la Cruz,"),
        ],
    );
    check(
        "title,first_name,last_name",
        &[
            ("Frau Dr.,Eva,Kurz", "Eva Kurz", "Dear Frau Dr. Kurz,"),
            ("Dr. Frau,Eva,Kurz", "Eva Kurz", "Dear Frau Dr. Kurz,"),
            ("Herr Prof. Dr.,Hans,Kurz", "Hans Kurz", "Dear Herr Prof. Dr. Kurz,"),
            ("Dr. med. Herr,Hans,Kurz", "Hans Kurz", "Dear Herr Dr. Kurz,"),
            ("Mr Dr,Tom,Cole", "Tom Cole", "Dear Dr Cole,"),
            ("Frau,Dr. Eva,Kurz", "Eva Kurz", "Dear Frau Dr. Kurz,"),
            ("Col.,John,Black", "John Black", "Dear Col. Black,"),
            ("Col.,John,", "John", "Dear John,"),
            ("Mr.,Tom,Lord", "Tom Lord", "Dear Mr. Lord,"),
            (",Judge,Moss", "Judge Moss", "Dear Judge Moss,"),
            ("Mr.Dr.,Tom,Cole", "Tom Cole", "Dear Dr. Cole,"),
            ("Sister,Agnes,", "Sister Agnes", "Dear Sister Agnes,"),
            ("Late,Mary,Jones", "Mary Jones", "Dear customer,"),
        ],
    );
}

#[test]
fn particles_nicknames_and_remarks() {
    check(
        "title,first_name,last_name",
        &[
            ("Mr,,Van Vleet", "Mr Van Vleet", "Dear Mr Van Vleet,"),
            (",Robert (Bob),Jones", "Robert Jones", "Dear Robert,"),
            (",Ann,Star (do not mail)", "Ann Star", "Dear Ann,"),
            ("Mr/Mrs,John,Pine", "John Pine", "Dear John,"),
            (",,", "", "Dear customer,"),
            (",William 'Bill',Reed", "William Reed", "Dear William,"),
            (",Mr. and Mrs. Hans,Holm", "Mr. and Mrs. Hans Holm", "Dear Mr. and Mrs. Holm,"),
            (",\"William \"\"Bill\"\"\",Reed", "William Reed", "Dear William,"),
            (",*VIP* Ann,Moss", "Ann Moss", "Dear Ann,"),
            (",Ann,Wren - moved", "Ann Wren", "Dear Ann,"),
            (",Ann,Lark c/o Tom Roe", "Ann Lark c/o Tom Roe", "Dear Ann,"),
            ("Herr/Frau,Inge,Holm", "Inge Holm", "Dear Inge,"),
            ("divers,Inge,Vik", "Inge Vik", "Dear Inge,"),
            ("M./Mme,Luc,Petit", "Luc Petit", "Dear Luc,"),
        ],
    );
    check_named(
        "title,first_name,last_name,full_name",
        &[
            ",Ann,Star (do not mail),",
            "Mr,john,smith,",
            ",ann@example.com,Poe,",
            ",,,",
            ",,,Current Resident",
            ",,,Estate of Mary Jones",
            ",,,An alle Haushalte",
            ",,,To the Householder",
            ",,,Mary Jones (deceased)",
            ",,,the late Tom Roe",
            ",Paul,Petit (décédé),",
            ",Hans,Holm - unbekannt verzogen,",
            ",,,Nachlass Holm",
            ",Ann 617-555-0142,Roe,",
            ",Ann,DO NOT MAIL,",
            ",,,jan van der berg",
            ",,,\"Tom Poe, moved\"",
        ],
        &[
            ",Robert (Bob),Jones,",
            ",,,Rose Baker",
            ",Mary,None,",
            ",Dec,Donnelly,",
            ",,,Familie Holm",
            ",,,Sam Cole QC",
            "Frau Dr.,Eva,Kurz,",
            ",,,St. John's Church",
        ],
    );
}

#[test]
fn a_spouse_keeps_their_surname() {
    check(
        "title,first_name,last_name,spouse",
        &[
            (",Anna,Lopez,David Chan", "Anna Lopez and David Chan", "Dear Anna and David,"),
            (",Anna,Lopez,\"Chan, David\"", "Anna Lopez and David Chan", "Dear Anna and David,"),
            (",Anna,Lopez,David M. Chan", "Anna Lopez and David M. Chan", "Dear Anna and David,"),
            (",Anna & David Chan,Lopez,", "Anna Lopez and David Chan", "Dear Anna and David,"),
            ("Ms.,Anna,Lopez,Mr. David Chan", "Anna Lopez and David Chan", "Dear Ms. Lopez and Mr. Chan,"),
            (",Anna,Lopez,Mary Ann", "Anna and Mary Ann Lopez", "Dear Anna and Mary Ann,"),
            (",Anna,Lopez,Jean Pierre", "Anna and Jean Pierre Lopez", "Dear Anna and Jean Pierre,"),
            (",Anna,Lopez,Mary Beth", "Anna and Mary Beth Lopez", "Dear Anna and Mary Beth,"),
            (",Anna,Lopez,David Chan-Lopez", "Anna Lopez and David Chan-Lopez", "Dear Anna and David,"),
            (",Anna,Lopez,Chan David", "Anna Lopez and Chan David", "Dear Anna and Chan David,"),
            (",Anna,Lopez,David James", "Anna Lopez and David James", "Dear Anna and David James,"),
            (",Anna,Lopez,Dr. David Chan", "Anna Lopez and David Chan", "Dear Anna and David,"),
            (",Anna,Lopez,\"van der Berg, Jan\"", "Anna Lopez and Jan van der Berg", "Dear Anna and Jan,"),
            (",Anna,Lopez,J. Chan", "Anna Lopez and J. Chan", "Dear Anna and J. Chan,"),
            (",Anna,Lopez,David", "Anna and David Lopez", "Dear Anna and David,"),
            (",Anna,Lopez,David Lopez", "Anna and David Lopez", "Dear Anna and David,"),
            (",Anna,Lopez,(none)", "Anna Lopez", "Dear Anna,"),
            (",Anna,Lopez,yes", "Anna Lopez", "Dear Anna,"),
            (",Anna,Lopez,Wei Chen", "Anna Lopez and Wei Chen", "Dear Anna and Wei,"),
            (",Anna,Lopez,de la Cruz Luis", "Anna Lopez and Luis de la Cruz", "Dear Anna and Luis,"),
            ("Mr. & Mrs.,John,Moss,Mary Jones", "John Moss and Mary Jones", "Dear Mr. Moss and Mrs. Jones,"),
            (",John H. & Mary,Moss,", "John H. and Mary Moss", "Dear John and Mary,"),
            (",Ana & Luis de la Cruz,Gil,", "Ana Gil and Luis de la Cruz", "Dear Ana and Luis,"),
        ],
    );
}

#[test]
fn a_couple_gets_one_letter_however_the_house_is_written() {
    let rows = [
        // Two cards of each couple, and whether it is one letter.
        ["Quill;12 Main St.;;02108", "Quill;12 Main St;;02108", "one"],
        ["Rook;13 Main St;;02108", "Rook;13 Main Street;;02108", "one"],
        ["Swan;14 Main St;Apt 2;02108", "Swan;14 Main St Apt 2;;02108", "one"],
        ["Wren;16 Main St;;02108", "Wren;16 Main St;;02108-1234", "one"],
        ["Lark;17 Main St;Apt 2;02108", "Lark;17 Main St;Apt 3;02108", "two"],
        ["Finch;18 MAIN ST;;02108", "Finch;18 Main St #;;02108", "one"],
        ["Heron;19 N. Oak Ave;Unit 4;02108", "Heron;19 North Oak Avenue #4;;02108", "one"],
        ["Müller;Hauptstr. 5;;02108", "Mueller;Hauptstraße 5;;02108", "one"],
        ["Petit;3 av. de la République;;02108", "Petit;3 Avenue de la Republique;;02108", "one"],
        ["Ríos;C/ Mayor nº 7;;02108", "Rios;Calle Mayor 7;;02108", "one"],
        ["Crane;20 Main St;;02108", "Crane;20 Main Ave;;02108", "named"],
        ["Stork;21 Mian St;;02108", "Stork;21 Main St;;02108", "named"],
        ["Robin;22 Main St;Apt 5;02108", "Robin;22 Main St;;02108", "named"],
        ["Dove;23 Main St;;02108", "Dove;23 Main St;;02109", "named"],
        ["Hawk;24 Main St;;02108", "Hawk;24 Main St;;", "named"],
        ["Gull;25 Main St;;02108", "Gull;25 Long Rd;;02108", "two"],
        ["Tern;26 Main St;;02108", "Tern;27 Main St;;02108", "two"],
        ["Kite;28 N Main St;;02108", "Kite;28 S Main St;;02108", "two"],
    ];
    let mut csv = "ref,first_name,last_name,street,street2,city,state,postcode\n".to_owned();
    for (n, [one, other, _]) in rows.iter().enumerate() {
        for (reference, first, card) in [(format!("A{n}"), "Ann", one), (format!("B{n}"), "Tom", other)] {
            let parts: Vec<&str> = card.split(';').collect();
            csv.push_str(&format!(
                "{reference},{first},{},{},{},Boston,MA,{}\n",
                parts[0], parts[1], parts[2], parts[3]
            ));
        }
    }
    let mailing = Mailing::of(&csv);
    let named = mailing.named();
    for (n, [one, other, how]) in rows.iter().enumerate() {
        let (ann, tom) = (format!("A{n}"), format!("B{n}"));
        let letters = [&ann, &tom].into_iter().filter(|reference| mailing.letters.contains_key(*reference)).count();
        let said =
            named.iter().any(|said| said.contains(&format!("(`{ann}`)")) && said.contains(&format!("(`{tom}`)")));
        let is = match (letters, said) {
            (1, false) => "one",
            (2, true) => "named",
            (2, false) => "two",
            _ => "odd",
        };
        assert_eq!(is, *how, "{one} | {other}: {named:?}");
    }
    // A migrated database of an earlier version: the next plan computes the households again.
    let shop = mailing.shop;
    let old = rusqlite::Connection::open(shop.file("regulars.db")).unwrap();
    old.execute_batch("UPDATE customer SET home = 0, household_id = id").unwrap();
    drop(old);
    shop.run("plan all --again").talk();
    let couples = "SELECT count(*) FROM customer WHERE household_id <> id";
    assert_eq!(shop.count(couples), i64::try_from(rows.iter().filter(|row| row[2] == "one").count()).unwrap());
}

#[test]
fn whoever_has_moved_stays_so_when_the_street_is_written_in_another_way() {
    let shop = Shop::without_people();
    let card = |street: &str, postcode: &str| {
        format!("ref,first_name,last_name,street,city,state,postcode\nM1,Ann,Moss,{street},Boston,MA,{postcode}\n")
    };
    shop.write("people.csv", card("12 Main St", "02108"));
    shop.run("import customers people.csv").talk();
    shop.run("customer set M1 moved=yes").quiet();
    for (street, postcode, has_moved) in
        [("12 Main Street", "02108-1234", true), ("12 MAIN ST.", "02108", true), ("13 Main St", "02108", false)]
    {
        shop.write("people.csv", card(street, postcode));
        shop.run("import customers people.csv").talk();
        let found = shop.json("segment moved")["customers"].as_array().unwrap().len();
        assert_eq!(found == 1, has_moved, "{street}");
    }
}

#[test]
fn firms_and_names_stand_where_the_country_wants_them() {
    let mailing = Mailing::of(
        "ref,first_name,last_name,company,street,street2,city,postcode,country\n\
         F1,Paul,Petit,Acme SARL,1 rue A,,Paris,75001,FR\n\
         A1,Hans,Klein,Acme GmbH,Weg 1,,Wien,1010,AT\n\
         N1,Jan,Smit,Acme BV,Weg 3,,Amsterdam,1012 AB,NL\n\
         D1,Hans,Gross,Acme GmbH,Weg 2,,Berlin,10115,DE\n\
         J1,太郎,山田,,1-2-3 Nishi,,Tokyo,100-0001,JP\n\
         C1,小明,王,,1 Long Rd,,Beijing,100001,CN\n\
         K1,민준,김,,1 Long Rd,,Seoul,03051,KR\n\
         H1,Anna,Nagy,,Fő utca 1,,Buda,1014,HU\n\
         S1,Eva,Berg,Acme AB,Gatan 1,,Lund,222 22,SE\n\
         B1,Luc,Maes,Acme NV,Weg 4,,Gent,9000,BE\n\
         I1,Anna,Rossi,Acme SRL,Via A 1,,Roma,00184,IT\n\
         P1,Bea,Box,,,PO Box 12,Boston,02108,US\n",
    );
    for (reference, letter) in [
        ("F1", "Acme SARL / Paul Petit / 1 rue A / 75001 PARIS / FRANCE | Dear Paul,"),
        ("A1", "Acme GmbH / Hans Klein / Weg 1 / 1010 Wien / AUSTRIA | Dear Hans,"),
        ("N1", "Acme BV / Jan Smit / Weg 3 / 1012 AB Amsterdam / NETHERLANDS | Dear Jan,"),
        ("D1", "Hans Gross / Acme GmbH / Weg 2 / 10115 Berlin / GERMANY | Dear Hans,"),
        ("J1", "山田 太郎 / 1-2-3 Nishi / Tokyo / 100-0001 / JAPAN | Dear 山田 太郎,"),
        ("C1", "王 小明 / 1 Long Rd / Beijing / 100001 / CHINA | Dear 王 小明,"),
        ("K1", "김 민준 / 1 Long Rd / Seoul / 03051 / SOUTH KOREA | Dear 김 민준,"),
        ("H1", "Anna Nagy / BUDA / Fő utca 1 / 1014 / HUNGARY | Dear Anna,"),
        ("S1", "Acme AB / Eva Berg / Gatan 1 / SE-222 22 Lund / SWEDEN | Dear Eva,"),
        ("B1", "Acme NV / Luc Maes / Weg 4 / 9000 Gent / BELGIUM | Dear Luc,"),
        ("I1", "Anna Rossi / Acme SRL / Via A 1 / 00184 ROMA / ITALY | Dear Anna,"),
        ("P1", "Bea Box / PO Box 12 / Boston, 02108 | Dear Bea,"),
    ] {
        assert_eq!(mailing.letters.get(reference).map(String::as_str), Some(letter), "{reference}");
    }
}

#[test]
fn check_says_what_is_in_english_only() {
    for (country, language, is_said) in [
        ("US", "", false),
        ("US", "language = \"en-GB\"\n", false),
        ("US", "language = \"de\"\n", true),
        ("DE", "language = \"de-AT\"\n", true),
        ("DE", "", true),
        ("FR", "language = \"fr\"\n", true),
        ("DE", "language = \"en\"\n", false),
    ] {
        let shop = Shop::without_people();
        shop.edit("shop.toml", "country  = \"US\"", &format!("country = \"{country}\""));
        let campaign = "name = \"All\"\nas_of = 2024-03-01\nchannel = \"letter\"\n[segment]\nwhere = \"true\"\n\
                        [letter]\ntemplate = \"all.md\"\n";
        shop.write("campaigns/all.toml", campaign);
        shop.write("letter-templates/all.md", format!("+++\n{language}+++\n{{{{ greeting }}}}\n"));
        let talk = shop.run("check all").talk();
        assert_eq!(talk.contains("are in English only"), is_said, "{country} {language}: {talk}");
    }
}
