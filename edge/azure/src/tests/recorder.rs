//! A loopback relay that notes each request with its answer, so that both sides
//! can be judged from outside.

use super::agreement::exchange;
use super::csdl::Exchange;
use super::script::{Seen, answer, request};
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

/// The running relay; it ends with the test's runtime.
pub(crate) struct Recorder {
    pub(crate) url: String,
    noted: Arc<Mutex<Vec<Exchange>>>,
}

impl Recorder {
    /// Relays to `upstream`, an origin without a path.
    pub(crate) async fn start(upstream: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let noted = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&noted);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(relay(stream, upstream.clone(), http.clone(), Arc::clone(&notes)));
            }
        });
        Self { url, noted }
    }

    pub(crate) fn noted(&self) -> Vec<Exchange> {
        self.noted.lock().unwrap().clone()
    }
}

async fn relay(mut stream: TcpStream, upstream: String, http: reqwest::Client, notes: Arc<Mutex<Vec<Exchange>>>) {
    while let Some(seen) = request(&mut stream).await {
        let (status, retry_after, body) = forward(&seen, &upstream, &http).await;
        notes.lock().unwrap().push(exchange(&seen, status, &body));
        let headers: Vec<_> = retry_after.iter().map(|value| ("retry-after", value.as_str())).collect();
        stream.write_all(answer(status, &headers, &body).as_bytes()).await.unwrap();
    }
}

async fn forward(seen: &Seen, upstream: &str, http: &reqwest::Client) -> (u16, Option<String>, String) {
    let asked = exchange(seen, 0, "");
    let mut forwarded =
        http.request(asked.method.parse().unwrap(), format!("{upstream}{}", asked.target)).body(asked.request);
    for name in ["authorization", "content-type", "accept"] {
        if let Some(value) = seen.header(name) {
            forwarded = forwarded.header(name, value);
        }
    }
    let response = forwarded.send().await.unwrap();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (response.status().as_u16(), retry_after, response.text().await.unwrap())
}
