//! `send NAME --to-folder DIR`: emails as files.

use std::path::PathBuf;

use serde_json::json;

use super::done::Done;
use super::{Context, pieces, progress};
use crate::campaign::{self, Recipient};
use crate::error::{Error, Result};
use crate::letter::OnDesk;
use crate::shop;
use crate::words;

/// Write the emails of a campaign into a folder, one file each, exactly as they would go out.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Where the emails go, as .eml files; nothing leaves the shop.
    #[arg(long, value_name = "DIR")]
    to_folder: PathBuf,
    /// So many at most.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Let emails go that wait: for a complaint to be put right, or because of a wish since the plan.
    #[arg(long)]
    despite: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let read = store.read();
    let on = OnDesk::take(&read, &shop, &arguments.campaign)?;
    let on = if arguments.despite { on.despite() } else { on };
    let all = campaign::recipients(&read, on.planned.id)?;
    // Whoever was forgotten since has no number.
    let emails: Vec<&Recipient> = all.iter().filter(|r| r.channel == "email" && r.number.is_some()).collect();
    if emails.is_empty() {
        return Err(Error::new(format!("{} has no email to send", words::quote(&arguments.campaign)))
            .hint("its pieces are letters: `regulars print`; or set `channel = \"email\"` in the campaign"));
    }
    let writer = pieces::writer(&shop)?;
    let wanted = arguments.limit.unwrap_or(emails.len()).min(emails.len());
    let bar = progress(context, wanted, "Writing emails");
    let (mut written, mut faults) = (Vec::new(), Vec::new());
    for recipient in &emails[..wanted] {
        match pieces::email(&read, &on, &writer, recipient) {
            Ok(bytes) => written.push((recipient, bytes)),
            Err(fault) => faults.push(fault),
        }
        bar.inc(1);
    }
    Error::all(faults).map_or(Ok(()), Err)?;
    for (recipient, bytes) in &written {
        let name = format!("{:06}-{}.eml", recipient.number.unwrap_or(0), pieces::file_name(&recipient.reference));
        shop::write_whole(&arguments.to_folder.join(name), bytes)?;
    }
    bar.finish_and_clear();
    let shown = arguments.to_folder.display().to_string();
    let text = format!("Wrote {} to {}; nothing was sent.", words::count(written.len(), "email"), words::quote(&shown));
    let object = json!({
        "campaign": on.planned.slug, "folder": shown, "written": written.len(),
        "queued": emails.len(), "sending": 0, "sent": 0, "failed": 0, "in_doubt": 0,
    });
    Ok(Done::new(text, &object).warn(pieces::differences(&read, &shop, &on)?))
}
