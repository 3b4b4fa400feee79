//! Addresses: the one a service listens on as it is written, and the one a request comes from, behind proxies that are
//! trusted to say so.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use actix_web::{HttpRequest, http::header::HeaderName};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Reads the address of a listener. The error says what is expected.
pub fn listener(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

/// The same for a setting; the error names the value too.
pub(crate) fn deserialize_listener<'de, D: Deserializer<'de>>(source: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(source)?;
    listener(&text).map_err(|fault| D::Error::custom(format!("{text:?}: {fault}")))
}

/// The networks whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Vec<String>")]
pub struct TrustedProxies(Vec<IpNet>);

impl TryFrom<Vec<String>> for TrustedProxies {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Self, String> {
        let network = |text: &String| {
            let network = IpNet::from_str(text).or_else(|_| IpAddr::from_str(text).map(IpNet::from));
            network.map_err(|_| format!("{text:?} is neither an address nor a network such as 10.0.0.0/8"))
        };
        texts.iter().map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Where a request comes from: its peer, or, where that is a trusted proxy, the nearest address in
    /// `X-Forwarded-For` that is not one. Whatever precedes it could have been made up by the client.
    pub fn client_address(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        let lines = request.headers().get_all(FORWARDED_FOR).filter_map(|line| line.to_str().ok());
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
        let mut nearest = peer;
        for hop in hops.iter().rev() {
            if !self.trusts(nearest) {
                break;
            }
            // Stop at anything that is not an address: what precedes it cannot be trusted.
            let Some(address) = address(hop.trim()) else { break };
            nearest = address;
        }
        Some(nearest)
    }
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inside, _)| inside);
    let bare = bracketed.unwrap_or(text);
    let with_port = || bare.rsplit_once(':').and_then(|(host, _)| host.parse().ok());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// What counts as one client: an IPv4 address, or an IPv6 /64, which one household or host usually gets.
pub fn client_network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<String> = trusted.iter().map(|text| (*text).to_owned()).collect();
        let mut request = TestRequest::default().peer_addr(format!("{peer}:1234").parse().unwrap());
        for line in forwarded {
            request = request.append_header((FORWARDED_FOR, *line));
        }
        let proxies = TrustedProxies::try_from(trusted).unwrap();
        proxies.client_address(&request.to_http_request()).unwrap().to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        assert_eq!(from("192.0.2.1", &["203.0.113.9"], &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", &["203.0.113.9"], &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", &[], &["192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_is_the_clients() {
        let trusted = &["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(from("10.0.0.1", &["203.0.113.9"], trusted), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.2.2.2"], trusted), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["1.1.1.1", "203.0.113.9", "10.2.2.2"], trusted), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["10.3.3.3"], trusted), "10.3.3.3");
        assert_eq!(from("[2001:db8::1]", &["[2001:470::2]:443"], trusted), "2001:470::2");
        assert_eq!(from("[::ffff:10.0.0.1]", &["203.0.113.9:55"], trusted), "203.0.113.9");
    }

    #[test]
    fn what_is_no_address_ends_the_walk() {
        assert_eq!(from("10.0.0.1", &["203.0.113.9, unknown, 10.2.2.2"], &["10.0.0.0/8"]), "10.2.2.2");
        assert_eq!(from("10.0.0.1", &["<script>"], &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn a_bad_network_is_refused_by_its_text() {
        let refusal = TrustedProxies::try_from(vec!["10.0.0.0/33".to_owned()]).unwrap_err();
        assert!(refusal.contains("10.0.0.0/33"), "{refusal}");
    }

    #[test]
    fn a_client_of_ipv6_is_its_64() {
        let of = |text: &str| client_network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
