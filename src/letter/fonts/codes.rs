//! Tables from which a viewer gets which glyph of an embedded font a code means.

/// The six letters before the name of a subset font, from the glyphs in it.
pub(crate) fn tag(codes: &[(u16, String)]) -> String {
    let sum = codes.iter().fold(0x811c_9dc5_u32, |sum, (code, _)| (sum ^ u32::from(*code)).wrapping_mul(0x0100_0193));
    let letter = |place: u32| char::from(b'A' + u8::try_from(sum / 26_u32.pow(place) % 26).unwrap_or_default());
    (0..6).map(letter).collect()
}

/// For TrueType outlines: the glyph of every code up to the last, two bytes each.
pub(crate) fn glyph_table(codes: &[u16], glyph: impl Fn(u16) -> u16) -> Vec<u8> {
    let last = codes.iter().copied().max().unwrap_or_default();
    let mut table = vec![0_u8; 2 * (usize::from(last) + 1)];
    for &code in codes {
        let at = 2 * usize::from(code);
        table[at..at + 2].copy_from_slice(&glyph(code).to_be_bytes());
    }
    table
}

/// For PostScript outlines: a CMap from codes to glyphs.
pub(crate) fn character_map(pairs: impl Iterator<Item = (u16, u16)>) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo \
         << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> def\n/CMapName /Codes def\n/CMapType 1 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    let lines: Vec<String> = pairs.map(|(code, glyph)| format!("<{code:04x}> {glyph}\n")).collect();
    for part in lines.chunks(100) {
        map.extend([part.len().to_string().as_str(), " begincidchar\n", &part.concat(), "endcidchar\n"]);
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_find_their_glyphs() {
        assert_eq!(glyph_table(&[1, 3], |code| code + 0x100), [0, 0, 1, 1, 0, 0, 1, 3]);
        let map = character_map([(1, 7), (0x2f, 8)].into_iter());
        assert!(map.contains("2 begincidchar\n<0001> 7\n<002f> 8\nendcidchar\n"));
        assert_eq!(tag(&[]).len(), 6);
    }
}
