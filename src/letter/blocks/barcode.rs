//! Code 128, set B: the bar code that plain laser scanners read.

/// Bars and spaces of the 103 characters and the three starts, each six widths.
const WIDTHS: [&[u8; 6]; 106] = [
    b"212222", b"222122", b"222221", b"121223", b"121322", b"131222", b"122213", b"122312", b"132212", b"221213",
    b"221312", b"231212", b"112232", b"122132", b"122231", b"113222", b"123122", b"123221", b"223211", b"221132",
    b"221231", b"213212", b"223112", b"312131", b"311222", b"321122", b"321221", b"312212", b"322112", b"322211",
    b"212123", b"212321", b"232121", b"111323", b"131123", b"131321", b"112313", b"132113", b"132311", b"211313",
    b"231113", b"231311", b"112133", b"112331", b"132131", b"113123", b"113321", b"133121", b"313121", b"211331",
    b"231131", b"213113", b"213311", b"213131", b"311123", b"311321", b"331121", b"312113", b"312311", b"332111",
    b"314111", b"221411", b"431111", b"111224", b"111422", b"121124", b"121421", b"141122", b"141221", b"112214",
    b"112412", b"122114", b"122411", b"142112", b"142211", b"241211", b"221114", b"413111", b"241112", b"134111",
    b"111242", b"121142", b"121241", b"114212", b"124112", b"124211", b"411212", b"421112", b"421211", b"212141",
    b"214121", b"412121", b"111143", b"111341", b"131141", b"114113", b"114311", b"411113", b"411311", b"113141",
    b"114131", b"311141", b"411131", b"211412", b"211214", b"211232",
];
const START_B: usize = 104;
const STOP: &[u8; 7] = b"2331112";

/// The bars of a text as (first module, modules), and the width of the whole in modules; `None` for a text with
/// characters other than printable ASCII.
pub(crate) fn bars(text: &str) -> Option<(Vec<(u16, u16)>, u16)> {
    let values: Option<Vec<usize>> =
        text.bytes().map(|byte| (32..127).contains(&byte).then(|| usize::from(byte) - 32)).collect();
    let values = values.filter(|values| !values.is_empty())?;
    let weighted: usize = values.iter().enumerate().map(|(place, value)| (place + 1) * value).sum();
    let check = (START_B + weighted) % 103;
    let signs = std::iter::once(START_B).chain(values).chain([check]);
    let widths = signs.flat_map(|sign| WIDTHS[sign].iter().copied()).chain(STOP.iter().copied());
    let mut bars = Vec::new();
    let mut at = 0;
    for (place, width) in widths.enumerate() {
        let width = u16::from(width - b'0');
        if place % 2 == 0 {
            bars.push((at, width));
        }
        at += width;
    }
    Some((bars, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_eleven_modules_wide() {
        for widths in WIDTHS {
            assert_eq!(widths.iter().map(|width| u32::from(width - b'0')).sum::<u32>(), 11);
        }
        // Start, four letters, check character and the longer stop.
        assert_eq!(bars("AB-1").map(|(bars, width)| (bars.len(), width)), Some((6 * 3 + 4, 6 * 11 + 13)));
        assert_eq!(bars("Zoë"), None);
        assert_eq!(bars(""), None);
    }
}
