//! What the same documents cost with actix-web and the driver alone: no authentication, no validation, no policy.

use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database,
    bson::{Document, doc, oid::ObjectId, serialize_to_document},
    options::{Acknowledgment, WriteConcern},
};

/// A server of these documents, and where it listens.
pub fn serve(database: &Database) -> String {
    let durable = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
    let documents: Collection<Document> = database.collection_with_options(
        "calculations",
        mongodb::options::CollectionOptions::builder().write_concern(durable).build(),
    );
    let documents = web::Data::new(documents);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(documents.clone())
            .route("/documents", web::get().to(list))
            .route("/documents", web::post().to(insert))
            .route("/documents/{id}", web::get().to(read))
    });
    let server = server.workers(2).bind(("127.0.0.1", 0)).expect("a port");
    let base = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    base
}

async fn read(documents: web::Data<Collection<Document>>, id: web::Path<String>) -> HttpResponse {
    match documents.find_one(doc! { "_id": id.into_inner() }).await {
        Ok(Some(document)) => HttpResponse::Ok().json(document),
        _ => HttpResponse::NotFound().finish(),
    }
}

async fn list(documents: web::Data<Collection<Document>>) -> HttpResponse {
    let found = documents.find(doc! {}).sort(doc! { "_id": 1 }).limit(20).await;
    match found.expect("a cursor").try_collect::<Vec<Document>>().await {
        Ok(page) => HttpResponse::Ok().json(page),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn insert(
    documents: web::Data<Collection<Document>>,
    sent: web::Json<serde_json::Map<String, serde_json::Value>>,
) -> HttpResponse {
    let Ok(mut document) = serialize_to_document(&sent.into_inner()) else {
        return HttpResponse::BadRequest().finish();
    };
    let id = ObjectId::new().to_hex();
    document.insert("_id", &id);
    match documents.insert_one(document).await {
        Ok(_) => HttpResponse::Created().json(serde_json::json!({ "_id": id })),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
