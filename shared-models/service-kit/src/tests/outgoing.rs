use actix_web::{App, HttpResponse, body::to_bytes, middleware::from_fn, test, web};

use super::*;
use crate::compress::compress;

const MIB: usize = 1024 * 1024;

async fn page() -> HttpResponse {
    HttpResponse::Ok().body(vec![b'x'; 2 * MIB])
}

#[actix_web::test]
async fn a_long_answer_is_counted_until_it_has_left_and_goes_out_in_pieces() {
    let budget = Budget::new(16 * MIB);
    let outer = from_fn(async |request, next: actix_web::middleware::Next<_>| {
        next.call(request).await.map(|response| in_pieces(response.map_into_boxed_body(), None, None))
    });
    let app = App::new().app_data(budget.clone()).route("/", web::get().to(page)).wrap(from_fn(compress));
    let app = test::init_service(app.wrap(outer)).await;
    let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    assert_eq!(budget.taken(), 2 * MIB);
    let mut body = response.into_body();
    assert_eq!(body.size(), BodySize::Sized(2 * MIB as u64));
    let first = std::future::poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
    assert_eq!(first.map(|piece| piece.map(|piece| piece.len()).ok()), Some(Some(PIECE)));
    assert_eq!(to_bytes(body).await.map(|rest| rest.len()).ok(), Some(2 * MIB - PIECE));
    assert_eq!(budget.taken(), 0);
}

#[actix_web::test]
async fn a_read_without_room_is_refused_and_a_write_is_answered_all_the_same() {
    let budget = Budget::new(16 * MIB);
    let _taken = budget.force("others", 16 * MIB);
    let app = App::new().app_data(budget.clone()).route("/", web::get().to(page));
    let app = app.route("/", web::post().to(page)).wrap(from_fn(compress));
    let app = test::init_service(app).await;
    tokio::time::pause();
    let read = test::call_service(&app, test::TestRequest::get().to_request()).await;
    assert_eq!(read.status(), 503);
    assert!(read.headers().contains_key(actix_web::http::header::RETRY_AFTER));
    let written = test::call_service(&app, test::TestRequest::post().to_request()).await;
    assert_eq!((written.status().as_u16(), budget.taken()), (200, 18 * MIB));
}
