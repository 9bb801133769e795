//! The peer: draws typeset pages with `pdf-writer`, with fonts subset by `subsetter` and one reused deflater.

use std::io::Write;

use flate2::{Compress, Compression, FlushCompress};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Settings, Str};
use regulars::letter::{Data, Face, Fonts, Image, LaidPage, Layout, Mark, PagePart, PrintJob, SetBlock, TextLine};
use subsetter::GlyphRemapper;

use crate::Outcome;

const COMPACT: Settings = Settings { pretty: false };
const SYSTEM: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The number of glyphs on a page.
pub(crate) fn glyphs(page: &LaidPage) -> usize {
    let mut marks: Vec<&Mark> = Vec::new();
    for placed in page {
        match &placed.part {
            PagePart::Strip(strip) | PagePart::Guides(_, strip) => marks.extend(&strip.marks),
            PagePart::Form(_, set) => marks.extend(set.strips.iter().flat_map(|strip| &strip.marks)),
        }
    }
    let lines = marks.iter().filter_map(|mark| if let Mark::Text { line, .. } = mark { Some(line) } else { None });
    lines.flat_map(|line| &line.runs).map(|run| run.glyphs.len()).sum()
}

/// Typesets and writes a job's letters.
pub(crate) fn write(job: &PrintJob<'_>, out: &mut impl Write) -> Outcome<()> {
    let mut layout = Layout::new(job);
    let mut refs = (1..).map(Ref::new);
    let mut next = || refs.next().unwrap_or(Ref::new(1));
    let (catalog, tree, resources) = (next(), next(), next());
    let mut pen = Pen {
        fonts: job.fonts,
        remappers: vec![GlyphRemapper::new(); job.fonts.faces().len()],
        content: Content::new(),
        height: 0.0,
        in_text: false,
    };
    let mut press = Press { deflate: Compress::new(Compression::new(6), true), space: vec![0; 1 << 16] };
    let mut pdf = Pdf::with_settings(COMPACT);
    let mut kids = Vec::with_capacity(job.letters);
    let (width, height) = job.stationery[0].paper.size();
    for number in 0..job.letters {
        for page in layout.pages(number)? {
            let content = press.squeeze(&pen.page(&page, height))?;
            let (id, page_id) = (next(), next());
            pdf.stream(id, content).filter(Filter::FlateDecode);
            pdf.page(page_id).parent(tree).contents(id);
            kids.push(page_id);
        }
    }
    let forms: Vec<Ref> = layout.forms().iter().map(|_| next()).collect();
    for (set, &id) in layout.forms().iter().zip(&forms) {
        let content = press.squeeze(&pen.form(set))?;
        let mut form = pdf.form_xobject(id, content);
        form.filter(Filter::FlateDecode);
        form.bbox(Rect::new(-72.0, -(set.height() + 36.0), 684.0, 36.0));
        form.pair(Name(b"Resources"), resources);
    }
    let images: Vec<Ref> = job.images.list().iter().map(|_| next()).collect();
    for (image, &id) in job.images.list().iter().zip(&images) {
        embed_image(&mut pdf, image, id, next(), &mut press)?;
    }
    let fonts: Vec<Ref> = job.fonts.faces().iter().map(|_| next()).collect();
    for (number, (face, &id)) in job.fonts.faces().iter().zip(&fonts).enumerate() {
        let texts: Vec<(u16, String)> = layout.used(number).collect();
        let own = [next(), next(), next(), next()];
        embed_font(&mut pdf, face, (id, own), &pen.remappers[number], &texts, &mut press)?;
    }
    let mut shared = pdf.indirect(resources).dict();
    let mut dict = shared.insert(Name(b"Font")).dict();
    for (number, id) in fonts.iter().enumerate() {
        dict.pair(Name(format!("F{number}").as_bytes()), *id);
    }
    dict.finish();
    let mut dict = shared.insert(Name(b"XObject")).dict();
    for (number, id) in forms.iter().enumerate() {
        dict.pair(Name(format!("X{number}").as_bytes()), *id);
    }
    for (number, id) in images.iter().enumerate() {
        dict.pair(Name(format!("I{number}").as_bytes()), *id);
    }
    dict.finish();
    shared.finish();
    let count = i32::try_from(kids.len())?;
    let mut pages = pdf.pages(tree);
    pages.kids(kids).count(count);
    pages.media_box(Rect::new(0.0, 0.0, width, height));
    pages.pair(Name(b"Resources"), resources);
    pages.finish();
    pdf.catalog(catalog).pages(tree);
    out.write_all(&pdf.finish())?;
    Ok(out.flush()?)
}

