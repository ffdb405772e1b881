//! What to do about each code: the column "retry" of the reference's section 3, in its order.

use super::Retry::{self, AfterRepair, Backoff, Few, Never, Recipient};

/// First code, last code, what to do. Codes that are not here are judged by their HTTP status.
///
/// 131057 (maintenance while the throughput is raised, a minute at most) says "wait" in that column; the mapping table
/// of the reference's 4.5 wins and counts it with the codes that are retried.
pub(super) const RETRY: &[(i64, i64, Retry)] = &[
    // 3.1 authorization, Graph, throttling, integrity
    (0, 0, AfterRepair),
    (1, 1, Few),
    (2, 2, Backoff),
    (3, 3, AfterRepair),
    (4, 4, Backoff),
    (10, 10, AfterRepair),
    (17, 17, Backoff),
    (33, 33, AfterRepair),
    (80_007, 80_008, Backoff),
    (100, 100, Never),
    (104, 104, AfterRepair),
    (190, 190, AfterRepair),
    (200, 299, AfterRepair),
    (368, 368, AfterRepair),
    (506, 506, Never),
    (613, 613, Backoff),
    (803, 803, Never),
    (130_429, 130_429, Backoff),
    (131_048, 131_048, Never),
    (131_056, 131_056, Recipient),
    (131_064, 131_064, Never),
    (133_016, 133_016, Never),
    (130_497, 130_497, Never),
    (131_031, 131_031, AfterRepair),
    // 3.2 sending
    (130_403, 130_403, Never),
    (130_472, 130_472, Never),
    (131_000, 131_000, Few),
    (131_001, 131_002, Never),
    (131_005, 131_005, AfterRepair),
    (131_006, 131_006, Never),
    (131_008, 131_009, Never),
    (131_016, 131_016, Backoff),
    (131_020, 131_021, Never),
    (131_026, 131_026, Never),
    (131_030, 131_030, Never),
    (131_037, 131_037, AfterRepair),
    (131_041, 131_041, Never),
    (131_042, 131_042, AfterRepair),
    (131_043, 131_043, Never),
    (131_044, 131_045, AfterRepair),
    (131_047, 131_047, Never),
    (131_049, 131_053, Never),
    (131_055, 131_055, Never),
    (131_057, 131_057, Backoff),
    (131_059, 131_060, Never),
    (131_062, 131_062, Never),
    (131_063, 131_063, AfterRepair),
    (131_201, 131_215, Never),
    (134_011, 134_011, AfterRepair),
    (134_100, 134_101, Never),
    (134_102, 134_102, AfterRepair),
    (135_000, 135_000, Never),
    (137_000, 137_000, Never),
    (1_752_041, 1_752_041, Never),
    // 3.3 templates and flows
    (132_000, 132_001, Never),
    (132_005, 132_005, Never),
    (132_007, 132_008, Never),
    (132_012, 132_012, Never),
    (132_015, 132_016, Never),
    (132_018, 132_018, Never),
    (132_068, 132_069, Never),
    (139_000, 139_004, Never),
    // 3.4 registration
    (133_000, 133_003, Never),
    (133_004, 133_004, Backoff),
    (133_005, 133_006, Never),
    (133_007, 133_007, AfterRepair),
    (133_008, 133_009, Never),
    (133_010, 133_010, AfterRepair),
    (133_015, 133_015, Never),
    (136_024, 136_025, Never),
];

/// The subcode of "maintenance mode", under any code: wait some minutes.
pub(super) const MAINTENANCE: i64 = 2_494_100;

/// What an answer without a readable error body means: its HTTP status as the code that stands nearest.
///
/// 3xx counts as "down": something between us and the network answered (a captive portal, a moved proxy).
pub(super) fn code_of_status(status: u16) -> i64 {
    match status {
        401 => 0,
        403 => 10,
        404 | 410 => 100,
        429 => 4,
        300..=399 | 408 | 500.. => 2,
        _ => 1,
    }
}
