//! Deflated content of pages.

use flate2::{Compress, Compression, FlushCompress};

use crate::error::{Error, ErrorKind, Result};

/// Deflates page after page with the same tables.
pub(crate) struct Compressor {
    deflate: Compress,
    space: Vec<u8>,
}

impl Compressor {
    pub(crate) fn new() -> Self {
        Self { deflate: Compress::new(Compression::new(6), true), space: vec![0; 64 * 1024] }
    }

    /// The deflated bytes, in a piece of memory that is no larger than they are.
    pub(crate) fn compress(&mut self, content: &[u8]) -> Result<Vec<u8>> {
        // The worst case of deflate is a few bytes more than its input.
        let most = content.len() + content.len() / 1000 + 64;
        if self.space.len() < most {
            self.space.resize(most, 0);
        }
        self.deflate.reset();
        self.deflate
            .compress(content, &mut self.space, FlushCompress::Finish)
            .map_err(|e| Error::of(ErrorKind::Machine, "a page could not be compressed").because(e))?;
        let length = usize::try_from(self.deflate.total_out()).unwrap_or_default();
        Ok(self.space[..length].to_vec())
    }
}
