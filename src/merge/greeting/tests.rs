//! Greetings and name lines that a careful writer would put under their own name.

use super::*;

fn card(title: &str, first: &str, last: &str, spouse: &str) -> Customer {
    Customer {
        reference: "C-1".into(),
        title: title.into(),
        first_name: first.into(),
        last_name: last.into(),
        spouse: spouse.into(),
        ..Customer::default()
    }
}

#[test]
fn households_are_greeted_properly() {
    let robert = card("Mr.", "Robert", "Smith", "");
    let eleanor = card("Mrs.", "Eleanor", "Smith", "");
    let lopez = card("Ms.", "Ana", "Lopez", "");
    let chan = card("Mr.", "David", "Chan", "");
    for (people, greeting, line) in [
        (vec![&eleanor, &robert], "Dear Mr. and Mrs. Smith,", "Eleanor and Robert Smith"),
        (vec![&robert], "Dear Mr. Smith,", "Robert Smith"),
        (vec![&lopez, &chan], "Dear Ms. Lopez and Mr. Chan,", "Ana Lopez and David Chan"),
        (vec![&card("Mr.", "Robert", "Smith", "Eleanor")], "Dear Robert and Eleanor,", "Robert and Eleanor Smith"),
        (
            vec![&card("Mr.", "Robert", "Smith", "Mrs. Eleanor Smith")],
            "Dear Mr. and Mrs. Smith,",
            "Robert and Eleanor Smith",
        ),
        (vec![&card("", "Anna", "Berg", ""), &card("", "Tom", "Berg", "")], "Dear Anna and Tom,", "Anna and Tom Berg"),
        (vec![&card("", "Anna", "", "")], "Dear Anna,", "Anna"),
        (vec![&card("", "", "Berg", "")], "Dear Berg,", "Berg"),
        (vec![&card("Mr.", ".", "7/11", "")], "Dear customer,", ""),
        (
            vec![&card("Dr.", "Zümra", "Özdemir", "Ömer Asaf")],
            "Dear Zümra and Ömer Asaf,",
            "Zümra and Ömer Asaf Özdemir",
        ),
    ] {
        let names = names_of(&people);
        assert_eq!((names.greeting.as_str(), names.line.as_str()), (greeting, line));
    }
}

/// A card of `field=value; …`.
fn card_of(text: &str) -> Customer {
    let get = |field: &str| {
        let found = text.split("; ").find_map(|part| part.strip_prefix(field)?.strip_prefix('='));
        found.unwrap_or_default().to_owned()
    };
    Customer {
        reference: "C-1".into(),
        title: get("title"),
        first_name: get("first"),
        last_name: get("last"),
        full_name: get("full"),
        suffix: get("suffix"),
        spouse: get("spouse"),
        company: get("company"),
        ..Customer::default()
    }
}

/// Cards, greeting, name line.
fn check(households: &[(&[&str], &str, &str)]) {
    for (cards, greeting, line) in households {
        let cards: Vec<Customer> = cards.iter().map(|text| card_of(text)).collect();
        let names = names_of(&cards.iter().collect::<Vec<_>>());
        assert_eq!((names.greeting.as_str(), names.line.as_str()), (*greeting, *line), "{cards:?}");
    }
}

