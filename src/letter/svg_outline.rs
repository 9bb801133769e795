//! The outline of a glyph as the path of an SVG, in units of its font, y upwards.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::face::Face;

/// How many units of the font are as long as the size of its type.
pub(crate) fn units(face: &Face) -> f32 {
    let font = FontRef::from_index(face.data.as_ref(), face.index);
    font.map_or(1000.0, |font| f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em.max(1)))
}

/// The outline of a code of the face; empty for one that draws nothing.
pub(crate) fn outline(face: &Face, code: u16) -> String {
    let mut path = Path::default();
    let Some(&glyph) = face.glyphs.get(usize::from(code)) else { return String::new() };
    let Ok(font) = FontRef::from_index(face.data.as_ref(), face.index) else { return String::new() };
    if let Some(outline) = font.outline_glyphs().get(GlyphId::from(glyph)) {
        // What a broken font has drawn until then stays.
        let _ = outline.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut path);
    }
    path.out
}

type Point = (f32, f32);

/// A path in the making, in relative steps, which are short.
#[derive(Default)]
struct Path {
    out: String,
    start: Point,
    at: Point,
    /// The control point of the curve before, if it was a quadratic one.
    control: Option<Point>,
    last: char,
}

impl Path {
    /// Writes a command; the same as before goes without its letter.
    fn step(&mut self, command: char, numbers: &[f32]) {
        let mut needs_space = self.last == command;
        if self.last != command {
            self.out.push(command);
            self.last = command;
        }
        for &number in numbers {
            // Outlines are in whole units nearly always, and in halves where curves meet.
            let number = (number * 4.0).round() / 4.0;
            if needs_space && number >= 0.0 {
                self.out.push(' ');
            }
            let text = format!("{}", number + 0.0);
            self.out.push_str(text.strip_prefix("0.").map_or(text.as_str(), |_| &text[1..]));
            needs_space = true;
        }
    }

    fn to(&self, x: f32, y: f32) -> [f32; 2] {
        [x - self.at.0, y - self.at.1]
    }

    fn moved(&mut self, x: f32, y: f32, control: Option<Point>) {
        self.at = (x, y);
        self.control = control;
    }
}

impl OutlinePen for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        // After a closed one the pen stands where that began.
        let step = self.to(x, y);
        self.last = ' ';
        self.step('m', &step);
        self.last = 'l';
        self.moved(x, y, None);
        self.start = (x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        match self.to(x, y) {
            [dx, 0.0] => self.step('h', &[dx]),
            [0.0, dy] => self.step('v', &[dy]),
            step => self.step('l', &step),
        }
        self.moved(x, y, None);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ([a, b], [dx, dy]) = (self.to(cx, cy), self.to(x, y));
        let mirrored = self.control.map(|control| (2.0 * self.at.0 - control.0, 2.0 * self.at.1 - control.1));
        if mirrored == Some((cx, cy)) {
            self.step('t', &[dx, dy]);
        } else {
            self.step('q', &[a, b, dx, dy]);
        }
        self.moved(x, y, Some((cx, cy)));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ([a, b], [c, d], [dx, dy]) = (self.to(ax, ay), self.to(bx, by), self.to(x, y));
        self.step('c', &[a, b, c, d, dx, dy]);
        self.moved(x, y, None);
    }

    fn close(&mut self) {
        self.out.push('z');
        self.last = 'z';
        let (x, y) = self.start;
        self.moved(x, y, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Fonts;

    #[test]
    fn outlines_are_short_paths() {
        let mut path = Path::default();
        path.move_to(10.0, 20.0);
        path.line_to(10.0, 45.5);
        path.line_to(4.0, 45.5);
        path.line_to(8.0, 40.0);
        path.line_to(7.0, 41.0);
        path.quad_to(6.0, 40.0, 5.0, 40.0);
        path.quad_to(4.0, 40.0, 3.0, 39.0);
        path.quad_to(4.0, 30.0, 10.0, 20.0);
        path.close();
        path.move_to(11.0, 20.0);
        assert_eq!(path.out, "m10 20v25.5h-6l4-5.5-1 1q-1-1-2-1t-2-1q1-9 7-19zm1 0");
        let fonts = Fonts::shipped();
        let face = &fonts.faces()[0];
        let code = |character: char| face.chars.iter().position(|c| *c == Some(character)).and_then(|c| u16::try_from(c).ok());
        assert_eq!(code(' ').map(|code| outline(face, code)).as_deref(), Some(""));
        let length = code('g').map(|code| outline(face, code).len());
        assert!(length.is_some_and(|length| (100..700).contains(&length)), "{length:?}");
    }
}
