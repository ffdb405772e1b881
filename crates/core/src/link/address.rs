//! Which addresses are public: one table per family.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use onprem::settings::UrlPolicy;

/// Whether a stranger's URL may lead to an address: a public one, and what the policy allows beside.
pub fn is_allowed(ip: IpAddr, policy: UrlPolicy) -> bool {
    is_public(ip)
        || match policy {
            UrlPolicy::HttpsOnly => false,
            UrlPolicy::PlainLoopback => ip.is_loopback(),
            UrlPolicy::Private => ip.is_loopback() || is_private(ip),
        }
}

/// Whether an address belongs to the operator's own network. Those do not where clouds tell their machines secrets.
fn is_private(ip: IpAddr) -> bool {
    let among = |ip: u32| {
        PRIVATE_V4
            .iter()
            .any(|&(network, length)| within(ip, network.to_bits(), 32 - length))
    };
    match ip {
        IpAddr::V4(ip) => among(ip.to_bits()),
        IpAddr::V6(ip) => contains(UNIQUE_LOCAL_V6, ip) && !contains(METADATA_V6, ip),
    }
}

/// IPv4 networks of one's own: private ones, and a carrier's, which overlay networks use.
const PRIVATE_V4: [(Ipv4Addr, u32); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// The same in IPv6, and the part of it where a cloud's metadata are.
const UNIQUE_LOCAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7);
const METADATA_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32);

/// Whether an address belongs to one host on the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// IPv4 networks that are not public (the IANA registry of special-purpose addresses, and multicast).
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by a carrier's customers
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// Parts of IPv6's global unicast space that are not public.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, benchmarking …
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: hides any IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Global unicast. Everything outside is loopback, local, multicast, a disguise of IPv4, or not given out.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// How an IPv6-only network reaches IPv4 hosts: their address is in the last 32 bits.
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !NOT_PUBLIC_V4
        .iter()
        .any(|&(network, length)| within(ip.to_bits(), network.to_bits(), 32 - length))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if contains(NAT64, ip) {
        let [.., a, b, c, d] = ip.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    contains(GLOBAL_V6, ip) && !NOT_PUBLIC_V6.iter().any(|&network| contains(network, ip))
}

fn within(ip: u32, network: u32, host_bits: u32) -> bool {
    ip >> host_bits == network >> host_bits
}

