//! A connection that can send an answer twice: a fault for tests of whoever reads it. Nothing else is changed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

/// Whether the next answer is to be sent twice.
#[derive(Clone, Default)]
pub(super) struct Again(Arc<AtomicBool>);

impl Again {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A stream that keeps what is written while `again` is set, and writes it once more when it is flushed.
pub(super) struct Twice<I> {
    io: I,
    again: Again,
    kept: Vec<u8>,
    written: usize,
}

impl<I> Twice<I> {
    pub(super) fn over(io: I, again: Again) -> Self {
        Self { io, again, kept: vec![], written: 0 }
    }
}

impl<I: Read + Unpin> Read for Twice<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<I: Write + Unpin> Write for Twice<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, buf))?;
        if self.again.0.load(Ordering::Acquire) {
            self.kept.extend(buf.iter().take(written));
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while let Some(rest) = this.kept.get(this.written..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut this.io).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.written = this.written.saturating_add(written);
        }
        if !this.kept.is_empty() {
            (this.kept, this.written) = (vec![], 0);
            this.again.0.store(false, Ordering::Release);
        }
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
