//! Preconditions on a document's revision (RFC 9110 section 13). A document's entity tag is its revision, strong.

/// What a request demands of the revision it meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `If-Match`: the document must be one of these.
    pub if_match: Option<Tags>,
    /// `If-None-Match`: the document must be none of these.
    pub if_none_match: Option<Tags>,
}

impl Precondition {
    /// Whether a write may go on at `revision` (RFC 9110 section 13.2.2, steps 1 and 3).
    pub fn allows_write(&self, revision: i64) -> bool {
        self.allows_write_to(Some(&revision.to_string()))
    }

    /// Whether a write may go on where the strong entity tag is `current`, or where nothing is yet.
    pub fn allows_write_to(&self, current: Option<&str>) -> bool {
        self.if_match.as_ref().is_none_or(|tags| current.is_some_and(|current| tags.match_strongly(current)))
            && !(self.if_none_match.as_ref())
                .is_some_and(|tags| current.is_some_and(|current| tags.match_weakly(current)))
    }

    /// Whether a reader holds `revision` already.
    pub fn is_fresh(&self, revision: i64) -> bool {
        self.is_fresh_at(&revision.to_string())
    }

    /// Whether a reader holds what has the entity tag `current` already.
    pub fn is_fresh_at(&self, current: &str) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.match_weakly(current))
    }
}

/// A list of entity tags, or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever exists.
    Any,
    /// These.
    Listed(Vec<Tag>),
}

/// An entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    weak: bool,
    opaque: String,
}

/// The header is no list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected * or a list of entity tags such as \"3\", quotes included")]
pub struct InvalidTags;

/// The entity tag of a revision.
pub fn entity_tag(revision: i64) -> String {
    format!("\"{revision}\"")
}

impl Tags {
    /// Reads the value of `If-Match` or `If-None-Match`.
    pub fn parse(text: &str) -> Result<Self, InvalidTags> {
        let mut rest = text.trim_matches([' ', '\t']);
        if rest == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        while !rest.is_empty() {
            let (tag, tail) = tag(rest)?;
            tags.push(tag);
            rest = tail.trim_start_matches([' ', '\t']);
            match rest.strip_prefix(',') {
                // A list may have empty elements (RFC 9110 section 5.6.1.2).
                Some(tail) => rest = tail.trim_start_matches([' ', '\t', ',']),
                None if rest.is_empty() => {}
                None => return Err(InvalidTags),
            }
        }
        if tags.is_empty() { Err(InvalidTags) } else { Ok(Self::Listed(tags)) }
    }

    fn match_strongly(&self, current: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| !tag.weak && tag.opaque == current),
        }
    }

    fn match_weakly(&self, current: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(|tag| tag.opaque == current),
        }
    }
}

/// `[ "W/" ] DQUOTE *etagc DQUOTE`, and what follows.
fn tag(text: &str) -> Result<(Tag, &str), InvalidTags> {
    let (weak, quoted) = text.strip_prefix("W/").map_or((false, text), |quoted| (true, quoted));
    let (opaque, rest) = quoted.strip_prefix('"').and_then(|text| text.split_once('"')).ok_or(InvalidTags)?;
    let valid = opaque.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80);
    if valid { Ok((Tag { weak, opaque: opaque.to_owned() }, rest)) } else { Err(InvalidTags) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(text: &str) -> Precondition {
        Precondition { if_match: Some(Tags::parse(text).unwrap()), if_none_match: None }
    }

    fn if_none_match(text: &str) -> Precondition {
        Precondition { if_match: None, if_none_match: Some(Tags::parse(text).unwrap()) }
    }

    #[test]
    fn a_write_needs_a_strong_match() {
        assert!(if_match("\"3\"").allows_write(3));
        assert!(if_match(" \"1\" , , \"3\"").allows_write(3));
        assert!(if_match("*").allows_write(3));
        assert!(!if_match("W/\"3\"").allows_write(3));
        assert!(!if_match("\"03\", \"x,y\"").allows_write(3));
        assert!(Precondition::default().allows_write(3));
        assert!(!if_none_match("*").allows_write(3));
    }

    #[test]
    fn a_reader_is_fresh_by_a_weak_match() {
        assert!(if_none_match("W/\"3\"").is_fresh(3));
        assert!(if_none_match("\"2\",\"3\"").is_fresh(3));
        assert!(!if_none_match("\"2\"").is_fresh(3));
        assert!(!if_match("\"3\"").is_fresh(3));
    }

    #[test]
    fn what_is_not_there_matches_nothing() {
        assert!(!if_match("*").allows_write_to(None) && !if_match("\"a\"").allows_write_to(None));
        assert!(if_none_match("*").allows_write_to(None) && !if_none_match("*").allows_write_to(Some("a")));
        assert!(if_match("\"a\"").allows_write_to(Some("a")) && if_none_match("W/\"a\"").is_fresh_at("a"));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for text in ["", ",", "3", "\"3", "\"3\" \"4\"", "w/\"3\"", "*, \"3\"", "\"a b\""] {
            assert_eq!(Tags::parse(text), Err(InvalidTags), "{text:?}");
        }
    }
}
