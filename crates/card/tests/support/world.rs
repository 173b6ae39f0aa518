//! A world for a test: mount and network namespaces of its own, in which a PC/SC daemon with the virtual reader runs.
//! A daemon that serves a real reader on this machine is never touched: ours has its own /run/pcscd, sees no USB
//! drivers and no USB devices, and its open ports exist in its own network only.

use card::{CardAccess, CardEvent, PcscAccess, ReaderId};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use virtual_card::vpcd::Slot;
use virtual_card::{Card, Person, Profile, ShortMemory};

const INSIDE: &str = "TISKI_CARD_WORLD";
pub const READER: &str = "Tiski Virtual Reader 00 00";
pub const SECOND_READER: &str = "Tiski Virtual Reader 00 01";

/// Mounts and network first; then this very test binary again, which finds itself inside.
const SET_UP: &str = r#"
set -eu
world=$1; shift
mkdir "$world/readers"
cp "$(readlink -f /usr/lib/pcsc/drivers/serial/libifdvpcd.so)" "$world/libifdvpcd.so"
cat >"$world/readers/virtual" <<END
FRIENDLYNAME "Tiski Virtual Reader"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      $world/libifdvpcd.so
CHANNELID    0x8C7B
END
ip link set lo up
mount -t tmpfs tmpfs /usr/lib/pcsc/drivers
if [ -d /dev/bus/usb ]; then mount -t tmpfs tmpfs /dev/bus/usb; fi
mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs tmpfs /run; mkdir /run/pcscd; }
mount -t tmpfs tmpfs /run/pcscd
exec "$@"
"#;

/// Runs `story` inside a world of its own, with its daemon running. `name` is the test's full name.
pub fn in_world(name: &str, story: impl FnOnce(&mut World)) {
    if let Ok(folder) = std::env::var(INSIDE) {
        let mut world = World { folder: folder.into(), daemon: None };
        world.start_daemon();
        story(&mut world);
        std::fs::write(world.folder.join("told"), "").unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let namespaces: &[&str] = if root { &[] } else { &["-r"] };
    let status = Command::new("unshare")
        .args(namespaces)
        .args(["-m", "-n", "--propagation", "private", "sh", "-c", SET_UP, "world"])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads", "1"])
        .env(INSIDE, folder.path())
        .status()
        .expect("unshare is installed");
    let log = std::fs::read_to_string(folder.path().join("pcscd.log")).unwrap_or_default();
    let told = folder.path().join("told").exists(); // a name that fits no test would succeed without having run
    assert!(
        status.success() && told,
        "the test failed inside its world (needs: pcscd, vsmartcard-vpcd, iproute2)\n{log}"
    );
}

/// The inside of the namespaces.
pub struct World {
    folder: PathBuf,
    daemon: Option<Child>,
}

impl World {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn start_daemon(&mut self) {
        let socket = Path::new("/run/pcscd/pcscd.comm");
        let _ = std::fs::remove_file(socket);
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("pcscd.log")).unwrap();
        let daemon = Command::new("/usr/sbin/pcscd")
            .args(["-f", "-c"])
            .arg(self.folder.join("readers"))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("pcscd is installed");
        self.daemon = Some(daemon);
        let started = Instant::now();
        while !socket.exists() {
            assert!(started.elapsed() < Duration::from_secs(10), "pcscd did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn stop_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().unwrap();
            daemon.wait().unwrap();
        }
    }

    /// A card in the first reader, from now on.
    pub fn card(&self, person: &Path, profile: Profile) -> TestCard {
        TestCard::start(person, profile, 35963)
    }

    /// A card in the second reader.
    pub fn second_card(&self, person: &Path, profile: Profile) -> TestCard {
        TestCard::start(person, profile, 35964)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop_daemon();
    }
}

/// A virtual card connected to the reader driver, and the trace of its commands.
pub struct TestCard {
    pub slot: Arc<Slot>,
    trace: Arc<Mutex<Vec<u8>>>,
}

impl TestCard {
    fn start(person: &Path, profile: Profile, port: u16) -> Self {
        let card = Card::new(profile, Person::load(person).unwrap(), Box::new(ShortMemory::default())).unwrap();
        let trace = Arc::new(Mutex::new(Vec::new()));
        let slot = Arc::new(Slot::new(card, Some(Box::new(Shared(Arc::clone(&trace))))));
        let running = Arc::clone(&slot);
        std::thread::spawn(move || running.run(SocketAddr::from(([127, 0, 0, 1], port))));
        Self { slot, trace }
    }

    /// How many PINs reached the card.
    pub fn pins_sent(&self) -> usize {
        self.trace().matches("blacked out").count()
    }

    pub fn trace(&self) -> String {
        String::from_utf8(self.trace.lock().unwrap().clone()).unwrap()
    }
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Waits for an event that fits; tells how long it took. The driver of the virtual reader was seen to stand still for five
/// seconds now and then, whoever speaks to it; what must be quick asserts it of the time told.
pub fn wait_for(events: &Receiver<CardEvent>, wanted: impl Fn(&CardEvent) -> bool) -> Duration {
    let started = Instant::now();
    let limit = Duration::from_secs(60);
    loop {
        let left = limit.saturating_sub(started.elapsed());
        let event = events.recv_timeout(left);
        let event =
            event.unwrap_or_else(|_| panic!("no such event within a minute; the daemon itself: {}", seen_anew()));
        if wanted(&event) {
            return started.elapsed();
        }
    }
}

/// What the daemon says of its readers to somebody who has never asked before: whose fault it is that an event did not come.
fn seen_anew() -> String {
    let seen = || -> Result<String, pcsc::Error> {
        let context = pcsc::Context::establish(pcsc::Scope::System)?;
        let names = context.list_readers_owned()?;
        let mut states: Vec<_> =
            names.into_iter().map(|name| pcsc::ReaderState::new(name, pcsc::State::UNAWARE)).collect();
        context.get_status_change(Duration::from_secs(1), &mut states)?;
        Ok(states.iter().map(|one| format!("{:?} × {}; ", one.event_state(), one.event_count())).collect())
    };
    seen().unwrap_or_else(|error| format!("{error:?}"))
}

/// Puts the card back, and waits until it is seen. The daemon (pcsc-lite 1.9.9) looks at its readers every 400 ms. Where a failed
/// reset has told it that the card is gone, and the card is back before it looks, it keeps the reader for empty until the card
/// leaves once more: seen on a busy machine, asked of the daemon itself. No hand is so fast, so this one tries again slowly.
pub fn put_back(card: &TestCard, events: &Receiver<CardEvent>) {
    for _ in 0..3 {
        card.slot.insert(Duration::from_secs(2));
        let until = Instant::now() + Duration::from_secs(10);
        while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if inserted(&event) {
                return;
            }
        }
        card.slot.remove();
        std::thread::sleep(Duration::from_secs(1));
    }
    panic!("the card is in the reader and nobody sees it");
}

/// Starts watching and waits until the first reader has its card.
pub fn access_with_card() -> (PcscAccess, Receiver<CardEvent>) {
    let access = PcscAccess::start().unwrap();
    let events = access.events();
    wait_for(&events, inserted);
    (access, events)
}

pub fn reader() -> ReaderId {
    ReaderId(READER.to_owned())
}

pub fn inserted(event: &CardEvent) -> bool {
    matches!(event, CardEvent::CardInserted { reader, .. } if reader.0 == READER)
}

pub fn removed(event: &CardEvent) -> bool {
    matches!(event, CardEvent::CardRemoved { reader } if reader.0 == READER)
}
