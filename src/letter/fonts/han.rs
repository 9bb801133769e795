//! In whose shapes Chinese characters are set: one code stands for characters that Japan, China, Taiwan, Hong Kong and Korea
//! write differently (Unicode's Han unification), so the text alone does not decide.

use encoding_rs::{BIG5, Encoding, SHIFT_JIS};

/// Whose shapes Chinese characters have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum HanShapes {
    #[default]
    Japanese,
    Simplified,
    Traditional,
    HongKong,
    Korean,
}

impl HanShapes {
    /// By the language of the letter; else the country of the person; else the text; Japanese where nothing decides.
    pub(crate) fn of<'t>(language: &str, country: &str, texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self::of_language(language)
            .or_else(|| Self::of_country(country))
            .or_else(|| Self::of_text(texts))
            .unwrap_or_default()
    }

    /// The script or country in the tag decides between the kinds of Chinese.
    fn of_language(language: &str) -> Option<Self> {
        let mut subtags = language.split(['-', '_']);
        match subtags.next()?.to_ascii_lowercase().as_str() {
            "ja" => Some(Self::Japanese),
            "ko" => Some(Self::Korean),
            "zh" | "cmn" | "yue" => {
                let tags: Vec<String> = subtags.map(str::to_ascii_uppercase).collect();
                let has = |tag: &str| tags.iter().any(|have| have == tag);
                Some(match tags.iter().find_map(|tag| Self::of_country(tag)) {
                    Some(Self::HongKong) if !has("HANS") => Self::HongKong,
                    Some(Self::Traditional) if !has("HANS") => Self::Traditional,
                    _ if has("HANT") => Self::Traditional,
                    None if language.eq_ignore_ascii_case("yue") => Self::HongKong,
                    _ => Self::Simplified,
                })
            }
            _ => None,
        }
    }

    fn of_country(country: &str) -> Option<Self> {
        match country {
            "JP" => Some(Self::Japanese),
            "CN" | "SG" | "MY" => Some(Self::Simplified),
            "TW" => Some(Self::Traditional),
            "HK" | "MO" => Some(Self::HongKong),
            "KR" | "KP" => Some(Self::Korean),
            _ => None,
        }
    }

    /// Letters of one language alone, then characters that Japan's encoding lacks: those of Taiwan's are traditional, the
    /// others simplified.
    fn of_text<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        let mut chinese = None;
        for c in texts.into_iter().flat_map(str::chars) {
            match u32::from(c) {
                0x3040..=0x30ff | 0x31f0..=0x31ff => return Some(Self::Japanese),
                0x3100..=0x312f => return Some(Self::Traditional),
                0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7ff => return Some(Self::Korean),
                0x3400..=0x9fff if chinese.is_none() && !has(SHIFT_JIS, c) => {
                    chinese = Some(if has(BIG5, c) { Self::Traditional } else { Self::Simplified });
                }
                _ => {}
            }
        }
        chinese
    }

    /// The row of `fallback_fonts.tsv` that lists the fonts with these shapes.
    pub(crate) fn script(self) -> &'static str {
        match self {
            Self::Japanese => "Jpan",
            Self::Simplified => "Hans",
            Self::Traditional => "Hant",
            Self::HongKong => "Hant-HK",
            Self::Korean => "Kore",
        }
    }
}

fn has(encoding: &'static Encoding, c: char) -> bool {
    !encoding.encode(c.encode_utf8(&mut [0; 4])).2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_goes_before_country_and_country_before_text() {
        for (language, country, text, expected) in [
            ("ja", "TW", "陳", HanShapes::Japanese),
            ("zh", "", "", HanShapes::Simplified),
            ("zh-Hant", "CN", "", HanShapes::Traditional),
            ("zh_TW", "", "", HanShapes::Traditional),
            ("zh-Hant-HK", "", "", HanShapes::HongKong),
            ("zh-MO", "", "", HanShapes::HongKong),
            ("yue", "", "", HanShapes::HongKong),
            ("zh-Hans-HK", "", "", HanShapes::Simplified),
            ("zh-Hant-CN", "", "", HanShapes::Traditional),
            ("ko-KR", "JP", "", HanShapes::Korean),
            ("en", "JP", "陈", HanShapes::Japanese),
            ("en", "SG", "陳", HanShapes::Simplified),
            ("de", "TW", "渡辺", HanShapes::Traditional),
            ("en", "HK", "", HanShapes::HongKong),
            ("en", "KR", "金", HanShapes::Korean),
            ("en", "US", "田中 ゆき", HanShapes::Japanese),
            ("en", "US", "金 민수", HanShapes::Korean),
            ("en", "US", "陈伟", HanShapes::Simplified),
            ("en", "DE", "王小姐 您", HanShapes::Traditional),
            ("en", "US", "山本", HanShapes::Japanese),
        ] {
            assert_eq!(HanShapes::of(language, country, [text]), expected, "{language} {country} {text}");
        }
    }
}
