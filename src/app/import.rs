//! Imports customers, purchases or a past campaign: everything, without the bad rows, or as a dry run.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDateTime;

use super::progress::go_on;
use super::serve;
use crate::campaign::{self, Past, PastVisit};
use crate::domain::{ImportId, ImportedData};
use crate::error::{Error, ErrorKind, Result};
use crate::import::{
    self, BookProfile, Dialect, ImportKind, ImportOptions, ImportPlan, ImportReport, ImportSheet, ImportStep, KnownBy,
    LeftOut, PurchaseOptions, SheetOptions, history,
};
use crate::redemption;
use crate::shop::Shop;
use crate::store::{Store, Write};

/// A file, and how far it may change the shop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportFile<'a> {
    pub(crate) path: &'a Path,
    /// Its encoding and sheet, as given by the owner.
    pub(crate) sheet: SheetOptions<'a>,
    /// Change nothing.
    pub(crate) dry_run: bool,
    /// Import the good rows and write the bad ones to a file in out/.
    pub(crate) skip_bad: bool,
}

/// A file of customers or purchases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportRequest<'a> {
    pub(crate) file: ImportFile<'a>,
    pub(crate) options: ImportOptions<'a>,
    /// A file of purchases; otherwise of customers.
    pub(crate) purchases: Option<PurchaseImport<'a>>,
    /// Make a profile of all customers, which is slow. A dry run always makes one.
    pub(crate) with_profile: bool,
}

/// Options for a file of purchases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseImport<'a> {
    /// The scope in which receipt numbers are unique; by default the exporting system.
    pub(crate) source: Option<&'a str>,
    /// Add a customer for an unknown reference.
    pub(crate) new_customers: bool,
}

/// Progress of an import.
#[derive(Debug)]
pub(crate) enum ImportProgress<'a> {
    /// The file format is known; nothing is imported yet.
    Recognised(&'a Recognised),
    /// It has so many bytes.
    Size(usize),
    Step(ImportStep),
    /// Everything is read, and not committed yet.
    Profile(&'a BookProfile),
}

/// What a file of customers or purchases looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recognised {
    pub(crate) dialect: &'static Dialect,
    /// The column used as the reference.
    pub(crate) known_by: KnownBy,
}

/// What an import did, or would do.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) file: String,
    pub(crate) report: ImportReport,
    /// Nothing was imported: there are errors, and skipping them was not allowed.
    pub(crate) refused: bool,
    /// The file in the shop folder with the bad rows.
    pub(crate) left_out: Option<String>,
}

/// At most this many rows are imported before tills that wait for the database give up after four seconds.
const MOST_WHILE_OPEN: usize = 100_000;

/// The number of rows, if the file would block open tills for too long; otherwise none.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn keeps_tills_waiting(shop: &Shop, file: ImportFile<'_>) -> Result<Option<usize>> {
    if !serve::are_open(shop) {
        return Ok(None);
    }
    let rows = Opened::open(shop, file)?.sheet.lines()?;
    Ok(Some(rows).filter(|rows| *rows > MOST_WHILE_OPEN))
}

/// The message of a stopped import.
const STOPPED: &str = "nothing was imported";

