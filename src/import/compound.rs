//! Checks containers of older Microsoft workbooks: whether their chains of sectors end.
//!
//! The workbook library follows a chain anywhere; a broken one with a cycle would fill the memory.

/// Marks the end of a chain.
const END: u32 = 0xffff_fffe;
/// Numbers from here on are not sectors.
const RESERVED: u32 = 0xffff_fffa;

/// Whether all used chains end within the file.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    Container::of(bytes).is_some_and(|container| container.has_ends())
}

/// How many cells the sheets of an .xls cover, empty ones included: the library allocates all of them.
pub(super) fn cells(bytes: &[u8]) -> u64 {
    Container::of(bytes).and_then(|container| container.workbook()).map_or(0, |stream| {
        let globals = records(&stream, 0);
        let sheets = globals.filter(|(kind, _)| *kind == 0x0085).filter_map(|(_, sheet)| number(sheet, 0));
        sheets.map(|start| area(&stream, usize::try_from(start).unwrap_or(usize::MAX))).fold(0, u64::saturating_add)
    })
}

/// The BIFF records from a position to the next end of a part: their kind and content.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length) = (half(rest, 0)?, usize::from(half(rest, 2)?));
        let inside = rest.get(4..4 + length)?;
        rest = &rest[4 + length..];
        (kind != 0x000a).then_some((kind, inside))
    })
}

/// The number of cells in the bounding box of a sheet.
fn area(stream: &[u8], start: usize) -> u64 {
    let mut edges: Option<[u64; 4]> = None;
    for (kind, cell) in records(stream, start) {
        // Numbers, texts, booleans and formulas; in a row of numbers the last two bytes are its last column.
        if !matches!(kind, 0x0203..=0x0207 | 0x027e | 0x00bd | 0x00fd | 0x00d6 | 0x0006 | 0x0406) {
            continue;
        }
        let (Some(row), Some(column)) = (half(cell, 0), half(cell, 2)) else { continue };
        let last = if kind == 0x00bd { half(cell, cell.len() - 2).unwrap_or(column).max(column) } else { column };
        let [row, column, last] = [row, column, last].map(u64::from);
        let [top, bottom, left, right] = edges.unwrap_or([row, row, column, last]);
        edges = Some([top.min(row), bottom.max(row), left.min(column), right.max(last)]);
    }
    edges.map_or(0, |[top, bottom, left, right]| (bottom - top + 1) * (right - left + 1))
}

struct Container<'b> {
    bytes: &'b [u8],
    sector: usize,
    /// For each sector the next of its chain.
    next: Vec<u32>,
}

