//! Preconditions on a document's revision (RFC 9110 section 13). A document's entity tag is its revision, strong; where
//! a reader sees something else than the whole document, what they see is part of the tag.
//!
//! A proxy that compresses makes a tag weak (`W/"3"`). It still names one revision, so that it fits wherever the strong
//! tag does, `If-Match` included: a strict reading would refuse every write behind such a proxy.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH},
};
use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared_models::problem::ProblemCode;

use crate::problem::Problem;

/// What a request demands of the revision it meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// `If-Match`: the document must be one of these.
    pub if_match: Option<Tags>,
    /// `If-None-Match`: the document must be none of these.
    pub if_none_match: Option<Tags>,
}

/// Several lines of a header are one list (RFC 9110 section 5.3).
fn tags(request: &HttpRequest, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let malformed =
        |fault: &dyn std::fmt::Display| Problem::new(ProblemCode::InvalidRequest, format!("{name}: {fault}"));
    let lines = request.headers().get_all(name).map(|line| line.to_str().map_err(|fault| malformed(&fault)));
    let lines: Vec<&str> = lines.collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Ok(None);
    }
    Tags::parse(&lines.join(", ")).map(Some).map_err(|fault| malformed(&fault))
}

impl FromRequest for Precondition {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl Precondition {
    /// What the request demands.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        Ok(Self { if_match: tags(request, &IF_MATCH)?, if_none_match: tags(request, &IF_NONE_MATCH)? })
    }

    /// Whether a write may be made at `revision` (RFC 9110 section 13.2.2, steps 1 and 3): whatever the caller saw of
    /// that revision.
    pub fn allows_write(&self, revision: i64) -> bool {
        let revision = revision.to_string();
        let is_of_it = |tag: &Tag| tag.revision() == revision;
        let met = self.if_match.as_ref().is_none_or(|tags| tags.any(is_of_it));
        met && !self.if_none_match.as_ref().is_some_and(|tags| tags.any(is_of_it))
    }

    /// Whether a write may continue where the strong entity tag is `current`, or where nothing is yet.
    pub fn allows_write_to(&self, current: Option<&str>) -> bool {
        self.if_match.as_ref().is_none_or(|tags| current.is_some_and(|current| tags.matches(current)))
            && !(self.if_none_match.as_ref())
                .is_some_and(|tags| current.is_some_and(|current| tags.matches(current)))
    }

    /// Whether a reader holds this part of `revision` already.
    pub fn is_fresh(&self, revision: i64, part: &Representation) -> bool {
        self.is_fresh_at(&opaque(revision, part))
    }

    /// Whether a reader holds what has the entity tag `current` already.
    pub fn is_fresh_at(&self, current: &str) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.matches(current))
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

/// An entity tag, weak or strong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    opaque: String,
}

/// The header is no list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected * or a list of entity tags such as \"3\", quotes included")]
pub struct InvalidTags;

/// What somebody sees of a revision, where that is not what everybody sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Representation(Option<String>);

impl Representation {
    /// The whole document.
    pub const WHOLE: Self = Self(None);

    /// A hash of these texts, one after the other, that differs from that of every other part.
    pub fn told_by<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut context = Context::new(&SHA256);
        for text in texts {
            context.update(&text.len().to_be_bytes());
            context.update(text.as_bytes());
        }
        Self(Some(URL_SAFE_NO_PAD.encode(&context.finish().as_ref()[..12])))
    }

    /// The same part with something added to it.
    pub fn with(&self, text: &str) -> Self {
        Self::told_by([self.0.as_deref().unwrap_or_default(), text])
    }
}

/// The entity tag of what is seen of a revision.
pub fn entity_tag(revision: i64, part: &Representation) -> String {
    format!("\"{}\"", opaque(revision, part))
}

fn opaque(revision: i64, Representation(part): &Representation) -> String {
    part.as_ref().map_or_else(|| revision.to_string(), |part| format!("{revision}-{part}"))
}

impl Tag {
    /// The revision, in a tag that [`entity_tag`] wrote.
    fn revision(&self) -> &str {
        self.opaque.split('-').next().unwrap_or_default()
    }
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

    fn matches(&self, current: &str) -> bool {
        self.any(|tag| tag.opaque == current)
    }

    fn any(&self, matches: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(matches),
        }
    }
}

/// `[ "W/" ] DQUOTE *etagc DQUOTE`, and what follows.
fn tag(text: &str) -> Result<(Tag, &str), InvalidTags> {
    let quoted = text.strip_prefix("W/").unwrap_or(text);
    let (opaque, rest) = quoted.strip_prefix('"').and_then(|text| text.split_once('"')).ok_or(InvalidTags)?;
    let valid = opaque.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80);
    if valid { Ok((Tag { opaque: opaque.to_owned() }, rest)) } else { Err(InvalidTags) }
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
    fn a_write_needs_the_tag_of_the_revision_that_a_proxy_may_have_made_weak() {
        assert!(if_match("\"3\"").allows_write(3));
        assert!(if_match(" \"1\" , , \"3\"").allows_write(3));
        assert!(if_match("*").allows_write(3));
        assert!(if_match("W/\"3\"").allows_write(3) && !if_match("W/\"2\"").allows_write(3));
        assert!(!if_match("\"03\", \"x,y\"").allows_write(3));
        assert!(Precondition::default().allows_write(3));
        assert!(!if_none_match("*").allows_write(3));
    }

    #[test]
    fn a_reader_is_fresh_by_the_tag_that_it_holds() {
        assert!(if_none_match("W/\"3\"").is_fresh(3, &Representation::WHOLE));
        assert!(if_none_match("\"2\",\"3\"").is_fresh(3, &Representation::WHOLE));
        assert!(!if_none_match("\"2\"").is_fresh(3, &Representation::WHOLE));
        assert!(!if_match("\"3\"").is_fresh(3, &Representation::WHOLE));
    }

    #[test]
    fn a_tag_of_a_part_is_fresh_for_that_part_alone_and_allows_a_write_of_its_revision() {
        let (mine, other) = (Representation::told_by(["a"]), Representation::told_by(["a", ""]));
        assert!(
            mine != other && mine.with("") != mine && Representation::WHOLE.with("") != Representation::WHOLE
        );
        let tag = entity_tag(3, &mine);
        assert!(if_none_match(&tag).is_fresh(3, &mine));
        for (revision, part) in [(3, &other), (3, &Representation::WHOLE), (4, &mine)] {
            assert!(!if_none_match(&tag).is_fresh(revision, part));
        }
        assert!(!if_none_match("\"3\"").is_fresh(3, &mine));
        assert!(if_match(&tag).allows_write(3) && !if_match(&tag).allows_write(4));
        assert!(if_match("\"3\"").allows_write(3) && !if_none_match(&tag).allows_write(3));
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
