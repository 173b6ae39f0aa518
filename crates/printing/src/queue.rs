//! Jobs to the system's spooler through its own command, `lp` of CUPS: the bytes go in by its standard input, so that no
//! label ever lies in a file of this program.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Job, Kind, PrintError};

/// How long the command may take.
const AT_MOST: Duration = Duration::from_secs(10);
/// Between two looks at whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn print(command: &str, queue: &str, job: &Job<'_>) -> Result<(), PrintError> {
    let mut lp = Command::new(command);
    lp.args(["-d", queue, "-t", job.name]);
    if job.kind != Kind::Pdf {
        lp.args(["-o", "raw"]);
    }
    lp.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = lp.spawn().map_err(|_| PrintError::NoSpooler)?;
    let input = child.stdin.take();
    thread::scope(|scope| {
        let writing = scope.spawn(move || input.is_some_and(|mut input| input.write_all(job.bytes).is_ok()));
        let ended = ended_in_time(&mut child);
        if ended.is_none() {
            // With the command its end of the pipe is gone, and so the writing ends too.
            let _ = child.kill();
            let _ = child.wait();
        }
        let written = writing.join().unwrap_or_default();
        match ended {
            None => Err(PrintError::Interrupted),
            Some(true) if written => Ok(()),
            Some(_) => Err(PrintError::Refused),
        }
    })
}

/// Whether the command ended well; nothing where it did not end in time.
fn ended_in_time(child: &mut Child) -> Option<bool> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if begun.elapsed() < AT_MOST => thread::sleep(PAUSE),
            Ok(None) | Err(_) => return None,
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A spooler of a few lines: what it was asked and what it was given, in files beside it.
    fn spooler(folder: &std::path::Path, ends: u8) -> String {
        let file = folder.join("lp");
        let script = format!("#!/bin/sh\necho \"$@\" > {0}/asked\ncat > {0}/given\nexit {ends}\n", folder.display());
        std::fs::write(&file, script).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        file.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_job_goes_in_by_standard_input_raw_where_it_is_a_printers_language() {
        let folder = tempfile::tempdir().unwrap();
        let lp = spooler(folder.path(), 0);
        let large = vec![b'x'; 300_000];
        let job = Job { name: "tiski-label-7", kind: Kind::Zpl, bytes: &large };
        assert_eq!(print(&lp, "Zebra", &job), Ok(()));
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read("asked"), b"-d Zebra -t tiski-label-7 -o raw\n");
        assert_eq!(read("given"), large);
        assert_eq!(print(&lp, "Zebra", &Job { kind: Kind::Pdf, ..job }), Ok(()));
        assert_eq!(read("asked"), b"-d Zebra -t tiski-label-7\n");
    }

    #[test]
    fn a_spooler_that_refuses_or_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let job = Job { name: "tiski-label-7", kind: Kind::Pdf, bytes: b"%PDF" };
        assert_eq!(print(&spooler(folder.path(), 1), "Zebra", &job), Err(PrintError::Refused));
        assert_eq!(print("/nowhere/lp", "Zebra", &job), Err(PrintError::NoSpooler));
    }
}
