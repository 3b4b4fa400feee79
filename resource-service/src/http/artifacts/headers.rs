//! What the headers of a request ask of an artifact, and how the answer names it.

use std::ops::Range;

use actix_web::{
    HttpRequest,
    http::{
        Method,
        header::{
            CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, Charset, ContentDisposition,
            DispositionParam, DispositionType, ExtendedValue, HeaderName, HeaderValue, IF_RANGE, RANGE,
        },
    },
};
use service_kit::{precondition::Precondition, problem::Problem};
use shared_models::problem::{FieldError, ProblemCode};

use super::digest;
use crate::{
    domain::artifacts::{
        File,
        media::MediaType,
        name::last_segment,
        range::{RequestedRange, sent, wanted},
    },
    ops::artifacts::{Named, Upload},
};

/// What a reader asks for.
pub enum Selected {
    /// Another file than the one that is there.
    Other,
    /// Whether its copy is fresh, and it is.
    Fresh,
    /// All of it.
    All,
    /// A part.
    Part(Range<u64>),
    /// A part that is not there.
    Nothing,
}

/// Reads the headers in the order of RFC 9110 section 13.2.2.
pub fn asked(request: &HttpRequest, precondition: &Precondition, file: &File) -> Selected {
    let tag = file.about.sha256.as_str();
    let if_match = Precondition { if_match: precondition.if_match.clone(), if_none_match: None };
    if !if_match.allows_write_to(Some(tag)) {
        return Selected::Other;
    }
    if precondition.is_fresh_at(tag) {
        return Selected::Fresh;
    }
    let text =
        |name: &HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    // A date is no strong validator here, so a range with one is answered with the whole file.
    let same = text(&IF_RANGE).is_none_or(|validator| validator == format!("\"{tag}\""));
    // A range is of GET alone (section 14.2).
    match text(&RANGE).filter(|_| same && request.method() == Method::GET) {
        None => Selected::All,
        Some(range) => match wanted(range, file.about.size) {
            RequestedRange::Whole => Selected::All,
            RequestedRange::Part(range) => Selected::Part(range),
            RequestedRange::Unsatisfiable => Selected::Nothing,
        },
    }
}

/// 416, with the size that there is (section 15.5.17).
pub fn unsatisfiable(size: u64) -> Problem {
    let detail = format!("The artifact has {size} bytes; ask for some of them");
    let problem = Problem::new(ProblemCode::RangeNotSatisfiable, detail);
    match HeaderValue::from_str(&format!("bytes */{size}")) {
        Ok(value) => problem.with_header(CONTENT_RANGE, value),
        Err(_) => problem,
    }
}

/// What a sender says of the file it sends.
pub fn upload_of<'u>(
    request: &HttpRequest,
    sha256: Option<String>,
    named: Named<'u>,
) -> Result<Upload<'u>, Problem> {
    let bad = |detail: &str| Problem::new(ProblemCode::InvalidRequest, detail);
    let text =
        |name: &HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if text(&CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        let detail = "An artifact is stored as it comes: send it without Content-Encoding";
        return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
    }
    let declared = text(&CONTENT_TYPE).map(|value| {
        MediaType::parse(value).ok_or_else(|| bad("Content-Type: expected a media type such as text/csv"))
    });
    let part = text(&CONTENT_RANGE).map(|value| {
        sent(value)
            .ok_or_else(|| bad("Content-Range: expected bytes FIRST-LAST/TOTAL, up to the end of the file"))
    });
    let (declared, part) = (declared.transpose()?, part.transpose()?);
    let sha256 = digest::announced(request, sha256, part.is_some())?;
    if part.is_some() && sha256.is_none() {
        let message = "to continue an upload, send the SHA-256 of the whole file here or as Repr-Digest";
        return Err(Problem::validation(vec![FieldError::in_parameter("sha256", "required", message)]));
    }
    let length = text(&CONTENT_LENGTH).and_then(|length| length.parse().ok());
    Ok(Upload { named, precondition: Precondition::of(request)?, declared, sha256, length, part })
}

/// `Content-Disposition` by RFC 6266: the file's own name, without its folders, in the letters of RFC 8187, and for old
/// readers in ASCII.
pub fn disposition(name: &str) -> ContentDisposition {
    let name = last_segment(name);
    let plain = |c: char| if c.is_ascii() && !"\"\\%".contains(c) { c } else { '_' };
    let mut parameters = vec![DispositionParam::Filename(name.chars().map(plain).collect())];
    if name.chars().any(|c| plain(c) != c) {
        parameters.push(DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.as_bytes().to_vec(),
        }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_is_told_in_letters_that_every_reader_can_take() {
        assert_eq!(disposition("a b.txt").to_string(), "attachment; filename=\"a b.txt\"");
        assert_eq!(disposition("logs/a b.txt").to_string(), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            disposition("é\"%.h5").to_string(),
            "attachment; filename=\"___.h5\"; filename*=UTF-8''%C3%A9%22%25.h5"
        );
    }
}
