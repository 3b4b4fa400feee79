//! How pages follow each other: reads and writes cursors, for lists, their explanations and exports alike. A place that is too
//! long for a cursor is looked up again in the documents that the cursor names.

use serde_json::Value;
use shared_models::problem::FieldError;

use super::{Service, error::ResourceError, policy::Permit};
use crate::{
    domain::document::MAX_BYTES,
    query::{
        cursor::{Cursor, Mark, Named},
        expr::{Expr, Test},
        literal::Literal,
        order::{Order, SortValue, Start},
        parse::Query,
        projection::Projection,
    },
    store::{Selection, keyset},
};

/// The memory that a look-up takes: two documents, as text and as what is read from it.
const LOOK_UP: usize = 2 * 2 * MAX_BYTES;

/// A query of a caller, to be answered page by page.
#[derive(Clone, Copy)]
pub(super) struct Paging<'p> {
    pub service: &'p Service,
    pub permit: &'p Permit<'p>,
    pub query: &'p Query,
}

impl Paging<'_> {
    /// Where the query continues; nothing where it has no cursor.
    pub async fn start(self) -> Result<Option<Start>, ResourceError> {
        let cursor = self.query.cursor(&*self.service.cursor_key().await?).map_err(ResourceError::Invalid)?;
        match cursor {
            None => Ok(None),
            Some(Cursor::Behind(places)) => Ok(Some(Start::behind(places))),
            Some(Cursor::Named(named)) => self.find(&named).await.map(Some),
        }
    }

    /// The cursor of the page behind `last`, the text of a document that has the fields of the order.
    pub async fn next(self, last: &str) -> Result<String, ResourceError> {
        let key = self.service.cursor_key().await?;
        let binding = &self.query.binding;
        let last = self.needed().read(last)?;
        let places = self.query.order.place(&last);
        if let Some(cursor) = binding.write(&key, &places) {
            return Ok(cursor);
        }
        let mark = |document: &Value, places: &[SortValue]| binding.mark(&key, id_of(document), places);
        let last = mark(&last, &places);
        let next = self.behind(places).await?;
        let next = next.map(|next| mark(&next, &self.query.order.place(&next)));
        Ok(binding.write_named(&key, &Named { last, next }))
    }

    /// The first document behind `places`.
    async fn behind(self, places: Vec<SortValue>) -> Result<Option<Value>, ResourceError> {
        let filter = self.permit.condition()?.and(self.query.filter.clone());
        let mut found =
            self.look_up(filter, self.query.order.clone(), Some(Start::behind(places)), 1).await?;
        Ok(found.pop())
    }

    /// Finds the place of a named document that is still where it was.
    async fn find(self, named: &Named) -> Result<Start, ResourceError> {
        let key = self.service.cursor_key().await?;
        let marks = || [Some(&named.last), named.next.as_ref()].into_iter().flatten();
        // The last of the keys is `_id`.
        let id = self.query.order.keys().last().map(|key| key.field.clone());
        let id = id.ok_or_else(|| ResourceError::Internal("an order without _id".into()))?;
        let ids = marks().map(|mark| Literal::Text(mark.id.clone())).collect();
        let filter = self.permit.condition()?.and(Expr::Test(id.clone(), Test::In(ids)));
        let found = self.look_up(filter, Order::new(Vec::new(), id), None, marks().count()).await?;
        let place = |mark: &Mark| {
            let document = found.iter().find(|document| id_of(document) == mark.id)?;
            let places = self.query.order.place(document);
            (self.query.binding.mark(&key, &mark.id, &places) == *mark).then_some(places)
        };
        let behind = place(&named.last).map(Start::behind);
        let start = behind.or_else(|| named.next.as_ref().and_then(place).map(Start::with));
        start.ok_or_else(|| {
            let message =
                "the documents where this page would begin have changed or were removed; start again without after";
            ResourceError::Invalid(vec![FieldError::in_parameter("after", "cursor", message)])
        })
    }

    /// What the order needs of a document.
    fn needed(self) -> Projection {
        Projection::new(self.query.order.keys().iter().map(|key| key.field.path.clone()))
    }

    /// Reads a few documents, of each what the order needs.
    async fn look_up(
        self,
        filter: Expr,
        order: Order,
        start: Option<Start>,
        limit: usize,
    ) -> Result<Vec<Value>, ResourceError> {
        let selection = Selection { filter, order, projection: Some(self.needed()), limit };
        let (store, now) = (&*self.service.store, self.service.clock.now());
        let _lease = self.service.budget.take(self.permit.subject, LOOK_UP).await?;
        let found = keyset::list(store, &self.permit.collection, &selection, start.as_ref(), now).await?;
        Ok(found.documents.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>()?)
    }
}

fn id_of(document: &Value) -> &str {
    document.get("_id").and_then(Value::as_str).unwrap_or_default()
}
