//! A server whose certificate nobody vouches for, or that is somebody else's, hears no word of a request.
//! The key in `certificates` was made for this test and protects nothing.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use super::secrets::{TOKEN, place};

fn certificate(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stories/operations/certificates").join(name)
}

/// Its address, and what each caller said once it had seen the certificate.
fn server(name: &str) -> (String, Receiver<Vec<u8>>) {
    let read = |name: &str| fs::read(certificate(name)).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(&read(name)).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (heard, said) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            listen(socket, config.clone(), &heard);
        }
    });
    (url, said)
}

fn listen(mut socket: TcpStream, config: Arc<ServerConfig>, heard: &Sender<Vec<u8>>) {
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut connection = ServerConnection::new(config).unwrap();
    let mut said = vec![0; 4_096];
    let length = Stream::new(&mut connection, &mut socket).read(&mut said).unwrap_or(0);
    said.truncate(length);
    heard.send(said).ok();
}

#[test]
fn a_server_with_a_bad_certificate_hears_no_word() {
    // Which certificate the server shows, and which ones the machine trusts.
    for (shown, trusted, is_heard) in [
        ("localhost.pem", None, false),
        ("elsewhere.pem", Some("elsewhere.pem"), false),
        ("localhost.pem", Some("localhost.pem"), true),
    ] {
        let (url, said) = server(shown);
        let place = place(&url);
        let trusted = trusted.map(|name| certificate(name).to_str().unwrap().to_owned());
        let mut variables = vec![("HANDOFF_HUBSPOT_TOKEN", TOKEN)];
        variables.extend(trusted.as_deref().map(|path| ("SSL_CERT_FILE", path)));
        let ran = place.handoff_with(&variables, &["run", "--deadline", "3"]);
        assert_eq!(ran.status, 1, "{shown}: {}", ran.all());
        assert!(!ran.all().contains(TOKEN), "{}", ran.all());
        let said = said.recv_timeout(Duration::from_secs(5)).unwrap();
        assert_eq!(said.starts_with(b"POST /crm"), is_heard, "{shown}: {}", said.escape_ascii());
        assert_eq!(said.is_empty(), !is_heard, "{shown}: {}", said.escape_ascii());
        assert_eq!(ran.all().contains("certificate"), !is_heard, "{shown}: {}", ran.all());
    }
}