fn contains((network, length): (Ipv6Addr, u32), ip: Ipv6Addr) -> bool {
    ip.to_bits() >> (128 - length) == network.to_bits() >> (128 - length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// The first and the last address of each network, and their public neighbours outside.
    #[rstest]
    #[case("0.0.0.0", "0.255.255.255", "1.0.0.0")]
    #[case("10.0.0.0", "10.255.255.255", "9.255.255.255")]
    #[case("10.0.0.0", "10.255.255.255", "11.0.0.0")]
    #[case("100.64.0.0", "100.127.255.255", "100.63.255.255")]
    #[case("100.64.0.0", "100.127.255.255", "100.128.0.0")]
    #[case("127.0.0.0", "127.255.255.255", "128.0.0.0")]
    #[case("169.254.0.0", "169.254.255.255", "169.255.0.0")]
    #[case("172.16.0.0", "172.31.255.255", "172.15.255.255")]
    #[case("172.16.0.0", "172.31.255.255", "172.32.0.0")]
    #[case("192.0.0.0", "192.0.0.255", "192.0.1.0")]
    #[case("192.0.2.0", "192.0.2.255", "192.0.3.0")]
    #[case("192.88.99.0", "192.88.99.255", "192.88.100.0")]
    #[case("192.168.0.0", "192.168.255.255", "192.169.0.0")]
    #[case("198.18.0.0", "198.19.255.255", "198.20.0.0")]
    #[case("198.51.100.0", "198.51.100.255", "198.51.101.0")]
    #[case("203.0.113.0", "203.0.113.255", "203.0.114.0")]
    #[case("224.0.0.0", "255.255.255.255", "223.255.255.255")]
    #[case("::", "1fff:ffff::", "2000::1")]
    #[case("::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::8.8.8.8")]
    #[case("64:ff9b::", "64:ff9b::a00:1", "64:ff9b::b00:1")]
    #[case("64:ff9b:1::", "64:ff9b:1::808:808", "64:ff9b::808:808")]
    #[case("2001::", "2001:1ff:ffff::", "2001:200::1")]
    #[case("2001:db8::", "2001:db8:ffff::", "2001:db9::1")]
    #[case("2002::", "2002:808:808::1", "2003::1")]
    #[case("3fff::", "3fff:fff::", "3fff:1000::1")]
    #[case("4000::", "ffff::", "3ffe::1")]
    fn networks_end_where_they_should(
        #[case] first: IpAddr,
        #[case] last: IpAddr,
        #[case] outside: IpAddr,
    ) {
        assert!(!is_public(first), "{first}");
        assert!(!is_public(last), "{last}");
        assert!(is_public(outside), "{outside}");
    }

    #[rstest]
    #[case("127.0.0.1", true)]
    #[case("127.255.255.254", true)]
    #[case("::1", true)]
    #[case("::ffff:127.0.0.1", false)]
    #[case("10.0.0.1", false)]
    #[case("0.0.0.0", false)]
    #[case("::", false)]
    fn a_plain_loopback_policy_adds_loopback_only(#[case] ip: IpAddr, #[case] allowed: bool) {
        assert_eq!(is_allowed(ip, UrlPolicy::PlainLoopback), allowed);
        assert!(!is_allowed(ip, UrlPolicy::HttpsOnly));
    }

    #[rstest]
    #[case("10.1.2.3", true)]
    #[case("100.64.0.1", true)]
    #[case("172.31.255.255", true)]
    #[case("172.32.0.1", true)]
    #[case("192.168.1.1", true)]
    #[case("127.0.0.1", true)]
    #[case("::1", true)]
    #[case("fd12:3456::1", true)]
    #[case("8.8.8.8", true)]
    #[case("169.254.169.254", false)]
    #[case("fe80::1", false)]
    #[case("fd00:ec2::254", false)]
    #[case("0.0.0.0", false)]
    #[case("255.255.255.255", false)]
    #[case("224.0.0.1", false)]
    #[case("::ffff:10.0.0.1", false)]
    fn ones_own_network_is_allowed_by_name_only(#[case] ip: &str, #[case] allowed: bool) {
        let ip = ip.parse().unwrap();

        assert_eq!(is_allowed(ip, UrlPolicy::Private), allowed);
        assert_eq!(is_allowed(ip, UrlPolicy::HttpsOnly), is_public(ip));
    }

    proptest! {
        #[test]
        fn what_the_standard_library_calls_special_is_never_public(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let special = ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_unspecified();
            prop_assert!(!(special && is_public(IpAddr::V4(ip))));
        }

        #[test]
        fn local_ipv6_is_never_public(bits: u128, kind in 0..3_u8) {
            let bits = match kind {
                0 => (bits >> 7) | (0xfc_u128 << 120), // unique local
                1 => (bits >> 10) | (0xfe80_u128 << 112), // link-local
                _ => bits | (0xff_u128 << 120), // multicast
            };
            let ip = Ipv6Addr::from_bits(bits);
            prop_assert!(ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_multicast());
            prop_assert!(!is_public(IpAddr::V6(ip)), "{ip}");
        }

        #[test]
        fn no_ipv6_disguise_makes_a_private_address_public(
            (network, length) in proptest::sample::select(&NOT_PUBLIC_V4[..]),
            host: u32,
        ) {
            let v4 = Ipv4Addr::from_bits(network.to_bits() | (host >> length));
            let [a, b, c, d] = v4.octets().map(u16::from);
            let (high, low) = ((a << 8) | b, (c << 8) | d);
            for disguise in [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
            ] {
                prop_assert!(!is_public(IpAddr::V6(disguise)), "{disguise}");
            }
        }
    }
}