struct Press {
    deflate: Compress,
    space: Vec<u8>,
}

impl Press {
    fn squeeze(&mut self, content: &[u8]) -> Outcome<&[u8]> {
        let most = content.len() + content.len() / 1000 + 64;
        if self.space.len() < most {
            self.space.resize(most, 0);
        }
        self.deflate.reset();
        self.deflate.compress(content, &mut self.space, FlushCompress::Finish)?;
        Ok(&self.space[..usize::try_from(self.deflate.total_out())?])
    }
}

struct Pen<'a> {
    fonts: &'a Fonts,
    remappers: Vec<GlyphRemapper>,
    content: Content,
    height: f32,
    in_text: bool,
}

/// Points to a hundredth: more digits have no visible effect.
fn round(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

impl Pen<'_> {
    fn page(&mut self, page: &LaidPage, height: f32) -> Vec<u8> {
        self.start(height);
        for placed in page {
            match &placed.part {
                PagePart::Strip(strip) | PagePart::Guides(_, strip) => {
                    strip.marks.iter().for_each(|mark| self.mark(mark, placed.x, placed.y));
                }
                PagePart::Form(form, _) => {
                    self.end_text();
                    self.content.save_state();
                    self.content.transform([1.0, 0.0, 0.0, 1.0, round(placed.x), round(self.height - placed.y)]);
                    self.content.x_object(Name(format!("X{form}").as_bytes()));
                    self.content.restore_state();
                }
            }
        }
        self.finish()
    }

    fn form(&mut self, set: &SetBlock) -> Vec<u8> {
        self.start(0.0);
        let mut y = 0.0;
        for (number, strip) in set.strips.iter().enumerate() {
            y += if number > 0 { strip.space } else { 0.0 };
            strip.marks.iter().for_each(|mark| self.mark(mark, 0.0, y));
            y += strip.height;
        }
        self.finish()
    }

    fn start(&mut self, height: f32) {
        self.content = Content::with_settings_and_capacity(COMPACT, 1 << 14);
        self.height = height;
        self.in_text = false;
    }

    fn finish(&mut self) -> Vec<u8> {
        self.end_text();
        std::mem::replace(&mut self.content, Content::new()).finish().to_vec()
    }

    fn end_text(&mut self) {
        if std::mem::take(&mut self.in_text) {
            self.content.end_text();
        }
    }

    fn mark(&mut self, mark: &Mark, left: f32, top: f32) {
        if let Mark::Text { x, y, line } = mark {
            return self.text(line, left + x, self.height - top - y);
        }
        self.end_text();
        match mark {
            Mark::Rule { x, y, width, .. } => {
                let (x, y) = (round(left + x), round(self.height - top - y));
                self.content.set_line_width(0.5).move_to(x, y).line_to(round(x + width), y).stroke();
            }
            Mark::Image { image, x, y, size } => {
                let (x, y) = (round(left + x), round(self.height - top - y - size.1));
                self.content.save_state().transform([round(size.0), 0.0, 0.0, round(size.1), x, y]);
                self.content.x_object(Name(format!("I{image}").as_bytes())).restore_state();
            }
            Mark::Cells { x, y, cell, boxes, .. } => {
                let (x, y) = (round(left + x), round(self.height - top - y));
                self.content.save_state().transform([cell.0, 0.0, 0.0, -cell.1, x, y]);
                for sides in boxes {
                    let [column, row, columns, rows] = sides.map(f32::from);
                    self.content.rect(column, row, columns, rows);
                }
                self.content.fill_nonzero().restore_state();
            }
            Mark::Text { .. } => {}
        }
    }

    fn text(&mut self, line: &TextLine, x: f32, y: f32) {
        if !std::mem::replace(&mut self.in_text, true) {
            self.content.begin_text();
        }
        self.content.set_horizontal_scaling(round(line.scale * 100.0));
        for run in &line.runs {
            let face = &self.fonts.faces()[run.face];
            self.content.set_font(Name(format!("F{}", run.face).as_bytes()), run.size);
            self.content.set_text_matrix([1.0, 0.0, 0.0, 1.0, round(x + run.x), round(y)]);
            let scale = 1000.0 / (run.size * line.scale);
            let (mut at, mut want) = (0.0_f32, 0.0_f32);
            let mut bytes: Vec<u8> = Vec::with_capacity(2 * run.glyphs.len());
            let mut show = self.content.show_positioned();
            let mut items = show.items();
            for glyph in &run.glyphs {
                let move_by = (at - want - glyph.offset.0 * scale).round();
                if move_by != 0.0 {
                    if !bytes.is_empty() {
                        items.show(Str(&bytes));
                        bytes.clear();
                    }
                    items.adjust(move_by);
                    at -= move_by;
                }
                let glyph_id = face.glyphs[usize::from(glyph.code)];
                bytes.extend(self.remappers[run.face].remap(glyph_id).to_be_bytes());
                at += f32::from(face.widths[usize::from(glyph.code)]);
                want += glyph.advance * scale;
            }
            if !bytes.is_empty() {
                items.show(Str(&bytes));
            }
        }
    }
}

