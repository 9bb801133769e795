//! Finds customers by name, reference, town, email or phone.

use chrono::NaiveDate;

use crate::customers::{self, Hit, Vocabulary};
use crate::error::Result;
use crate::redemption::{self, Offer};
use crate::shop::Shop;
use crate::store::{Read, Store};

/// The best `most` matches, and the number of all matches.
pub(crate) fn find(shop: &Shop, words: &str, today: NaiveDate, most: usize) -> Result<(usize, Vec<Hit>)> {
    let mut store = shop.store()?;
    prepare(&mut store)?;
    let read = store.read();
    customers::find(&read, &Vocabulary::of(&read)?, words, today, most)
}

/// Completes the search index, which a database of an earlier version does not have.
pub(crate) fn prepare(store: &mut Store) -> Result<()> {
    if customers::words_are_indexed(&store.read())? { Ok(()) } else { store.write(customers::index_words) }
}

pub(crate) struct FoundAtTill {
    /// The number of all matches.
    pub(crate) all: usize,
    /// The best matches, each with the gifts of their letters, those that wait first.
    pub(crate) hits: Vec<(Hit, Vec<Offer>)>,
}

/// The same at the till.
pub(crate) fn at_till(
    read: &Read<'_>,
    vocabulary: &Vocabulary,
    words: &str,
    today: NaiveDate,
    most: usize,
) -> Result<FoundAtTill> {
    let (all, found) = customers::find(read, vocabulary, words, today, most)?;
    let (shown, mut hits) = (redemption::shown_campaigns(read, today)?, Vec::with_capacity(found.len()));
    for hit in found {
        let offers = redemption::offers(read, &shown, hit.id, today)?;
        hits.push((hit, offers));
    }
    Ok(FoundAtTill { all, hits })
}
