# Short names. `just check` is the gate; CI runs the same script and nothing else.

_default:
    @just --list

# The gate.
check:
    bash .ci/run

# All tests, as the README runs them.
test:
    cargo test --workspace

# Everything on this machine, set up for a first message.
dev *flags:
    cargo run --release -- dev --ready {{ flags }}

# The API against its own description: schemathesis and the Postman collection (`--long` for half an hour).
contract *flags:
    cargo build
    .ci/contract/run {{ flags }}

# The kill tests eight times as long as in the gate, the contract for half an hour, figures.
long:
    .ci/long

# Accepted messages per second, against a bare reference in the same run.
bench *flags:
    cargo run --release -- bench accept {{ flags }}

# Known vulnerabilities in dependencies, as of today.
audit:
    cargo deny check advisories

# The crates' documentation.
doc:
    cargo doc --workspace --no-deps