fn embed_image(pdf: &mut Pdf, image: &Image, id: Ref, mask: Ref, press: &mut Press) -> Outcome<()> {
    let Data::Raw(pixels) = &image.data else { return Err("the peer takes PNG images".into()) };
    let (wide, high) = (i32::try_from(image.pixels.0)?, i32::try_from(image.pixels.1)?);
    let mut object = pdf.image_xobject(id, press.squeeze(pixels)?);
    object.filter(Filter::FlateDecode);
    object.width(wide).height(high).bits_per_component(8);
    object.color_space_name(Name(if image.components == 1 { b"DeviceGray" } else { b"DeviceRGB" }));
    if image.alpha.is_some() {
        object.s_mask(mask);
    }
    object.finish();
    if let Some(alpha) = &image.alpha {
        let mut object = pdf.image_xobject(mask, press.squeeze(alpha)?);
        object.filter(Filter::FlateDecode);
        object.width(wide).height(high).bits_per_component(8);
        object.color_space_name(Name(b"DeviceGray"));
    }
    Ok(())
}

fn embed_font(
    pdf: &mut Pdf,
    face: &Face,
    (id, [cid, descriptor, file, cmap]): (Ref, [Ref; 4]),
    remapper: &GlyphRemapper,
    texts: &[(u16, String)],
    press: &mut Press,
) -> Outcome<()> {
    let name = format!("ABCDEF+{}", face.name);
    let name = Name(name.as_bytes());
    pdf.type0_font(id).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(cid).to_unicode(cmap);
    let mut font = pdf.cid_font(cid);
    font.subtype(if face.cff { CidFontType::Type0 } else { CidFontType::Type2 });
    font.base_font(name).system_info(SYSTEM).font_descriptor(descriptor).default_width(0.0);
    if !face.cff {
        font.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let width = |glyph: u16| f32::from(face.widths[usize::from(face.codes[usize::from(glyph)])]);
    font.widths().consecutive(0, remapper.remapped_gids().map(width));
    font.finish();
    let mut about = pdf.font_descriptor(descriptor);
    about.name(name).flags(FontFlags::SYMBOLIC).bbox(Rect::new(-500.0, -400.0, 1500.0, 1100.0));
    about.italic_angle(0.0).ascent(750.0).descent(-250.0).cap_height(650.0).stem_v(80.0);
    if face.cff {
        about.font_file3(file);
    } else {
        about.font_file2(file);
    }
    about.finish();
    let subset = subsetter::subset(face.data.as_ref(), face.index, remapper)?;
    pdf.stream(file, press.squeeze(&subset)?).filter(Filter::FlateDecode);
    let mut map = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    for (code, text) in texts {
        if let Some(glyph) = remapper.get(face.glyphs[usize::from(*code)]) {
            map.pair_with_multiple(glyph, text.chars());
        }
    }
    pdf.cmap(cmap, press.squeeze(map.finish().as_slice())?).filter(Filter::FlateDecode);
    Ok(())
}
