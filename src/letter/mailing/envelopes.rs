//! Envelopes without a window: one page an envelope at its true size, the sender and the recipient on it.

use std::io::Write;

use super::imprint::{self, Imprint, points};
use crate::domain::{Column, column_enum};
use crate::error::{Error, Result};
use crate::letter::Printed;
use crate::letter::job::AddressForms;
use crate::letter::page::Strip;
use crate::letter::sheet::address::{self, AddressPlace};
use crate::letter::sheet::paper::Rect;
use crate::text;

column_enum! {
    /// An envelope, by the name that the command line has.
    pub(crate) enum Envelope {
        /// US #10, 241.3 × 104.8 mm.
        No10 = "10",
        /// DL, 220 × 110 mm.
        Dl = "dl",
        /// C5, 229 × 162 mm.
        C5 = "c5",
    }
}

/// Where the sender stands, in mm from the left top corner, and how large it may become.
const SENDER: (f32, f32) = (12.0, 10.0);
const SENDER_ROOM: (f32, f32) = (80.0, 27.0);
const SENDER_SIZE: f32 = 9.0;
/// The size of type, in points, that is large enough for the recipient.
const MOST: f32 = 13.0;

impl Envelope {
    /// The envelope of a name, in whatever case.
    pub(crate) fn called(name: &str) -> Result<Self> {
        Self::named(name.trim().trim_start_matches('#'), format!("the envelope {} is not known", text::quote(name)))
    }

    /// As it is called.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::No10 => "#10",
            Self::Dl => "DL",
            Self::C5 => "C5",
        }
    }

    /// Width and height in mm.
    #[must_use]
    pub(crate) fn size(self) -> (f32, f32) {
        match self {
            Self::No10 => (241.3, 104.8),
            Self::Dl => (220.0, 110.0),
            Self::C5 => (229.0, 162.0),
        }
    }

    /// Where the posts read the recipient: below the stamp, 15 mm and more from the right and lower edges, where their
    /// machines print a code of their own.
    fn recipient(self) -> Rect {
        match self {
            Self::No10 => Rect::mm(106.0, 46.0, 118.0, 42.0),
            Self::Dl => Rect::mm(105.0, 47.0, 99.0, 46.0),
            Self::C5 => Rect::mm(110.0, 80.0, 103.0, 62.0),
        }
    }
}

/// Sets each address on an envelope and writes them as one PDF; an address that does not fit is a problem.
///
/// If there is one, nothing is written, unless such envelopes are to be left out.
///
/// # Errors
/// When the sender does not fit, or the file cannot be written.
pub(crate) fn envelopes(
    imprint: &Imprint<'_>,
    envelope: Envelope,
    sender: &[String],
    addresses: &[AddressForms],
    leave_out: bool,
    out: &mut impl Write,
) -> Result<Printed> {
    let corner = points(SENDER);
    let from = AddressPlace { what: "envelope", room: points(SENDER_ROOM), most: SENDER_SIZE };
    let sender = sender.to_vec();
    let at = envelope.recipient();
    let to = AddressPlace { what: "envelope", room: (at.width, at.height), most: MOST };
    let mut wrong = None;
    let printed = imprint::write(imprint, leave_out, out, |pages| {
        let mut set = address::fit(&mut pages.setter, pages.language, [&sender], from);
        let faults = std::mem::take(&mut set.faults);
        wrong = pages.problems(0, faults).into_iter().next();
        let from: Vec<_> = set.marks(corner.0, corner.1).collect();
        for person in addresses {
            let mut set = pages.address(person, to);
            if pages.note(std::mem::take(&mut set.faults))? {
                let marks = from.iter().cloned().chain(set.marks(at.x, at.y)).collect();
                pages.add(Strip { marks, ..Strip::default() }, points(envelope.size()))?;
            }
        }
        Ok(())
    })?;
    match wrong {
        Some(fault) => {
            let hint = fault.hint.unwrap_or_default();
            Err(Error::new(format!("the sender's {}", fault.message)).at("shop.toml").hint(hint))
        }
        None => Ok(printed),
    }
}