/// Imports customers or purchases.
///
/// # Errors
/// When the file cannot be read, or `stop` was set: then nothing is imported.
pub(crate) fn import(
    shop: &Shop,
    request: ImportRequest<'_>,
    now: NaiveDateTime,
    (stop, progress): (&AtomicBool, &dyn Fn(ImportProgress<'_>)),
) -> Result<(Imported, Recognised, Option<BookProfile>)> {
    let mut store = shop.store()?;
    let opened = Opened::open(shop, request.file)?;
    let (kind, data) = match request.purchases {
        Some(_) => (ImportKind::Purchases, ImportedData::Purchases),
        None => (ImportKind::Customers, ImportedData::Customers),
    };
    let options = ImportOptions { timezone: shop.settings.timezone, ..request.options };
    let plan = ImportPlan::of(&opened.sheet, kind, options).map_err(|e| opened.unread(e))?;
    let plan = plan.writing_out(opened.left_out.as_ref());
    let recognised = Recognised { dialect: plan.dialect, known_by: plan.known_by() };
    progress(ImportProgress::Recognised(&recognised));
    progress(ImportProgress::Size(opened.sheet.size()));
    let step = |step| {
        progress(ImportProgress::Step(step));
        go_on(stop, STOPPED)
    };
    let today = now.date();
    let (outcome, profile) = opened.run(&mut store, data, now, |write, import| {
        // Forgotten people are recognized by hashes made with this key.
        write.shop_key()?;
        let report = match request.purchases {
            None => import::customers(write, &plan, (import, today), &step),
            Some(PurchaseImport { source, new_customers }) => {
                let source = source.unwrap_or(plan.dialect.system);
                let currency = shop.settings.currency;
                let options = PurchaseOptions { import, source, currency, new_customers, today };
                import::purchases(write, &plan, options, &step)
            }
        };
        go_on(stop, STOPPED)?;
        let mut report = report.map_err(|e| e.at(&opened.name))?;
        if request.file.dry_run {
            report.columns = plan.preview()?;
            report.not_found = plan.not_found();
        }
        step(ImportStep::Now("Analyzing the book"))?;
        let profile = (request.file.dry_run || request.with_profile).then(|| import::profile(write)).transpose()?;
        if let Some(profile) = &profile {
            progress(ImportProgress::Profile(profile));
        }
        go_on(stop, STOPPED)?;
        Ok((report, profile))
    })?;
    Ok((opened.finish(outcome)?, recognised, profile))
}

/// Imports last year's mailing: who it was sent to, and who came. Only visits of imported rows are recorded.
pub(crate) fn import_past(
    shop: &Shop,
    file: ImportFile<'_>,
    past: Past<'_>,
    now: NaiveDateTime,
    (stop, progress): (&AtomicBool, &dyn Fn(ImportProgress<'_>)),
) -> Result<(Imported, Vec<PastVisit>)> {
    let mut store = shop.store()?;
    let opened = Opened::open(shop, file)?;
    progress(ImportProgress::Size(opened.sheet.size()));
    let past = Past { left_out: opened.left_out.as_ref(), ..past };
    let step = |offset| progress(ImportProgress::Step(ImportStep::Read(offset)));
    let (outcome, visits) = opened.run(&mut store, ImportedData::PastCampaign, now, |write, _| {
        let taken = campaign::take_past(write, shop, &opened.sheet, &past, now, &step);
        // An error in an option or another file already has a place; a line number belongs to this file.
        let is_elsewhere = |e: &Error| e.place().is_some_and(|place| !place.starts_with(|c: char| c.is_ascii_digit()));
        let (report, visits) = taken.map_err(|e| if is_elsewhere(&e) { e } else { e.at(&opened.name) })?;
        redemption::record_past(write, &visits)?;
        go_on(stop, STOPPED)?;
        Ok((report, visits))
    })?;
    Ok((opened.finish(outcome)?, visits))
}

/// A file that is being imported.
struct Opened<'a> {
    file: ImportFile<'a>,
    name: String,
    sheet: ImportSheet,
    left_out: Option<LeftOut>,
}

impl<'a> Opened<'a> {
    fn open(shop: &Shop, file: ImportFile<'a>) -> Result<Self> {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_machine = |e: &Error| e.kind() == ErrorKind::Machine;
        let sheet = ImportSheet::open(file.path, file.sheet);
        let is_elsewhere = |e: &Error| is_machine(e) || e.place().is_some_and(|place| place.starts_with('-'));
        let sheet = sheet.map_err(|e| if is_elsewhere(&e) { e } else { e.at(&name) })?;
        let stem = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy();
        let place = format!("out/{stem}-left-out.csv");
        let left_out = (file.skip_bad && !file.dry_run).then(|| LeftOut::new(&shop.folder, place, sheet.header()));
        Ok(Self { file, name, sheet, left_out })
    }

    /// An error of the headings, with what the file itself shows: that another sheet may be meant, or what stands above them.
    fn unread(&self, error: Error) -> Error {
        let remarks = self.sheet.remarks().into_iter();
        let hints: Vec<String> = remarks.chain(error.what_next().map(str::to_owned)).collect();
        let error = if hints.is_empty() { error } else { error.hint(hints.join("; ")) };
        error.at(&self.name)
    }

    /// Runs the import: completely, as a dry run, or not at all when there are errors that may not be skipped.
    fn run<T>(
        &self,
        store: &mut Store,
        data: ImportedData,
        now: NaiveDateTime,
        work: impl Fn(&Write<'_>, ImportId) -> Result<(ImportReport, T)>,
    ) -> Result<(ImportReport, T)> {
        let work = |write: &Write<'_>| {
            let import = history::begin(write, data, &self.name, now)?;
            let outcome = work(write, import)?;
            history::finish(write, import, outcome.0.added, outcome.0.changed)?;
            Ok(outcome)
        };
        if self.file.dry_run {
            return store.rehearse(work);
        }
        let mut refused = None;
        let outcome = store.write(|write| {
            let outcome = work(write)?;
            if !self.refuses(&outcome.0) {
                return Ok(outcome);
            }
            refused = Some(outcome);
            Err(Error::new("the file has errors"))
        });
        refused.map_or(outcome, Ok)
    }

    /// Also when every row would be skipped: then there is nothing to import.
    fn refuses(&self, report: &ImportReport) -> bool {
        let accepted = report.added + report.changed + report.unchanged + report.unlinked;
        report.faults > 0 && (!self.file.skip_bad || accepted == 0)
    }

    fn finish(&self, mut report: ImportReport) -> Result<Imported> {
        let mut remarks = self.sheet.remarks();
        remarks.append(&mut report.warnings);
        report.warnings = remarks;
        let refused = self.refuses(&report);
        if refused {
            (report.added, report.changed) = (0, 0);
        }
        let left_out = self.left_out.as_ref().map(LeftOut::keep).transpose()?.flatten().map(str::to_owned);
        Ok(Imported { file: self.name.clone(), report, refused, left_out })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use chrono::NaiveDate;

    use super::*;
    use crate::app::{import_undo, init};

    /// Setting the stop flag at any step of an import or undo leaves the book unchanged.
    #[test]
    fn whoever_stops_it_has_imported_and_undone_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        init::lay_down(folder.path(), &[("shop.toml", include_bytes!("demo_shop.toml").to_vec())], b"key")
            .expect("shop");
        let shop = Shop::open(folder.path()).expect("shop");
        let now = NaiveDate::default().and_hms_opt(12, 0, 0).expect("noon");
        let path = folder.path().join("c.csv");
        let rows: String = (0..3_000).map(|n| format!("C-{n},Holm\n")).collect();
        std::fs::write(&path, format!("Customer ID,Last Name\n{rows}")).expect("a file");
        let file = ImportFile { path: &path, sheet: SheetOptions::default(), dry_run: false, skip_bad: false };
        let request = ImportRequest { file, options: ImportOptions::default(), purchases: None, with_profile: false };
        let count = || shop.store().expect("store").read().value::<i64>("SELECT count(*) FROM customer", &[]);
        let run = |stop_at: usize| {
            let (stop, steps) = (AtomicBool::new(false), std::cell::Cell::new(0));
            let tick = || {
                steps.set(steps.get() + 1);
                stop.store(steps.get() == stop_at || stop.load(Ordering::SeqCst), Ordering::SeqCst);
            };
            let imported = import(&shop, request, now, (&stop, &|_| tick()));
            (imported.map_err(|e| e.message().to_owned()), steps.get())
        };
        let (_, steps) = run(usize::MAX);
        assert!(steps > 5 && count().expect("count") == 3_000);
        let undo = |stop: bool| {
            let stop = AtomicBool::new(stop);
            import_undo::undo(&shop, 1, false, now, (&stop, &|_, _| {})).map_err(|e| e.message().to_owned())
        };
        assert_eq!(undo(true).map(|_| ()), Err("you stopped it; nothing was undone".to_owned()));
        assert_eq!(count().expect("count"), 3_000);
        undo(false).expect("undone");
        for stop_at in 1..=steps {
            let (stopped, _) = run(stop_at);
            assert_eq!(stopped.map(|_| ()), Err("you stopped it; nothing was imported".to_owned()), "step {stop_at}");
            assert_eq!(count().expect("count"), 0, "step {stop_at}");
        }
    }
}