impl<'b> Container<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let sector = match bytes.get(30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut container = Self { bytes, sector, next: Vec::new() };
        let mut tables = numbers(bytes.get(76..512)?);
        let (mut more, mut steps) = (number(bytes, 68)?, 0);
        while more < RESERVED {
            tables.extend(numbers(container.part(more)?));
            more = tables.pop()?;
            steps += 1;
            if steps > bytes.len() / sector {
                return None;
            }
        }
        for table in tables.into_iter().filter(|id| *id < RESERVED) {
            container.next.extend(numbers(container.part(table)?));
        }
        Some(container)
    }

    fn has_ends(&self) -> bool {
        let read = || {
            let directory = self.chain(number(self.bytes, 48)?, None)?;
            let small = usize::try_from(number(self.bytes, 64)?).ok()?.checked_mul(self.sector)?;
            let small: Vec<u32> = match small {
                0 => Vec::new(),
                small => numbers(&self.chain(number(self.bytes, 60)?, Some(small))?),
            };
            for (index, entry) in directory.chunks_exact(128).enumerate() {
                let (kind, start) = (entry[66], number(entry, 116)?);
                let length = usize::try_from(number(entry, 120)?).ok()?;
                if index > 0 && kind == 2 && length < 4096 {
                    small_chain(&small, start, length)?;
                } else if kind == 2 || index == 0 && length > 0 {
                    self.chain(start, Some(length))?;
                }
            }
            Some(())
        };
        read().is_some()
    }

    /// The stream that has the sheets.
    fn workbook(&self) -> Option<Vec<u8>> {
        let directory = self.chain(number(self.bytes, 48)?, None)?;
        let is_named = |entry: &&[u8], name: &str| {
            let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
            entry.starts_with(&wide)
        };
        let entries = || directory.chunks_exact(128);
        let entry = entries().find(|e| is_named(e, "Workbook")).or_else(|| entries().find(|e| is_named(e, "Book")))?;
        let (start, length) = (number(entry, 116)?, usize::try_from(number(entry, 120)?).ok()?);
        if length >= 4096 {
            return self.chain(start, Some(length));
        }
        // It is stored in small sectors, which are the root's own chain.
        let small = self.chain(number(&directory, 116)?, None)?;
        let next = numbers(&self.chain(number(self.bytes, 60)?, None)?);
        let (mut stream, mut id) = (Vec::new(), usize::try_from(start).ok()?);
        while stream.len() < length {
            stream.extend_from_slice(small.get(id.checked_mul(64)?..)?.get(..64)?);
            id = usize::try_from(*next.get(id)?).ok()?;
        }
        Some(stream)
    }

    /// The bytes of a chain: `length` of them, or all.
    fn chain(&self, start: u32, length: Option<usize>) -> Option<Vec<u8>> {
        let (mut chain, mut id) = (Vec::new(), start);
        while id != END {
            chain.extend_from_slice(self.part(id)?);
            if length.is_some_and(|length| chain.len() >= length) {
                break;
            }
            if chain.len() > self.bytes.len() {
                return None;
            }
            id = *self.next.get(usize::try_from(id).ok()?)?;
        }
        Some(chain)
    }

    fn part(&self, id: u32) -> Option<&'b [u8]> {
        let start = usize::try_from(id).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        let end = self.bytes.len().min(start.checked_add(self.sector)?);
        self.bytes.get(start..end).filter(|part| !part.is_empty())
    }
}

/// Follows a chain of small sectors, 64 bytes each.
fn small_chain(next: &[u32], start: u32, length: usize) -> Option<()> {
    let mut id = start;
    for _ in 0..length.div_ceil(64) {
        if id == END {
            break;
        }
        id = *next.get(usize::try_from(id).ok()?)?;
    }
    Some(())
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes)
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|four| number(four, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header, a table of chains, a directory with one stream of 5,000 bytes, and its ten sectors.
    fn container(change: impl Fn(&mut Vec<u32>)) -> Vec<u8> {
        let mut header = vec![0; 512];
        header[30] = 9;
        for at in (76..512).step_by(4) {
            header[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        }
        for (at, value) in [(48, 1_u32), (60, END), (64, 0), (68, END), (76, 0)] {
            header[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        let mut table = vec![0xffff_fffd, END, 3, 4, 5, 6, 7, 8, 9, 10, 11, END];
        table.resize(128, u32::MAX);
        change(&mut table);
        let mut directory = vec![0; 512];
        for (entry, kind, start, length) in [(0, 5, END, 0_u32), (1, 2, 2, 5_000)] {
            let entry = &mut directory[entry * 128..][..128];
            entry[66] = kind;
            entry[116..120].copy_from_slice(&start.to_le_bytes());
            entry[120..124].copy_from_slice(&length.to_le_bytes());
        }
        [header, table.iter().flat_map(|id| id.to_le_bytes()).collect(), directory, vec![0; 5_120]].concat()
    }

    #[test]
    fn chains_that_lead_back_or_out_of_the_file_are_seen() {
        type Change = fn(&mut Vec<u32>);
        let changes: [(Change, bool); 5] = [
            (|_| {}, true),
            (|table| table[1] = 1, false),
            (|table| table[4] = 9_999, false),
            (|table| table[1] = 100, false),
            (|table| table[3] = 127, false),
        ];
        for (index, (change, sound)) in changes.into_iter().enumerate() {
            assert_eq!(is_sound(&container(change)), sound, "{index}");
        }
        assert!(!is_sound(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
    }
}
