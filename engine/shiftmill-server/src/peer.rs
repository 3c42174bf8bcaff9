//! Who calls: what limits per caller count by.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest, Sha256};
use shiftmill::Caller;

/// A caller, as far as the transport knows it. All connections of one peer share what one peer may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// The address of a connection without a client certificate. Of IPv6 it is the first 64 bits: a host chooses the
    /// others as it likes.
    Address(IpAddr),
    /// The SHA-256 of the client certificate.
    Certificate([u8; 32]),
}

impl Peer {
    /// The peer at an address.
    pub fn at(address: IpAddr) -> Peer {
        Peer::Address(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        })
    }

    /// Its turn in the engine. Peers with the same number would only share their turns.
    pub fn caller(self) -> Caller {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        Caller(hasher.finish())
    }

    /// The peer that has authenticated with a certificate, in DER.
    pub fn authenticated(certificate: &[u8]) -> Peer {
        Peer::Certificate(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Address(address) => address.fmt(f),
            Peer::Certificate(hash) => {
                f.write_str("certificate:")?;
                hash.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_with_many_addresses_is_one_peer() {
        let peer = |address: &str| Peer::at(address.parse().unwrap());
        assert_eq!(peer("2001:db8:1:2::1"), peer("2001:db8:1:2:ffff::9"));
        assert_ne!(peer("2001:db8:1:2::1"), peer("2001:db8:1:3::1"));
        assert_eq!(peer("::ffff:10.0.0.1"), peer("10.0.0.1"));
        assert_ne!(peer("10.0.0.2"), peer("10.0.0.1"));
    }

    #[test]
    fn a_certificate_is_shown_by_the_beginning_of_its_hash() {
        assert_eq!(Peer::authenticated(b"abc").to_string(), "certificate:ba7816bf8f01cfea");
    }
}