#[test]
fn couples_in_one_field_or_on_two_cards() {
    check(&[
        (&["title=Mr. and Mrs.; first=Robert; last=Smith"], "Dear Mr. and Mrs. Smith,", "Mr. and Mrs. Robert Smith"),
        (
            &["title=Mr & Mrs; first=Robert; last=Smith; spouse=Eleanor"],
            "Dear Mr and Mrs Smith,",
            "Robert and Eleanor Smith",
        ),
        (&["title=Mr & Mrs; first=Robert & Eleanor; last=Smith"], "Dear Mr and Mrs Smith,", "Robert and Eleanor Smith"),
        (&["title=Mr. and Mrs.; last=Smith"], "Dear Mr. and Mrs. Smith,", "Mr. and Mrs. Smith"),
        (&["full=Mr. and Mrs. Robert Smith"], "Dear Mr. and Mrs. Smith,", "Mr. and Mrs. Robert Smith"),
        (&["full=Robert and Eleanor Smith"], "Dear Robert and Eleanor,", "Robert and Eleanor Smith"),
        (&["full=Ana Lopez and David Chan"], "Dear Ana and David,", "Ana Lopez and David Chan"),
        (&["title=Dr. and Mrs.; first=Jürgen; last=Müller"], "Dear Dr. and Mrs. Müller,", "Dr. and Mrs. Jürgen Müller"),
        (
            &["title=Mr. and Mrs.; first=Robert; last=Smith", "title=Mrs.; first=Eleanor; last=Smith"],
            "Dear Mr. and Mrs. Smith,",
            "Robert and Eleanor Smith",
        ),
        (
            &["first=Robert and Eleanor; last=Smith", "first=Eleanor; last=Smith"],
            "Dear Robert and Eleanor,",
            "Robert and Eleanor Smith",
        ),
        // Points, capitals.
        (&["title=Mr; first=Robert; last=Smith"], "Dear Mr Smith,", "Robert Smith"),
        (
            &["title=Mr.; first=Robert; last=Smith", "title=Mrs; first=Eleanor; last=Smith"],
            "Dear Mr. and Mrs. Smith,",
            "Robert and Eleanor Smith",
        ),
        (&["title=mr; first=Robert; last=Smith"], "Dear Mr Smith,", "Robert Smith"),
        (&["title=MRS.; first=ELEANOR; last=SMITH"], "Dear Mrs. SMITH,", "ELEANOR SMITH"),
        (&["first=ROSA; last=OKAFOR", "first=Tom; last=Okafor"], "Dear ROSA and Tom,", "ROSA and Tom OKAFOR"),
    ]);
}

#[test]
fn titles_of_other_tongues_and_of_rank() {
    check(&[
        (&["full=Herr Dr. Hans Meyer"], "Dear Herr Dr. Meyer,", "Hans Meyer"),
        (
            &["title=Herr; first=Hans; last=Meyer", "title=Frau; first=Inge; last=Meyer"],
            "Dear Herr and Frau Meyer,",
            "Hans and Inge Meyer",
        ),
        (
            &["title=Frau; first=Inge; last=Meyer", "title=Herr; first=Hans; last=Meyer"],
            "Dear Herr and Frau Meyer,",
            "Inge and Hans Meyer",
        ),
        (&["full=Mr. Smith"], "Dear Mr. Smith,", "Mr. Smith"),
        (&["full=Herr und Frau Meyer"], "Dear Herr and Frau Meyer,", "Herr and Frau Meyer"),
        (&["title=Mme; first=Claire; last=Dubois"], "Dear Mme Dubois,", "Claire Dubois"),
        (&["title=Sr. y Sra.; first=José; last=García"], "Dear Sr. and Sra. García,", "Sr. and Sra. José García"),
        (&["full=Señora María de la Cruz"], "Dear Señora de la Cruz,", "María de la Cruz"),
        (&["full=José Ortega y Gasset"], "Dear José,", "José Ortega y Gasset"),
        (&["full=山田太郎"], "Dear 山田太郎,", "山田太郎"),
        // Rank.
        (
            &["title=Mr.; first=Tom; last=Berg", "title=Dr.; first=Ida; last=Berg"],
            "Dear Dr. and Mr. Berg,",
            "Tom and Ida Berg",
        ),
        (
            &["title=Dr.; first=Tom; last=Berg", "title=Dr.; first=Ida; last=Berg"],
            "Dear Drs. Berg,",
            "Tom and Ida Berg",
        ),
        (&["title=Sir; first=Robert; last=Smith"], "Dear Sir Robert,", "Robert Smith"),
    ]);
}

