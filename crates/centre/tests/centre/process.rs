//! A Centre as a process or within the test, and whoever speaks to it over TLS: written by hand, so that another program
//! than the pharmacy's own speaks to the Centre.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use centre::server::{House, Limits};
use centre::store::{SqliteStore, Store};
use kanta::http::{Request, Response};
use kanta::mr::{self, StoreAnswer, StoreRequest};
use rustls::{ClientConnection, StreamOwned};
use test_authority::who;
use tokio::sync::watch;

use crate::world::*;

/// A Centre as a process, with its folder.
pub struct Process {
    pub child: Child,
    pub folder: PathBuf,
    pub address: String,
}

impl Process {
    pub fn start(folder: &Path) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_prescription-centre")), folder, folder)
    }

    /// `command` is the program, or becomes it; its socket is in `folder`, its store in `data`.
    pub fn run(mut command: Command, folder: &Path, data: &Path) -> Self {
        let ready = folder.join("ready");
        let _ = std::fs::remove_file(&ready);
        // One that was killed leaves its socket's name behind.
        let _ = std::fs::remove_file(folder.join("control"));
        let child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--pki")
            .arg(&*AUTHORITY)
            .arg("--control")
            .arg(folder.join("control"))
            .arg("--ready-file")
            .arg(&ready)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut process = Self { child, folder: folder.to_owned(), address: String::new() };
        process.until(|process| {
            process.address = std::fs::read_to_string(&ready).unwrap_or_default().trim().to_owned();
            !process.address.is_empty() && process.folder.join("control").exists()
        });
        process
    }

    pub fn until(&mut self, mut so: impl FnMut(&mut Self) -> bool) {
        for _ in 0..1500 {
            assert!(self.child.try_wait().unwrap().is_none(), "the Centre ended");
            if so(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it never came so");
    }

    pub fn tell(&self, order: &str) -> String {
        let mut stream = UnixStream::connect(self.folder.join("control")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        writeln!(stream, "{order}").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.trim().strip_prefix("ok").unwrap_or_else(|| panic!("{order}: {answer}")).trim().to_owned()
    }

    pub fn kill(mut self) {
        // SIGKILL: nothing of it runs any more, not even a clean-up.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn exchange(&self, slug: &str, request: &Request) -> Result<Response, String> {
        exchange(&self.address, slug, request)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A plain HTTP/1.1 exchange over TLS with one of the authority's client certificates; written by hand, so that another
/// program than the pharmacy's own speaks to the Centre.
pub fn exchange(address: &str, slug: &str, request: &Request) -> Result<Response, String> {
    let config = trust::tls::client_config(&AUTHORITY, slug).map_err(|error| error.to_string())?;
    converse(address, config, request)
}

pub fn converse(address: &str, config: rustls::ClientConfig, request: &Request) -> Result<Response, String> {
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())?;
    let tcp = TcpStream::connect(address).map_err(|error| format!("connect: {error}"))?;
    tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = StreamOwned::new(connection, tcp);
    let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    let told = |error: std::io::Error| format!("{:?}: {error}", error.kind());
    // A server that refuses may close before all is written: what it said is still to be read.
    let written = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&request.body));
    let mut answer = vec![];
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        written.map_err(told)?;
        read.map_err(told)?;
        return Err("closed without an answer".to_owned());
    }
    let split = answer.windows(4).position(|window| window == b"\r\n\r\n").ok_or("no head")?;
    let (head, body) = (String::from_utf8_lossy(&answer[..split]).into_owned(), answer[split + 4..].to_vec());
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    Ok(Response { status, headers, body })
}

/// A prescription in the folder's store, and the message that stores its first lot.
pub fn one_lot(folder: &Path) -> StoreRequest {
    let mut world = World::over(SqliteStore::open(&folder.join("centre.db")).unwrap());
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    store_request(&lot, document, &Sending::of(who::SIRI, KUUSI), world.now)
}

pub fn search(world_code: &str) -> Request {
    let query = kanta::metadata::Query {
        patients: vec![prescription::PersonIdentityCode::as_stated(world_code)],
        ..kanta::metadata::Query::default()
    };
    kanta::metadata::request(&query, &requester(Some(who::SIRI), KUUSI)).unwrap()
}

pub fn answer_of(response: &Response, request: &StoreRequest) -> StoreAnswer {
    mr::parse_store_response(response, request.frame.message_id).unwrap()
}

/// A Centre within the test, with limits of its own.
pub struct Here {
    pub address: String,
    pub house: Arc<House<SqliteStore>>,
    stop: watch::Sender<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Here {
    pub fn serve(folder: &Path, limits: Limits) -> Self {
        let centre = centre_over(SqliteStore::open(&folder.join("centre.db")).unwrap());
        let tls = trust::tls::server_config(&AUTHORITY, "centre").unwrap();
        let reload = Box::new(|_: &centre::Centre<SqliteStore>| Err("no-reload"));
        let house = Arc::new(House::new(centre, centre::clock::Clock::default(), tls, reload, limits));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = watch::channel(false);
        runtime.spawn(house.clone().serve(listener, stopped));
        Self { address, house, stop, _runtime: runtime }
    }

    pub fn exchange(&self, slug: &str, request: &Request) -> Result<Response, String> {
        exchange(&self.address, slug, request)
    }

    pub fn logged(&self) -> u64 {
        self.house.centre.store().counts().unwrap().log
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A connection over TLS whose handshake is done.
pub fn connected(address: &str, slug: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let config = trust::tls::client_config(&AUTHORITY, slug).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut tcp = TcpStream::connect(address).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    connection.complete_io(&mut tcp).unwrap();
    StreamOwned::new(connection, tcp)
}

/// The head of a request, with a body of so many bytes announced.
pub fn head(request: &Request, length: usize) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + &format!("content-length: {length}\r\n\r\n")
}
