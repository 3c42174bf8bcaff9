//! Who calls: callers take turns in the engine.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;

use shiftmill::Caller;
use tonic::Request;

/// The caller of a request: its certificate, else the address of its machine. Without either, as behind a proxy that
/// hides it, all requests have one caller.
pub(crate) fn of<T>(request: &Request<T>) -> Caller {
    let certificates = request.peer_certs();
    let certificate = certificates.as_ref().and_then(|chain| chain.first());
    match (certificate, request.remote_addr()) {
        (Some(certificate), _) => number(certificate.as_ref()),
        (None, Some(address)) => number(network(address.ip())),
        (None, None) => Caller::default(),
    }
}

/// A machine with IPv6 may use any address of its network, which is the first 64 bits.
fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or(0),
    }
}

/// Callers with the same number would only share their turns.
fn number(identity: impl Hash) -> Caller {
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    Caller(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_machine_are_one_caller() {
        let of = |address: &str| number(network(address.parse().unwrap()));
        assert_eq!(of("10.0.0.1"), of("::ffff:10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    }
}
