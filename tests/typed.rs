//! What is typed or linked leads nowhere: no word moves the cursor of a terminal, and nothing is written outside of the shop.

use crate::support::Shop;

/// Texts that a terminal would obey, as they are typed and as they come back.
#[test]
fn nothing_that_was_typed_moves_the_cursor() {
    const TYPED: &str = "a\nb\u{1b}[31m\u{7}\u{202e}c\r\u{9b}1m\u{2028}d";
    let shop = Shop::new();
    shop.run("plan spring").quiet();
    for words in [
        vec!["plan"],
        vec!["check"],
        vec!["print"],
        vec!["report"],
        vec!["posted"],
        vec!["send"],
        vec!["proof"],
        vec!["recipients"],
        vec!["outbox"],
        vec!["note-lines"],
        vec!["why", "spring"],
        vec!["preview", "spring"],
        vec!["returned", "spring"],
        vec!["customer", "show"],
        vec!["customer", "find"],
        vec!["customer", "set", "C-01"],
        vec!["customer", "forget"],
        vec!["redeem"],
        vec!["segment"],
        vec!["manual"],
        vec!["restore"],
        vec!["backup"],
        vec!["till", "token"],
        vec!["till", "revoke"],
        vec!["import", "undo"],
        vec!["import", "customers"],
        vec!["follow-up", "spring"],
        vec!["--nothing"],
        vec![],
        vec!["customer", "note", "C-01", "--kind"],
        vec!["email", "keys", "--selector"],
        vec!["best", "--from"],
    ] {
        let mut run = shop.with(&[words.as_slice(), &[TYPED]].concat());
        let said = run.talk() + &run.out();
        run.ended();
        let moves = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2028}');
        assert!(!said.contains(moves), "{words:?}: {said:?}");
        // The line break is none of what was typed.
        assert!(!said.lines().any(|line| line.starts_with('b')), "{words:?}: {said}");
    }
}

#[test]
fn names_are_one_line_that_can_be_read() {
    const BELL: &str = "Pat\u{7}\u{1b}[31m";
    let shop = Shop::new();
    drop(shop.with(&["till", "token", BELL]).status(1).says("cannot be the name of a till"));
    drop(shop.with(&["till", "token", "Pat\nBea"]).status(1).says("cannot be the name of a till"));
    let escaped = "Pat\\u0007\\u001b[31m";
    let (toml, campaign, letter) =
        (shop.read("shop.toml"), shop.read("campaigns/spring.toml"), shop.read("letter-templates/spring.md"));
    for (path, old, new) in [
        ("shop.toml", "[till]", "[till]\nnames = [\"_\"]"),
        ("shop.toml", "[till]", "[till]\nnames = [\"Counter\", \"a\\nb\"]"),
        ("shop.toml", "[segments]", "[segments]\n\"_\" = \"true\""),
        ("campaigns/spring.toml", "name", "name = \"_\"\n#"),
        ("campaigns/spring.toml", "[segment]", "[[signer]]\nname = \"_\"\nwhen = \"true\"\n\n[segment]"),
        (
            "campaigns/spring.toml",
            "[segment]",
            "[[branch]]\nname = \"_\"\nwhen = \"true\"\ntemplate = \"spring.md\"\n\n[segment]",
        ),
        ("campaigns/spring.toml", "include  = []", "include  = [\"_\"]"),
        ("letter-templates/spring.md", "subject", "signer = \"_\"\nsubject"),
    ] {
        shop.write("shop.toml", &toml);
        shop.write("campaigns/spring.toml", &campaign);
        shop.write("letter-templates/spring.md", &letter);
        let text = shop.read(path);
        let text = if text.contains(old) { text } else { format!("{text}\n{old}\n") };
        shop.write(path, text.replacen(old, &new.replace('_', escaped), 1));
        let mut run = shop.run("check");
        let said = run.talk() + &run.out();
        assert!(
            run.ended() == 1 && (said.contains("control character") || said.contains("is not the name of a till")),
            "{new}: {said}"
        );
    }
    shop.write("shop.toml", &toml);
    shop.write("campaigns/spring.toml", &campaign);
    shop.write("letter-templates/spring.md", &letter);
}

/// What is written stays in the shop folder, whatever is linked in it.
#[cfg(unix)]
#[test]
fn a_link_in_out_leads_nowhere() {
    for link in ["out", "out/spring", "out/spring/previews", "out/spring/letters", "out/spring/reminder-1"] {
        let shop = Shop::new();
        shop.run("plan spring").quiet();
        let elsewhere = tempfile::tempdir().unwrap();
        let _ = std::fs::remove_dir_all(shop.file("out"));
        std::fs::create_dir_all(shop.file(link).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), shop.file(link)).unwrap();
        for line in [
            "print spring",
            "print spring --each",
            "proof spring",
            "preview spring C-01",
            "note-lines spring",
            "print spring --labels 5160",
        ] {
            let mut run = shop.run(line);
            let said = run.talk();
            assert!(run.ended() == 1 || run.ended() == 2, "{link}: {line}: {said}");
            assert!(run.ended() == 2 || said.contains(&format!("`{link}` is a link")), "{link}: {line}: {said}");
        }
        let mut doctor = shop.run("doctor").status(1);
        let said = doctor.talk() + &doctor.out();
        assert!(said.contains(&format!("{link} is a link")), "{said}");
        let there: Vec<_> = elsewhere.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(there.is_empty(), "{link}: {there:?}");
    }
    // A shop folder that is reached by a link is one like others.
    let shop = Shop::new();
    let beside = tempfile::tempdir().unwrap();
    let linked = beside.path().join("linked");
    std::os::unix::fs::symlink(shop.path(), &linked).unwrap();
    let linked = linked.display().to_string();
    for line in ["plan spring", "print spring", "proof spring", "preview spring C-01", "doctor"] {
        let words: Vec<String> = ["--shop", &linked].into_iter().chain(line.split(' ')).map(str::to_owned).collect();
        let mut run = shop.with(&words);
        assert_eq!(run.ended(), 0, "{line}: {}", run.talk());
    }
}
