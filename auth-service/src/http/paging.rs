//! Lists by pages: the parameters that choose a page, and the page itself.

use service_kit::parameters::{FromParameters, ParameterReader};
use shared_models::documents::Page;

/// The default page size.
const LIMIT: u32 = 50;
/// The maximum page size.
const MAX_LIMIT: u32 = 1000;

/// The parameters of a list that has no others.
pub(super) struct Paging {
    /// `next` of the page before.
    pub after: Option<String>,
    /// The size of the page.
    pub limit: u32,
}

impl FromParameters for Paging {
    fn read(reader: &mut ParameterReader) -> Self {
        let limit = reader.size("limit", 1, MAX_LIMIT).unwrap_or(LIMIT);
        Self { limit, after: reader.text("after") }
    }
}

/// A page from one item more than its size, which shows whether there is another page.
pub(super) fn page<T>(items: impl Iterator<Item = T>, limit: u32, id: impl Fn(&T) -> &str) -> Page<T> {
    let mut items: Vec<T> = items.collect();
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| id(last).to_owned());
    Page { items, next, total: None }
}
