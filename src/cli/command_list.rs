//! Every verb with its options, for the manual.

use clap::{Arg, Command};

/// A verb without subcommands.
pub(super) struct ListedVerb {
    /// `import customers`.
    pub(super) path: String,
    /// `--map`, `--dry-run`.
    pub(super) options: Vec<String>,
    markdown: String,
}

/// All verbs in order, without hidden ones.
pub(super) fn verbs(command: &Command) -> impl Iterator<Item = ListedVerb> {
    let mut found = Vec::new();
    add(command, "", &mut found);
    found.into_iter()
}

/// All verbs as Markdown, with a heading each.
pub(super) fn markdown(command: &Command) -> String {
    verbs(command).map(|verb| verb.markdown).collect::<Vec<_>>().join("\n")
}

fn add(command: &Command, before: &str, found: &mut Vec<ListedVerb>) {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        let path = format!("{before}{}", verb.get_name());
        if verb.has_subcommands() {
            add(verb, &format!("{path} "), found);
            continue;
        }
        let arguments: Vec<&Arg> = verb.get_arguments().filter(|one| !one.is_hide_set()).collect();
        let mut typed = format!("regulars {path}");
        for argument in arguments.iter().filter(|one| one.is_required_set() || one.is_positional()) {
            let shown = shown(argument);
            typed.push_str(&if argument.is_required_set() { format!(" {shown}") } else { format!(" [{shown}]") });
        }
        let about = verb.get_long_about().or(verb.get_about()).map(ToString::to_string).unwrap_or_default();
        let about = about.trim_end_matches('.');
        let more = verb.get_after_help().map(|more| format!(" {more}")).unwrap_or_default();
        let mut markdown = format!("## {path}\n\n{about}.{more}\n\n`{typed}`\n");
        if !arguments.is_empty() {
            markdown.push_str("\n| argument | is |\n|---|---|\n");
        }
        for argument in &arguments {
            markdown.push_str(&format!("| `{}` | {} |\n", in_table(&shown(argument)), in_table(&help(argument))));
        }
        let options = arguments.iter().filter_map(|one| one.get_long()).map(|long| format!("--{long}")).collect();
        found.push(ListedVerb { path, options, markdown });
    }
}

/// An argument as typed: `NAME`, `--limit N`, `WORDS…`.
fn shown(argument: &Arg) -> String {
    let takes_value = argument.is_positional() || argument.get_action().takes_values();
    let names = argument.get_value_names().unwrap_or_default().iter().map(clap::builder::Str::as_str);
    let mut words: Vec<String> = argument.get_long().map(|long| format!("--{long}")).into_iter().collect();
    if takes_value {
        words.extend(names.map(str::to_owned));
    }
    let many = argument.is_positional() && argument.get_num_args().is_some_and(|range| range.max_values() > 1);
    words.join(" ") + if many { "…" } else { "" }
}

fn help(argument: &Arg) -> String {
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> =
        argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if argument.get_action().takes_values() && !values.is_empty() {
        help.push_str(&format!(": {}", values.join(", ")));
    }
    let usual: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if argument.get_action().takes_values()
        && !argument.is_hide_default_value_set()
        && usual != [""]
        && !usual.is_empty()
    {
        help.push_str(&format!("; usually `{}`", usual.join(" ")));
    }
    help
}

/// A text in a cell of a Markdown table.
fn in_table(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
