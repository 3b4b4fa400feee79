//! Both services in one process on embedded stores, and the sample that uses them as a client would.

mod sample;
