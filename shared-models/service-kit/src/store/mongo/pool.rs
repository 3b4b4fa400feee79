//! Counts what the driver reports: its connections, and whether it knows a primary.

use mongodb::event::{cmap::CmapEvent, sdam::SdamEvent};

use crate::metric::kit::{
    CHECKOUT_FAILURES, CONNECTIONS, CONNECTIONS_IN_USE, CONNECTIONS_MADE, WITHOUT_PRIMARY,
};

/// Counts what happens to a connection.
pub(super) fn count(event: &CmapEvent) {
    match event {
        CmapEvent::ConnectionCreated(_) => {
            CONNECTIONS.get().increment(1.0);
            CONNECTIONS_MADE.get().increment(1);
        }
        CmapEvent::ConnectionClosed(_) => CONNECTIONS.get().decrement(1.0),
        CmapEvent::ConnectionCheckedOut(_) => CONNECTIONS_IN_USE.get().increment(1.0),
        CmapEvent::ConnectionCheckedIn(_) => CONNECTIONS_IN_USE.get().decrement(1.0),
        CmapEvent::ConnectionCheckoutFailed(_) => CHECKOUT_FAILURES.get().increment(1),
        _ => {}
    }
}

/// Notes whether a primary is known. A server that is asked directly, and mongos, count as one.
pub(super) fn watch(event: &SdamEvent) {
    let SdamEvent::TopologyDescriptionChanged(event) = event else { return };
    let known = event.new_description.has_writable_server();
    WITHOUT_PRIMARY.get().set(if known { 0.0 } else { 1.0 });
}
