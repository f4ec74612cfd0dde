//! The heartbeat: a ping after a good run, another after a bad one, so that a cron that stopped is noticed.

use std::time::Duration;

use anyhow::{Result, bail};
use reqwest::Url;

use crate::connector::http::Http;

/// The run is done; a monitor that does not answer must not make it late.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Pings `url`, or its path with `/fail` behind it after a bad run.
///
/// # Errors
/// Says why nobody heard. It never contains the URL: whoever knows it can silence the alarm.
pub fn ping(url: &str, is_good: bool) -> Result<()> {
    let Ok(mut url) = Url::parse(url) else { bail!("its address is none") };
    if !is_good {
        // What follows a ? stays behind the path: a service that reads `status=up` there must not hear it of a bad run.
        let path = format!("{}/fail", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    let http = Http::to(url.as_str())?;
    match http.send(http.client().get(url).timeout(TIMEOUT)) {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => bail!("the monitor answered {}", answer.status),
        Err(failure) => bail!("{}", failure.why()),
    }
}
