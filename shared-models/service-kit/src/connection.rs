//! A client's connection, which is cut when a request takes too long to arrive.
//!
//! actix-web limits the time for the head of the first request of a connection alone. Here every head is limited, and so is what a
//! client still sends of a body that nobody reads, after the answer. Otherwise a client could hold a connection for as long as it
//! likes by a byte now and then.

use std::{
    cell::Cell,
    io::{self, IoSlice},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// The requests of one connection. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Requests(Rc<Counts>);

#[derive(Default)]
struct Counts {
    begun: Cell<u64>,
    ended: Cell<u64>,
}

impl Requests {
    /// A request is served until the value is dropped.
    pub(crate) fn begin(&self) -> Serving {
        self.0.begun.set(self.0.begun.get() + 1);
        Serving(self.clone())
    }

    fn are_served(&self) -> bool {
        self.0.begun != self.0.ended
    }
}

/// A request that is served.
pub(crate) struct Serving(Requests);

impl Drop for Serving {
    fn drop(&mut self) {
        let Self(Requests(counts)) = self;
        counts.ended.set(counts.ended.get() + 1);
    }
}

/// The bytes of a connection. While no request is served, reading fails once `patience` has passed since the first byte of the
/// next request.
pub(crate) struct Connection<S> {
    stream: S,
    requests: Requests,
    /// None for HTTP/2, whose frames also come between requests.
    patience: Option<Duration>,
    /// When the request that began to arrive will be late, and how many requests had begun before it.
    due: Option<(Pin<Box<Sleep>>, u64)>,
    /// Whether bytes came since the last look: the request may be complete now.
    has_more: bool,
    /// Whether the client takes nothing at the moment: what it has sent waits until then.
    is_blocked: bool,
}

impl<S> Connection<S> {
    pub(crate) fn new(stream: S, patience: Option<Duration>) -> Self {
        Self {
            stream,
            requests: Requests::default(),
            patience,
            due: None,
            has_more: false,
            is_blocked: false,
        }
    }

    pub(crate) fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// Notes bytes that came. They are the beginning of a request if none is served.
    fn begin(&mut self) {
        let Some(patience) = self.patience else { return };
        self.has_more = true;
        self.forget_served();
        if self.due.is_none() && !self.requests.are_served() {
            let due = Box::pin(sleep_until(Instant::now() + patience));
            self.due = Some((due, self.requests.0.begun.get()));
        }
    }

    /// A request that is served was not late.
    fn forget_served(&mut self) {
        let begun = self.requests.0.begun.get();
        self.due.take_if(|(_, before)| *before != begun);
    }

    /// Ready once the request that began to arrive is late.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.forget_served();
        let patience = self.patience.unwrap_or_default();
        let Some((due, _)) = &mut self.due else { return Poll::Pending };
        if self.is_blocked {
            // The time begins once the client takes its answers again.
            due.as_mut().reset(Instant::now() + patience);
        }
        ready!(due.as_mut().poll(context));
        if std::mem::take(&mut self.has_more) {
            // It is looked at first.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled().len() > before {
            self.begin();
        }
        if read.is_pending() {
            ready!(self.poll_late(context));
            tracing::debug!("a connection is cut: a request takes too long to arrive");
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.is_blocked = written.is_pending();
        self.forget_served();
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.is_blocked = written.is_pending();
        self.forget_served();
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        task::JoinHandle,
        time::sleep,
    };

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn connected() -> (DuplexStream, Connection<DuplexStream>) {
        let (client, server) = duplex(64);
        (client, Connection::new(server, Some(PATIENCE)))
    }

    /// A client that sends a byte a second.
    fn drips(mut client: DuplexStream) -> JoinHandle<()> {
        tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        })
    }

    /// Reads until it fails, and returns how long that took.
    async fn read_on(connection: &mut Connection<DuplexStream>) -> (io::ErrorKind, Duration) {
        let begun = Instant::now();
        let mut bytes = [0; 8];
        loop {
            if let Err(error) = connection.read(&mut bytes).await {
                return (error.kind(), begun.elapsed());
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_arrives_byte_by_byte_is_given_up() {
        let (client, mut connection) = connected();
        let _client = drips(client);
        assert_eq!(read_on(&mut connection).await, (io::ErrorKind::TimedOut, PATIENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn so_is_one_whose_client_falls_silent() {
        let (mut client, mut connection) = connected();
        client.write_all(b"GET").await.unwrap();
        assert_eq!(read_on(&mut connection).await, (io::ErrorKind::TimedOut, PATIENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_take_its_time_while_the_request_is_served_and_not_afterwards() {
        let (client, mut connection) = connected();
        let _client = drips(client);
        let serving = connection.requests().begin();
        let mut bytes = [0; 1];
        for _ in 0..60 {
            connection.read_exact(&mut bytes).await.unwrap();
        }
        drop(serving);
        let (kind, after) = read_on(&mut connection).await;
        assert_eq!(kind, io::ErrorKind::TimedOut);
        assert!(after <= PATIENCE + Duration::from_secs(1), "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_a_silent_client_is_waited_for() {
        let (mut client, mut connection) = connected();
        for _ in 0..3 {
            client.write_all(b"GET /").await.unwrap();
            connection.read_exact(&mut [0; 5]).await.unwrap();
            // Served before the connection is read again.
            drop(connection.requests().begin());
            let silence = tokio::time::timeout(20 * PATIENCE, connection.read(&mut [0; 5])).await;
            assert!(silence.is_err(), "{silence:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_whole_just_in_time_is_looked_at() {
        let (mut client, mut connection) = connected();
        client.write_all(b"GET").await.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(connection.read(&mut bytes).await.unwrap(), 3);
        let last = async {
            sleep(PATIENCE).await;
            client.write_all(b" /").await.unwrap();
        };
        let rest = async {
            // A thread that did other things meanwhile.
            sleep(2 * PATIENCE).await;
            let count = connection.read(&mut bytes).await.unwrap();
            assert!(futures_util::poll!(std::pin::pin!(connection.read(&mut bytes[count..]))).is_pending());
            connection.requests().begin()
        };
        let ((), serving) = tokio::join!(last, rest);
        drop(serving);
        let silence = tokio::time::timeout(20 * PATIENCE, connection.read(&mut bytes)).await;
        assert!(silence.is_err(), "{silence:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_began_behind_an_answer_nobody_took_is_late_once_that_is_taken() {
        let (mut client, mut connection) = connected();
        let mut answer = &[0; 200][..];
        while let Poll::Ready(written) = futures_util::poll!(std::pin::pin!(connection.write(answer))) {
            answer = &answer[written.unwrap()..];
        }
        client.write_all(b"G").await.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(connection.read(&mut bytes).await.unwrap(), 1);
        let waiting = tokio::time::timeout(20 * PATIENCE, connection.read(&mut bytes)).await;
        assert!(waiting.is_err(), "{waiting:?}");
        client.read_exact(&mut [0; 64]).await.unwrap();
        connection.write_all(&answer[..8]).await.unwrap();
        assert_eq!(read_on(&mut connection).await, (io::ErrorKind::TimedOut, PATIENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_its_answer_slowly_is_not_late_with_its_next_request() {
        let (mut client, mut connection) = connected();
        let mut writing = Box::pin(async {
            connection.write_all(&[0; 200]).await.unwrap();
            connection
        });
        assert!(futures_util::poll!(&mut writing).is_pending(), "the pipe holds 64 bytes");
        client.write_all(b"GET").await.unwrap();
        sleep(4 * PATIENCE).await;
        tokio::spawn(async move {
            client.read_exact(&mut [0; 200]).await.unwrap();
            sleep(PATIENCE / 2).await;
            client.write_all(b" /").await.unwrap();
            sleep(4 * PATIENCE).await;
        });
        let mut connection = writing.await;
        connection.read_exact(&mut [0; 5]).await.unwrap();
    }
}