#[test]
fn missing_parts_firms_and_families() {
    check(&[
        (&["first=J.; last=Smith"], "Dear J. Smith,", "J. Smith"),
        (&["title=Ms.; last=Chan"], "Dear Ms. Chan,", "Ms. Chan"),
        (&["title=Ms."], "Dear customer,", ""),
        (&["first= ; last=\u{200b}"], "Dear customer,", ""),
        (&["full=Berg, Anna"], "Dear Anna,", "Anna Berg"),
        (&["full=Mr. Robert Smith, Jr."], "Dear Mr. Smith,", "Robert Smith Jr."),
        (
            &["title=Mr.; first=Robert; last=Smith; suffix=Jr.", "title=Mrs.; first=Eleanor; last=Smith"],
            "Dear Mr. and Mrs. Smith,",
            "Robert Smith Jr. and Eleanor Smith",
        ),
        // Companies.
        (&["full=Marlowe & Finch Ltd."], "Dear friends at Marlowe & Finch Ltd.,", "Marlowe & Finch Ltd."),
        (&["first=Acme; last=Tools GmbH"], "Dear friends at Acme Tools GmbH,", "Acme Tools GmbH"),
        // Three and more.
        (
            &["first=Anna; last=Berg", "first=Tom; last=Berg", "first=Ida; last=Berg"],
            "Dear Berg family,",
            "The Berg Family",
        ),
        (
            &["first=Anna; last=Berg", "first=Tom; last=Vik", "first=Ida; last=Berg"],
            "Dear Anna, Tom and Ida,",
            "Anna Berg, Tom Vik and Ida Berg",
        ),
        (
            &["title=Ms.; first=Ana; last=Lopez", "first=David; last=Chan"],
            "Dear Ana and David,",
            "Ana Lopez and David Chan",
        ),
    ]);
}

#[test]
fn firms_and_whole_names_are_greeted() {
    let firm = Customer { company: "Acme Ltd".into(), ..card("", "", "", "") };
    assert_eq!(names_of(&[&firm]).line, "Acme Ltd");
    for whole in ["山田 太郎", "김 민준", "王 小明"] {
        let full = Customer { full_name: whole.into(), ..card("", "", "", "") };
        assert_eq!(names_of(&[&full]).line, whole, "the family stands first already");
    }
    let full = Customer { full_name: "Dr. Jan van der Berg Jr.".into(), ..card("", "", "", "") };
    assert_eq!(
        names_of(&[&full]),
        Names {
            greeting: "Dear Dr. van der Berg,".into(),
            line: "Jan van der Berg Jr.".into(),
            shorter: vec!["J. van der Berg".into()],
        }
    );
}

#[test]
fn shorter_names_stay_proper_names() {
    for (cards, shorter) in [
        (
            vec![card("Mr.", "Robert Max", "Smith", ""), card("Mrs.", "Eleanor", "Smith", "")],
            vec!["Mr. and Mrs. R. M. Smith", "R. M. and E. Smith", "The Smith Family"],
        ),
        (
            vec![card("Mrs.", "Eleanor", "Smith", ""), card("Dr.", "Robert", "Smith", "")],
            vec!["Dr. and Mrs. R. Smith", "E. and R. Smith", "The Smith Family"],
        ),
        (vec![card("", "太郎", "山田", "")], vec![]),
        (
            vec![card("", "Jean-Pierre", "Durand", ""), card("", "Élodie", "Durand", "")],
            vec!["J.-P. and É. Durand", "The Durand Family"],
        ),
        (vec![card("", "Ana", "Lopez", ""), card("", "David", "Chan", "")], vec!["A. Lopez and D. Chan"]),
        (vec![card("Dr.", "Maximiliane", "von Berg", "")], vec!["M. von Berg"]),
        (vec![card("", "", "Berg", "")], vec![]),
    ] {
        let shorter: Vec<String> = shorter.into_iter().map(str::to_owned).collect();
        assert_eq!(names_of(&cards.iter().collect::<Vec<_>>()).shorter, shorter);
    }
}
