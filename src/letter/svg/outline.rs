//! The outline of a glyph as the path of an SVG, in whole steps of which so many make the size of its type, y upwards.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::letter::fonts::face::Face;
use crate::letter::number::rounded;

/// How many steps make the size of the type: at 12 points one is a seventeenth of a point, and half of it, a
/// twentieth of a pixel at 100 dpi, is the most by which a point is off.
pub(crate) const STEPS: f32 = 200.0;

/// The outline of a code of the face; empty for one that draws nothing.
pub(crate) fn outline(face: &Face, code: u16) -> String {
    let Some(&glyph) = face.glyphs.get(usize::from(code)) else { return String::new() };
    let Ok(font) = FontRef::from_index(face.data.as_ref(), face.index) else { return String::new() };
    let mut path = Path::default();
    if let Some(outline) = font.outline_glyphs().get(GlyphId::from(glyph)) {
        // What a broken font has drawn until then stays.
        let _ = outline.draw(DrawSettings::unhinted(Size::new(STEPS), LocationRef::default()), &mut path);
    }
    path.out
}

type PathPoint = (i32, i32);

/// A path being written, in relative steps, which are short.
#[derive(Default)]
struct Path {
    out: String,
    start: PathPoint,
    at: PathPoint,
    /// The control point of the curve before, if it was a quadratic one.
    control: Option<PathPoint>,
    last: char,
}

impl Path {
    /// Writes a command; the same one again goes without its letter.
    fn step(&mut self, command: char, points: &[PathPoint]) {
        let from = self.at;
        let numbers = points.iter().map(|point| (point.0 - from.0, point.1 - from.1));
        match command {
            'h' => self.write(command, numbers.map(|(x, _)| x)),
            'v' => self.write(command, numbers.map(|(_, y)| y)),
            _ => self.write(command, numbers.flat_map(|(x, y)| [x, y])),
        }
        self.at = points.last().copied().unwrap_or(from);
    }

    fn write(&mut self, command: char, numbers: impl Iterator<Item = i32>) {
        let mut needs_space = self.last == command;
        if !needs_space {
            self.out.push(command);
            self.last = command;
        }
        for number in numbers {
            if needs_space && number >= 0 {
                self.out.push(' ');
            }
            self.out.push_str(&number.to_string());
            needs_space = true;
        }
    }
}

fn point(x: f32, y: f32) -> PathPoint {
    (rounded(x), rounded(y))
}

/// Whether a curve is a line, or nothing at all, to half a step.
fn is_straight(from: PathPoint, control: PathPoint, to: PathPoint) -> bool {
    let (line, bend) = ((to.0 - from.0, to.1 - from.1), (control.0 - from.0, control.1 - from.1));
    let (apart, length) = (line.0 * bend.1 - line.1 * bend.0, line.0.pow(2) + line.1.pow(2));
    // A curve goes half as far from the line as its control point does.
    let along = line.0 * bend.0 + line.1 * bend.1;
    apart.pow(2) <= length && (0..=length).contains(&along)
}

impl OutlinePen for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        // A second pair of numbers would be a line.
        self.last = ' ';
        self.step('m', &[point(x, y)]);
        self.last = 'l';
        (self.start, self.control) = (self.at, None);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = point(x, y);
        if to == self.at {
            return;
        }
        let command = match to {
            (_, y) if y == self.at.1 => 'h',
            (x, _) if x == self.at.0 => 'v',
            _ => 'l',
        };
        self.step(command, &[to]);
        self.control = None;
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (control, to) = (point(cx, cy), point(x, y));
        if is_straight(self.at, control, to) {
            return self.line_to(x, y);
        }
        // Most curves go on as the one before ended; one step off is the same to the eye.
        let mirrored = self.control.map(|before| (2 * self.at.0 - before.0, 2 * self.at.1 - before.1));
        let mirrored = mirrored.filter(|m| (m.0 - control.0).abs() <= 1 && (m.1 - control.1).abs() <= 1);
        match mirrored {
            Some(_) => self.step('t', &[to]),
            None => self.step('q', &[control, to]),
        }
        self.control = mirrored.or(Some(control));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.step('c', &[point(ax, ay), point(bx, by), point(x, y)]);
        self.control = None;
    }

    fn close(&mut self) {
        self.out.push('z');
        (self.last, self.at, self.control) = ('z', self.start, None);
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
        path.line_to(10.0, 45.6);
        path.line_to(4.0, 45.6);
        path.line_to(8.0, 40.0);
        // To the eye it is a line, and then nothing.
        path.quad_to(7.5, 40.5, 7.0, 41.0);
        path.line_to(7.2, 41.1);
        path.quad_to(3.0, 37.0, -1.0, 37.0);
        path.quad_to(-5.0, 37.0, -9.0, 33.0);
        path.quad_to(-8.0, 30.0, 10.0, 20.0);
        path.close();
        path.move_to(11.0, 20.0);
        assert_eq!(path.out, "m10 20v26h-6l4-6-1 1q-4-4-8-4t-8-4q1-3 19-13zm1 0");
        let fonts = Fonts::shipped();
        let face = &fonts.faces()[0];
        let code =
            |character: char| face.chars.iter().position(|c| *c == Some(character)).and_then(|c| u16::try_from(c).ok());
        assert_eq!(code(' ').map(|code| outline(face, code)).as_deref(), Some(""));
        let length = code('g').map(|code| outline(face, code).len());
        assert!(length.is_some_and(|length| (100..700).contains(&length)), "{length:?}");
    }
}
