//! `completions SHELL`: what a shell needs to complete verbs, options and the names of campaigns.

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
    /// Print the names of the campaigns, as the completions ask for them.
    #[arg(long, hide = true)]
    campaigns: bool,
}

/// How the completions ask for the names of campaigns; outside a shop folder there are none.
const CAMPAIGNS: &str = "regulars completions --campaigns 2>/dev/null";

pub(super) fn run(arguments: &CompletionsArguments, context: &Context) -> Result<Done> {
    let text = match arguments.shell {
        Some(shell) => script(shell, &mut (context.command)()),
        None => campaign::list_files(&context.shop()?)?.into_iter().map(|name| name + "\n").collect(),
    };
    Ok(Done::new(text.clone(), &json!({ "completions": text })))
}

/// The script of clap, in which a NAME is the name of a campaign.
fn script(shell: Shell, command: &mut clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "regulars", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => names_of(command).fold(script, |script, verb| {
            let case = format!("regulars__subcmd__{})\n            opts=\"", verb.replace('-', "__subcmd__"));
            script.replacen(&case, &format!("{case}$({CAMPAIGNS}) "), 1)
        }),
        Shell::Zsh => {
            let list = format!(
                "_regulars_campaigns() {{\n    local -a names\n    names=(${{(f)\"$({CAMPAIGNS})\"}})\n    compadd -a names\n}}\n\n"
            );
            let is_name = |line: &str| line.trim_start_matches([' ', '\'', ':']).starts_with("campaign -- ");
            let named = |line: &str| {
                if is_name(line) { line.replace(":_default'", ":_regulars_campaigns'") } else { line.to_owned() }
            };
            let script: String = script.split_inclusive('\n').map(named).collect();
            script.replacen("_regulars() {", &format!("{list}_regulars() {{"), 1)
        }
        Shell::Fish => {
            let verbs: Vec<&str> = names_of(command).collect();
            let seen = format!("__fish_seen_subcommand_from {}", verbs.join(" "));
            format!("{script}complete -c regulars -n \"{seen}\" -f -a \"({CAMPAIGNS})\"\n")
        }
        _ => script,
    }
}

/// The verbs that are followed by the name of a campaign.
fn names_of(command: &clap::Command) -> impl Iterator<Item = &str> {
    let is_name = |argument: &clap::Arg| argument.get_id() == "campaign";
    command
        .get_subcommands()
        .filter(move |verb| verb.get_positionals().next().is_some_and(is_name))
        .map(clap::Command::get_name)
}
