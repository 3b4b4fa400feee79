//! Refresh, introspection and `client_credentials`, beside one conditional update through the same web server.

use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use mongodb::{
    Collection,
    bson::{Document, doc},
    options::{Acknowledgment, ReturnDocument, WriteConcern},
};
use serde_json::json;

use super::{
    load::{Browser, Connection, Figures, Poster, Reader, closed, median},
    support::{Stack, stack::ADMIN, store},
};

const ROUND: Duration = Duration::from_secs(6);
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 32;

pub async fn measure() {
    let stack = Stack::replicated().await;
    let base = stack.auth[0].base.clone();
    let peer = bare().await;
    let admin = stack.admin().await;
    let body = json!({"name": "bench", "scopes": ["calculations:read"], "grants": ["client_credentials", "password"]});
    let made = admin.post("/auth/clients", &body).await.json();
    let text = |member: &str| made[member].as_str().expect("text").to_owned();
    let own =
        format!("Basic {}", STANDARD.encode(format!("{}:{}", text("client_id"), text("client_secret"))));
    let mut one = Connection::open(&base).await;
    let form = format!("grant_type=password&username={}&password={}", ADMIN.0, ADMIN.1);
    let answer = one.post("/auth/token", Some(&own), &form).await.expect("an answer");
    let issued: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
    let user = issued["access_token"].as_str().expect("a token").to_owned();
    let poster = async |path, form: String| {
        let connections = Connection::several(&base, CONNECTIONS).await;
        let poster =
            |connection| Poster { connection, path, authorization: Some(own.clone()), form: form.clone() };
        closed(connections.into_iter().map(poster).collect(), ROUND).await
    };
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let update = update(&peer).await;
        let refresh = refresh(&stack, &base).await;
        ratios.push(refresh.rate() / update.rate());
        println!("bare findOneAndUpdate   {update}");
        println!("refresh                 {refresh}");
        println!("introspection           {}", poster("/auth/introspect", format!("token={user}")).await);
        println!(
            "client_credentials      {}",
            poster("/auth/token", "grant_type=client_credentials".into()).await
        );
        println!("userinfo (/users/me)    {}", me(&base, &user).await);
    }
    println!("refresh is {:.2} of a bare findOneAndUpdate (median; asked: 0.9)", median(&mut ratios));
}

async fn refresh(stack: &Stack, base: &str) -> Figures {
    let mut browsers = Vec::new();
    // One person on many devices: what is measured is not how fast they log in.
    for connection in Connection::several(base, CONNECTIONS).await {
        let cookie = stack.admin().await.cookie.expect("a cookie");
        browsers.push(Browser { connection, cookie });
    }
    closed(browsers, ROUND).await
}

async fn me(base: &str, token: &str) -> Figures {
    let connections = Connection::several(base, CONNECTIONS).await;
    let reader = |connection| Reader { connection, path: "/auth/users/me", token: Some(token.to_owned()) };
    closed(connections.into_iter().map(reader).collect(), ROUND).await
}

async fn update(base: &str) -> Figures {
    let connections = Connection::several(base, CONNECTIONS).await;
    let poster = |(connection, number): (_, usize)| Poster {
        connection,
        path: "/update",
        authorization: Some(number.to_string()),
        form: String::new(),
    };
    closed(connections.into_iter().zip(0..).map(poster).collect(), ROUND).await
}

/// One findOneAndUpdate behind actix-web, majority and journal, and nothing else; where it listens.
async fn bare() -> String {
    let database = store::client(&store::shared()).await.database("tessera_it_bench_bare");
    database.drop().await.expect("an empty database");
    let durable = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
    let sessions: Collection<Document> = database.collection_with_options(
        "sessions",
        mongodb::options::CollectionOptions::builder().write_concern(durable).build(),
    );
    for number in 0..CONNECTIONS {
        let session = doc! { "_id": number.to_string(), "current": "x".repeat(40), "generation": 0_i64 };
        sessions.insert_one(session).await.expect("a session");
    }
    let update = async |request: actix_web::HttpRequest, sessions: web::Data<Collection<Document>>| {
        let id =
            request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let change = doc! { "$inc": { "generation": 1_i64 }, "$set": { "current": "y".repeat(40) } };
        let changed =
            sessions.find_one_and_update(doc! { "_id": id }, change).return_document(ReturnDocument::After);
        match changed.await {
            Ok(Some(session)) => {
                HttpResponse::Ok().json(json!({"generation": session.get_i64("generation").unwrap_or(0)}))
            }
            _ => HttpResponse::InternalServerError().finish(),
        }
    };
    let sessions = web::Data::new(sessions);
    let server = HttpServer::new(move || {
        App::new().app_data(sessions.clone()).route("/update", web::post().to(update))
    });
    let server = server.workers(2).bind(("127.0.0.1", 0)).expect("a port");
    let base = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    base
}
