//! 'Did you mean': the nearest known name.

/// Names further apart than this share (Jaro-Winkler, 0 to 1) are no typo of each other.
const SIMILARITY_MIN: f64 = 0.75;

/// `did you mean 'x'?`, or the list of what is known when nothing is near.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(wrong, known.iter().copied()) {
        return format!("did you mean '{near}'?");
    }
    let mut known = known;
    known.sort_unstable();
    known.dedup();
    if known.is_empty() { "there are none yet".to_owned() } else { format!("known: {}", known.join(", ")) }
}

/// Neither is more than twice as long: a few letters are in many words.
fn similar_in_length(a: &str, b: &str) -> bool {
    let (a, b) = (a.chars().count(), b.chars().count());
    a.max(b) <= 2 * a.min(b)
}

/// The most similar name, if any is near enough to be a typo.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.starts_with(&wrong) || similar_in_length(&wrong, name))
        .map(|name| (strsim::jaro_winkler(&wrong, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
