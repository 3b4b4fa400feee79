//! Names of HTTP methods that may be logged and counted.

use actix_web::http::Method;

/// The nine registered methods that are served or refused by name. Any other text comes from a client and is neither
/// logged nor a metric label.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::kit::METHODS;

    #[test]
    fn a_method_of_a_clients_own_has_one_name() {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"] {
            assert_eq!(method_name(&Method::from_bytes(method.as_bytes()).unwrap()), method);
            assert!(METHODS.contains(&method));
        }
        for method in ["get", "PURGE", "GETGET", &"M".repeat(60_000)] {
            assert_eq!(method_name(&Method::from_bytes(method.as_bytes()).unwrap()), "other");
        }
    }
}
