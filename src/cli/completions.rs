//! `completions SHELL`: shell completions of verbs, options and the names of campaigns.

use clap_complete::Shell;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::campaign;
use crate::error::Result;

/// Print completions for your shell: verbs, options, and the names of campaigns.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum, required_unless_present = "campaigns")]
    shell: Option<Shell>,
    /// Print the names of the campaigns; used by the completions themselves.
    #[arg(long, hide = true)]
    campaigns: bool,
}

/// How completions get the names of campaigns; outside a shop folder there are none.
const CAMPAIGNS: &str = "regulars completions --campaigns 2>/dev/null";

pub(super) fn run(arguments: &CompletionsArguments, context: &Context) -> Result<Done> {
    let text = match arguments.shell {
        Some(shell) => script(shell, &mut (context.command)()),
        None => campaign::list_files(&context.shop()?)?.into_iter().map(|name| name + "\n").collect(),
    };
    Ok(Done::new(text.clone(), &json!({ "completions": text })))
}

/// The script of clap, in which NAME is completed to the name of a campaign.
fn script(shell: Shell, command: &mut clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "regulars", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => named_by(command).fold(script, |script, (verb, _)| {
            let case = format!("regulars__subcmd__{})\n            opts=\"", verb.replace('-', "__subcmd__"));
            script.replacen(&case, &format!("{case}$({CAMPAIGNS}) "), 1)
        }),
        Shell::Zsh => {
            let list = format!("    local -a names\n    names=(${{(f)\"$({CAMPAIGNS})\"}})\n    compadd -a names\n");
            let script =
                script.replacen("_regulars() {", &format!("_regulars_campaigns() {{\n{list}}}\n\n_regulars() {{"), 1);
            let is_name = |line: &str| named_by(command).any(|(_, name)| line.contains(&format!(":{name} -- ")));
            let named = |line: &str| {
                if is_name(line) { line.replace(":_default'", ":_regulars_campaigns'") } else { line.to_owned() }
            };
            script.split_inclusive('\n').map(named).collect()
        }
        Shell::Fish => {
            let verbs: Vec<&str> = named_by(command).map(|(verb, _)| verb).collect();
            let seen = format!("__fish_seen_subcommand_from {}", verbs.join(" "));
            format!("{script}complete -c regulars -n \"{seen}\" -f -a \"({CAMPAIGNS})\"\n")
        }
        _ => script,
    }
}

/// The verbs that take the name of a campaign, each with its name in clap.
fn named_by(command: &clap::Command) -> impl Iterator<Item = (&str, &str)> {
    let is_name =
        |argument: &&clap::Arg| argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "NAME"));
    let mut found = Vec::new();
    for verb in command.get_subcommands() {
        let name = verb.get_positionals().next().filter(is_name);
        found.extend(name.map(|name| (verb.get_name(), name.get_id().as_str())));
    }
    found.into_iter()
}
