//! PDF files as other tools see them.

use std::path::Path;

use super::run::outside;

/// A page: its size, and each word with left, top, right and bottom; all in mm from the top left corner.
#[derive(Debug)]
pub struct PageText {
    /// Width and height.
    pub size: (f64, f64),
    /// The words, in reading order.
    pub words: Vec<(String, [f64; 4])>,
}

impl PageText {
    /// The words that touch a rectangle, in one line. Each must be completely inside it.
    #[track_caller]
    pub fn within(&self, [left, top, right, bottom]: [f64; 4]) -> String {
        let touching = self.words.iter().filter(|(_, b)| b[2] > left && b[0] < right && b[3] > top && b[1] < bottom);
        let words: Vec<&str> = touching
            .map(|(word, b)| {
                let is_in = b[0] >= left && b[2] <= right && b[1] >= top && b[3] <= bottom;
                assert!(is_in, "`{word}` at {b:.1?} is cut by {:.1?}", [left, top, right, bottom]);
                word.as_str()
            })
            .collect();
        words.join(" ")
    }

    /// The words row by row, from left to right, in one line.
    pub fn rows(&self) -> String {
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_by(|(_, a), (_, b)| {
            let same_row = (a[3] - b[3]).abs() < 1.0;
            if same_row { a[0].total_cmp(&b[0]) } else { a[3].total_cmp(&b[3]) }
        });
        words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// All words in one line.
    pub fn text(&self) -> String {
        self.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The pages of a file. It must be valid: qpdf finds nothing, every font is embedded, subset and readable.
#[track_caller]
pub fn pages(folder: &Path, pdf: &str) -> Vec<PageText> {
    outside(folder, &format!("qpdf --check {pdf}"));
    let fonts = outside(folder, &format!("pdffonts {pdf}"));
    for font in fonts.lines().skip(2) {
        let words: Vec<&str> = font.split_whitespace().collect();
        assert_eq!(words[words.len() - 5..words.len() - 2], ["yes", "yes", "yes"], "{pdf}: {font}");
    }
    let text = outside(folder, &format!("pdftotext -bbox {pdf} -"));
    let mut pages: Vec<PageText> = Vec::new();
    for line in text.lines().map(str::trim) {
        let numbers: Vec<f64> = line.split('"').skip(1).step_by(2).filter_map(|n| n.parse().ok()).collect();
        let mm: Vec<f64> = numbers.iter().map(|points| points / 72.0 * 25.4).collect();
        if line.starts_with("<page ") {
            pages.push(PageText { size: (mm[0], mm[1]), words: Vec::new() });
        } else if line.starts_with("<word ") {
            let word = line.split(['>', '<']).nth(2).unwrap_or_default();
            let word = word.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            // The tool's boxes are as high as the font allows; capitals and accents leave a fifth of that above them.
            let top = mm[1] + (mm[3] - mm[1]) * 0.2;
            pages.last_mut().unwrap().words.push((word, [mm[0], top, mm[2], mm[3]]));
        }
    }
    pages
}

/// The codes that a scanner reads on each page, rendered at 150 dpi.
#[track_caller]
pub fn scanned(folder: &Path, pdf: &str, count: usize) -> Vec<Vec<String>> {
    outside(folder, &format!("pdftoppm -r 150 -gray {pdf} out/scan"));
    let mut pictures: Vec<_> = std::fs::read_dir(folder.join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("scan-"))
        .collect();
    pictures.sort();
    assert_eq!(pictures.len(), count, "{pdf}");
    let read = |picture: &std::path::PathBuf| {
        let text = outside(folder, &format!("zbarimg --quiet --raw {}", picture.display()));
        std::fs::remove_file(picture).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    pictures.iter().map(read).collect()
}
