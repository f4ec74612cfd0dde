//! Asks for many things at once, and for fewer where one of them spoils it for the others.

/// What one request about a part of the inputs came to.
#[derive(Debug)]
pub(crate) enum Part<T> {
    /// The same for all of them.
    All(T),
    /// One for each, in order; `None`: it is asked for alone.
    Each(Vec<Option<T>>),
    /// Some of them are to blame, and nobody knows which.
    Halve,
}

/// One result for each input, in order. A part that has to be halved is asked for in halves, until those that are to blame
/// stand alone. After `requests_max` requests the rest is what `beyond` says.
///
/// # Errors
/// The first error of a request ends it.
pub(crate) fn halved<I, T: Clone, E>(
    inputs: &[I],
    requests_max: usize,
    beyond: impl Fn() -> T,
    mut ask: impl FnMut(&[I]) -> Result<Part<T>, E>,
) -> Result<Vec<T>, E> {
    let mut results: Vec<Option<T>> = vec![None; inputs.len()];
    let mut parts = vec![(0, inputs)];
    let mut requests = 0;
    while let Some((start, part)) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        let places = results.iter_mut().skip(start).take(part.len());
        if requests == requests_max {
            places.for_each(|place| *place = Some(beyond()));
            continue;
        }
        requests += 1;
        match ask(part)? {
            Part::All(result) => places.for_each(|place| *place = Some(result.clone())),
            Part::Each(each) => {
                let alone = each.iter().enumerate().filter(|(_, result)| result.is_none());
                parts.extend(alone.filter_map(|(at, _)| Some((start + at, part.get(at..=at)?))).rev());
                places.zip(each).for_each(|(place, result)| *place = result);
            }
            // There is nothing to halve.
            Part::Halve if part.len() == 1 => places.for_each(|place| *place = Some(beyond())),
            Part::Halve => {
                let half = part.len() / 2;
                let (first, second) = part.split_at(half);
                parts.extend([(start + half, second), (start, first)]);
            }
        }
    }
    Ok(results.into_iter().map(|result| result.unwrap_or_else(&beyond)).collect())
}

/// Whether a body is a JSON object to its last brace, whatever is inside: not a page of HTML, and nothing that broke off.
/// One that is whole and still cannot be read is spoilt by a record in it.
pub(crate) fn is_whole(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in body.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return body.starts_with(b"{") && at + 1 == body.len(),
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 40;

    /// Asks about a hundred numbers of which some spoil whatever they are asked with; the results and how many requests.
    fn hundred(bad: &[usize]) -> (Vec<&'static str>, usize) {
        let inputs: Vec<usize> = (0..100).collect();
        let mut requests = 0;
        let results = halved(
            &inputs,
            MAX,
            || "beyond",
            |part| {
                requests += 1;
                let is_bad = part.iter().any(|input| bad.contains(input));
                Ok::<_, ()>(match part {
                    _ if !is_bad => Part::All("good"),
                    [_] => Part::All("bad"),
                    _ => Part::Halve,
                })
            },
        );
        (results.unwrap(), requests)
    }

    #[test]
    fn what_spoils_it_for_the_others_stands_alone_after_a_few_requests() {
        let (results, requests) = hundred(&[37]);
        assert_eq!(results.iter().position(|result| *result == "bad"), Some(37));
        assert_eq!(results.iter().filter(|result| **result == "good").count(), 99);
        assert!(requests <= 15, "{requests}");
    }

    #[test]
    fn what_is_all_spoilt_costs_a_bounded_number_of_requests() {
        let (results, requests) = hundred(&(0..100).collect::<Vec<_>>());
        assert_eq!((results.len(), requests), (100, MAX));
        assert!(results.contains(&"beyond"));
    }

    #[test]
    fn what_a_part_says_nothing_of_is_asked_for_alone_and_in_order() {
        let mut alone = Vec::new();
        let results = halved(
            &["a", "b", "c"],
            MAX,
            || 0,
            |part| {
                Ok::<_, ()>(match part {
                    [one] => {
                        alone.push((*one).to_owned());
                        Part::All(1)
                    }
                    _ => Part::Each(vec![None, Some(2), None]),
                })
            },
        );
        assert_eq!((results.unwrap(), alone), (vec![1, 2, 1], vec!["a".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn what_broke_off_and_what_is_no_json_is_not_whole() {
        for whole in [r#"{"a":"}\"{","b":[{}]}"#, "{}", " {\"a\": \"\\ud800\"}\n"] {
            assert!(is_whole(whole.as_bytes()), "{whole}");
        }
        for other in
            ["", "{", r#"{"a":"}"#, r#"{"a":{}"#, "{}{}", "<html>{}</html>", "[]", "]", r#"{"a":1}}"#]
        {
            assert!(!is_whole(other.as_bytes()), "{other}");
        }
    }
}
