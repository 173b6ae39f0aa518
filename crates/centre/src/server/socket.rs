//! The control socket as a file: made where nobody else can reach it before it is closed to everybody else.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::{House, stopped};
use crate::control::{LONGEST_COMMAND, command};
use crate::store::Store;

/// Serves control commands at `path` until `stop` says so. The socket is its owner's only (mode 0600).
pub async fn serve_control<S: Store + 'static>(
    house: Arc<House<S>>,
    path: &Path,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = bind(path)?;
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(converse(house.clone(), stream));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
    fs::remove_file(path)
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    let mut folder = path.as_os_str().to_owned();
    folder.push(".new");
    let folder = Path::new(&folder);
    let _ = fs::remove_dir_all(folder);
    DirBuilder::new().mode(0o700).create(folder)?;
    let new = folder.join("s");
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, Permissions::from_mode(0o600))?;
    fs::rename(&new, path)?;
    fs::remove_dir(folder)?;
    Ok(listener)
}

async fn converse<S: Store + 'static>(house: Arc<House<S>>, stream: UnixStream) {
    let (read, mut write) = stream.into_split();
    let mut reader = BufReader::new(read);
    loop {
        let mut line = String::new();
        let limit = LONGEST_COMMAND as u64;
        match (&mut reader).take(limit).read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) if !line.ends_with('\n') => return,
            Ok(_) => {}
        }
        let commanded = house.clone();
        // A command may read files.
        let answer = tokio::task::spawn_blocking(move || command(&line, commanded.as_ref())).await;
        let Ok(answer) = answer else { return };
        // A tester relies on it: when `unreachable` is answered, nothing listens any more, and the other way round.
        for _ in 0..500 {
            if house.is_listening() != house.faults.is_unreachable() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let written = write.write_all(format!("{answer}\n").as_bytes()).await;
        house.order_is_answered();
        if written.is_err() {
            return;
        }
    }
}
