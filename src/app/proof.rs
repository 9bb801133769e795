//! What to check before a campaign is printed.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::progress::{Activity, Progress};
use crate::campaign;
use crate::error::Result;
use crate::piece::FrozenCampaign;
use crate::proof::{self, Proof};
use crate::shop::Shop;

/// What was found in a plan.
pub(crate) struct ProofOutcome {
    pub(crate) proof: Proof,
    /// The PDF of a few letters, if any can be printed.
    pub(crate) file: PathBuf,
    /// What has changed since the plan, and pictures that are printed coarsely.
    pub(crate) warnings: Vec<String>,
}

/// Checks a plan, and writes out/NAME/proof.pdf.
///
/// # Errors
/// When there is no plan, its stored files have errors, or the file cannot be written.
pub(crate) fn proof(shop: &Shop, slug: &str, progress: &Progress<'_>) -> Result<ProofOutcome> {
    let store = shop.store()?;
    let read = store.read();
    let on = FrozenCampaign::take(&read, shop, slug)?;
    let total = campaign::recipients(&read, on.planned.id)?.len();
    let proof = proof::proof(&read, shop, &on, &progress.of(Activity::ReadLetters, total))?;
    let mut warnings = campaign::differences(&read, shop, &on.planned)?;
    warnings.extend(proof.coarse_pictures.iter().cloned());
    Ok(ProofOutcome { proof, file: shop.out_to_write(slug)?.join("proof.pdf"), warnings })
}

/// Changes names in the book as the proof proposes; returns how many.
pub(crate) fn fix_names(shop: &Shop, proof: &Proof, today: NaiveDate) -> Result<usize> {
    shop.store()?.write(|write| proof::fix_names(write, &proof.problems, today))
}
