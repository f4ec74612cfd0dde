//! The heartbeat: a ping after a good run, another after a bad one, so that a cron that stopped is noticed.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::connector::http::Http;

/// The run is done; a monitor that does not answer must not make it late.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Pings `url`, or `url/fail` after a bad run. Errors never contain the URL: whoever knows it can silence the alarm.
pub fn ping(url: &str, is_good: bool) -> Result<()> {
    let url = if is_good { url.to_owned() } else { format!("{}/fail", url.trim_end_matches('/')) };
    let http = Http::new()?;
    match http.send(http.client().get(url).timeout(TIMEOUT)) {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => bail!("the monitor answered {}", answer.status),
        Err(failure) => bail!("{}", failure.why()),
    }
}
