//! The machine and the process, as far as the operating system tells. What it does not tell is left out.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a reading of the volumes is good for.
pub(super) const FRESH: Duration = Duration::from_secs(2);

/// What runs underneath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The host's name; in a container, the container's id.
    pub node: String,
    /// The operating system.
    pub os_name: String,
    /// Its version.
    pub os_version: String,
}

impl System {
    /// Asks the operating system.
    #[cfg(unix)]
    pub fn read() -> Self {
        let names = rustix::system::uname();
        Self {
            node: names.nodename().to_string_lossy().into_owned(),
            os_name: names.sysname().to_string_lossy().into_owned(),
            os_version: names.release().to_string_lossy().into_owned(),
        }
    }

    /// Elsewhere nothing can be asked without `unsafe`.
    #[cfg(not(unix))]
    pub fn read() -> Self {
        Self {
            node: std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".to_owned()),
            os_name: std::env::consts::OS.to_owned(),
            os_version: String::new(),
        }
    }
}

/// Bytes that are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Free {
    /// Where the store is.
    pub(super) data: Option<u64>,
    /// Where media files are.
    pub(super) media: Option<u64>,
}

/// Looks at both volumes. One that hangs (a network file system) does not hold up whoever asks for longer than a reading
/// may take.
pub(super) async fn free(data: PathBuf, media: PathBuf) -> Option<Free> {
    let look = move || Free {
        data: free_bytes(&data),
        media: free_bytes(&media),
    };
    tokio::task::spawn_blocking(look).await.ok()
}

/// What an ordinary user may still write.
#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let volume = rustix::fs::statvfs(path).ok()?;
    Some(volume.f_bavail.saturating_mul(volume.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// This process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Process {
    /// Processor time so far.
    pub(super) cpu: Option<Duration>,
    /// Bytes of memory in use.
    pub(super) resident: Option<u64>,
    /// Bytes of memory reserved.
    pub(super) reserved: Option<u64>,
    /// Threads.
    pub(super) threads: Option<u64>,
    /// Open files and sockets.
    pub(super) files: Option<u64>,
    /// How many it may have open.
    pub(super) most_files: Option<u64>,
}

impl Process {
    /// Asks the operating system; never waits for a disk.
    pub(super) fn read() -> Self {
        let text = |name: &str| std::fs::read_to_string(name).unwrap_or_default();
        let (status, limits) = (text("/proc/self/status"), text("/proc/self/limits"));
        let files = std::fs::read_dir("/proc/self/fd").ok().map(|files| {
            // One of them is this look itself.
            let open = files.count().saturating_sub(1);
            u64::try_from(open).unwrap_or(u64::MAX)
        });
        Self {
            cpu: cpu(),
            resident: kibibytes(&status, "VmRSS:"),
            reserved: kibibytes(&status, "VmSize:"),
            threads: field(&status, "Threads:", 0),
            files,
            most_files: field(&limits, "Max open files", 0),
        }
    }
}

#[cfg(unix)]
fn cpu() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanos = u32::try_from(time.tv_nsec).ok()?;
    Some(Duration::new(seconds, nanos))
}

#[cfg(not(unix))]
fn cpu() -> Option<Duration> {
    None
}

/// The `place`-th word after a label at the start of a line, as a number.
fn field(text: &str, label: &str, place: usize) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(label))?;
    rest.split_whitespace().nth(place)?.parse().ok()
}

fn kibibytes(status: &str, label: &str) -> Option<u64> {
    field(status, label, 0)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str =
        "Name:\tlandline\nVmPeak:\t  900 kB\nVmSize:\t   800 kB\nVmRSS:\t   300 kB\nThreads:\t7\n";

    #[test]
    fn what_the_kernel_writes_is_read() {
        assert_eq!(kibibytes(STATUS, "VmRSS:"), Some(300 * 1024));
        assert_eq!(kibibytes(STATUS, "VmSize:"), Some(800 * 1024));
        assert_eq!(field(STATUS, "Threads:", 0), Some(7));
        assert_eq!(field(STATUS, "VmSwap:", 0), None);
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(field(limits, "Max open files", 0), Some(1024));
        let unlimited =
            "Max open files            unlimited            unlimited            files\n";
        assert_eq!(field(unlimited, "Max open files", 0), None);
        assert_eq!(field("", "Threads:", 0), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_there() {
        let process = Process::read();

        assert!(process.resident > Some(1024 * 1024), "{process:?}");
        assert!(process.reserved >= process.resident, "{process:?}");
        assert!(
            process.threads >= Some(1) && process.files >= Some(3),
            "{process:?}"
        );
        assert!(process.cpu.is_some());
        assert_ne!(System::read().node, "");
        assert_eq!(System::read().os_name, "Linux");
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_volume_that_is_not_there_has_no_free_space() {
        let here = tempfile::tempdir().unwrap();

        let free = free(here.path().to_owned(), "/no/such/folder".into()).await;

        assert!(free.unwrap().data > Some(0), "{free:?}");
        assert_eq!(free.unwrap().media, None);
    }
}
