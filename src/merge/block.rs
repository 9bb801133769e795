//! The blocks of a letter or an email: the contents of its Markdown, without its looks.

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The text as the customer reads it; `\n` is a forced line break.
    pub text: String,
    /// `**bold**`.
    pub bold: bool,
    /// `*italic*`.
    pub italic: bool,
    /// `[text]{.smallcaps}`: small letters as small capitals.
    pub small_caps: bool,
    /// Where a link goes; the text is shown either way.
    pub link: Option<String>,
}

impl Span {
    /// Whether both look the same and lead to the same place.
    pub(crate) fn has_style_of(&self, other: &Self) -> bool {
        let style = |span: &Self| (span.bold, span.italic, span.small_caps);
        style(self) == style(other) && self.link == other.link
    }
}

/// A block of text, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Block {
    /// `# Heading`, level 1 to 6.
    Heading(u8, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list; the number of the first item when it is numbered.
    List(Option<u64>, Vec<Vec<Block>>),
    /// A quotation.
    Quote(Vec<Block>),
    /// A line across.
    Rule,
    /// `image(file, width)`.
    Image {
        /// A file of the template's folder.
        file: String,
        /// Its width on paper in tenths of a millimeter; 0 means as large as it is.
        width: u32,
        /// What it shows, in words.
        alt: String,
    },
    /// `qr()`: a QR code of this text.
    Qr(String),
    /// `barcode()`: a Code 128 bar code of this text.
    Barcode(String),
    /// `:::coupon`: a box to be cut out.
    Coupon(Vec<Block>),
    /// `:::after`: what follows stands after the signature.
    After,
    /// `:::back`: what follows stands on the back of a postcard.
    Back,
    /// Rows and columns.
    Table(TextTable),
}

/// A table; the first row is the heading row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TextTable {
    /// How each column stands, as the Markdown has it.
    pub aligns: Vec<ColumnAlign>,
    /// The cells, row by row; each holds paragraphs, pictures and codes.
    pub rows: Vec<Vec<Vec<Block>>>,
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColumnAlign {
    /// `---`: where lines start, but on the right when there are nothing but numbers below the heading row.
    #[default]
    Unset,
    /// `:--`
    Left,
    /// `:-:`
    Centre,
    /// `--:`
    Right,
}
