//! An HTTP client of both services, as any program on a cluster would write one.
//!
//! Knows the contract of the services only: no store, no key, nothing of this process.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared_models::{
    auth::{Login, TokenResponse},
    problem::ProblemBody,
};

/// How long one request may take in all.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A logged-in client. The access token is renewed by the refresh cookie before it expires.
pub struct Client {
    http: reqwest::Client,
    origin: String,
    session: Session,
}

/// What a login or a refresh gave.
struct Session {
    access_token: SecretString,
    /// `NAME=VALUE` of the cookie that carries the refresh token.
    cookie: SecretString,
    renew_at: Instant,
}

/// A document as a writer has to know it: where it is, and the revision it was last seen in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The document's id.
    pub id: String,
    /// The number of the revision that the writer knows.
    pub revision: u64,
}

/// What the answer to a write always has.
#[derive(Deserialize)]
struct Written {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_revision")]
    revision: u64,
}

impl Handle {
    async fn read(response: Response) -> Result<Self> {
        let Written { id, revision } = response.json().await?;
        Ok(Self { id, revision })
    }
}

/// Speaks HTTP to services on this machine: no proxy lies between, and no certificate has to be checked.
pub fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(TIMEOUT).build()
}

impl Client {
    /// Logs in at `origin` (scheme, host and port, without a slash at the end).
    pub async fn login(origin: &str, login: &Login) -> Result<Self> {
        let http = http()?;
        let response = send(http.post(format!("{origin}/auth/login")).json(login)).await?;
        let session = Session::read(response).await?;
        Ok(Self { http, origin: origin.to_owned(), session })
    }

    /// Reads JSON from a path.
    pub async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T> {
        let request = self.request(Method::GET, path).await?;
        Ok(send(request).await?.json().await?)
    }

    /// Inserts a document into a collection.
    pub async fn create(&mut self, collection: &str, document: &impl Serialize) -> Result<Handle> {
        let request = self.request(Method::POST, &format!("/api/{collection}")).await?;
        Handle::read(send(request.json(document)).await?).await
    }

    /// Appends points to a series.
    pub async fn append(&mut self, points: &impl Serialize) -> Result<()> {
        let request = self.request(Method::POST, "/api/series/points").await?;
        send(request.json(points)).await.map(|_| ())
    }

    /// Changes a document by a merge patch (RFC 7396), provided that it is still the one that `handle` knows. Returns it as it
    /// is then.
    pub async fn change(
        &mut self,
        collection: &str,
        handle: &Handle,
        patch: &impl Serialize,
    ) -> Result<Handle> {
        let request = self.request(Method::PATCH, &format!("/api/{collection}/{}", handle.id)).await?;
        let request = request
            .header(header::IF_MATCH, format!("\"{}\"", handle.revision))
            .header(header::CONTENT_TYPE, "application/merge-patch+json")
            .body(serde_json::to_vec(patch)?);
        Handle::read(send(request).await?).await
    }

    async fn request(&mut self, method: Method, path: &str) -> Result<RequestBuilder> {
        if Instant::now() >= self.session.renew_at {
            self.renew().await?;
        }
        let request = self.http.request(method, format!("{}{path}", self.origin));
        Ok(request.bearer_auth(self.session.access_token.expose_secret()))
    }

    /// Trades the cookie for a new access token and a new cookie. Like a browser it says where it comes from.
    async fn renew(&mut self) -> Result<()> {
        let request = self
            .http
            .post(format!("{}/auth/token-refresh", self.origin))
            .header(header::ORIGIN, &self.origin)
            .header(header::COOKIE, self.session.cookie.expose_secret());
        self.session = Session::read(send(request).await?).await?;
        Ok(())
    }
}

impl Session {
    async fn read(response: Response) -> Result<Self> {
        let received = Instant::now();
        let cookie = text_header(&response, &header::SET_COOKIE)?;
        let pair = cookie.split(';').next().unwrap_or_default().to_owned();
        let token: TokenResponse = response.json().await?;
        Ok(Self {
            access_token: token.access_token.into(),
            cookie: pair.into(),
            renew_at: received + Duration::from_secs(token.expires_in) * 3 / 4,
        })
    }
}

/// Sends a request; an answer that is not a success becomes an error that says what was asked and what came.
async fn send(request: RequestBuilder) -> Result<Response> {
    let (client, request) = request.build_split();
    let request = request?;
    let asked = format!("{} {}", request.method(), request.url().path());
    let response = client.execute(request).await.with_context(|| asked.clone())?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let body = response.bytes().await.unwrap_or_default();
    bail!("{asked}: {}", describe(status, &body));
}

/// An error answer in one line.
fn describe(status: StatusCode, body: &[u8]) -> String {
    let Ok(problem) = serde_json::from_slice::<ProblemBody>(body) else {
        return status.to_string();
    };
    let faults: Vec<_> = problem
        .errors
        .iter()
        .map(|fault| {
            let place = fault.pointer.as_deref().or(fault.parameter.as_deref()).unwrap_or_default();
            format!("{place}: {}", fault.message)
        })
        .collect();
    let message = if faults.is_empty() { problem.detail } else { faults.join("; ") };
    format!("{} {message}", status.as_u16())
}

fn text_header(response: &Response, name: &header::HeaderName) -> Result<String> {
    let value = response.headers().get(name).with_context(|| format!("the answer has no {name}"))?;
    Ok(value.to_str().with_context(|| format!("the answer's {name} is not text"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_told_with_the_place_of_each_fault() {
        let mut problem = json!({
            "type": "t", "title": "A value is not valid", "status": 422, "code": "validation_error",
            "detail": "2 values are not valid; see errors", "request_id": "r",
            "errors": [
                { "pointer": "/status", "code": "enum", "message": "expected planned or running" },
                { "parameter": "limit", "code": "range", "message": "at most 1000" },
            ],
        });
        let message = |problem: &serde_json::Value| {
            describe(StatusCode::UNPROCESSABLE_ENTITY, problem.to_string().as_bytes())
        };
        assert_eq!(message(&problem), "422 /status: expected planned or running; limit: at most 1000");
        problem["errors"] = json!([]);
        assert_eq!(message(&problem), "422 2 values are not valid; see errors");
    }

    #[test]
    fn an_answer_that_is_no_problem_is_told_by_its_status() {
        assert_eq!(describe(StatusCode::BAD_GATEWAY, b"<html>"), "502 Bad Gateway");
    }

    /// A service whose first access token has expired on arrival.
    fn service() -> String {
        async fn login() -> HttpResponse {
            session("first", 0, "tessera_refresh=one; Path=/; HttpOnly; SameSite=Strict")
        }
        async fn refresh(request: HttpRequest) -> HttpResponse {
            let sent =
                |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let own = format!("http://{}", sent("host"));
            if sent("cookie") == "tessera_refresh=one" && sent("origin") == own {
                session("second", 300, "tessera_refresh=two; Path=/; HttpOnly; SameSite=Strict")
            } else {
                HttpResponse::Forbidden().finish()
            }
        }
        async fn echo(request: HttpRequest) -> HttpResponse {
            HttpResponse::Ok().json(request.headers().get("authorization").unwrap().to_str().unwrap())
        }
        fn session(token: &str, expires_in: u64, cookie: &str) -> HttpResponse {
            let body = json!({
                "access_token": token, "token_type": "bearer", "expires_in": expires_in, "scope": "",
            });
            HttpResponse::Ok().insert_header(("set-cookie", cookie)).json(body)
        }
        let server = HttpServer::new(|| {
            App::new()
                .route("/auth/login", web::post().to(login))
                .route("/auth/token-refresh", web::post().to(refresh))
                .route("/api/echo", web::get().to(echo))
        });
        let server = server.workers(1).bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        origin
    }

    #[actix_web::test]
    async fn an_expired_token_is_renewed_once_by_the_cookie_and_the_origin() {
        let login = Login {
            grant_type: None,
            username: "a@example.org".into(),
            password: "a long sentence".into(),
            scope: None,
            client_id: None,
            client_secret: None,
        };
        let mut client = Client::login(&service(), &login).await.unwrap();
        for _ in 0..2 {
            assert_eq!(client.get::<String>("/api/echo").await.unwrap(), "Bearer second");
        }
        let missing = client.get::<String>("/api/nothing").await.unwrap_err();
        assert_eq!(missing.to_string(), "GET /api/nothing: 404 Not Found");
    }
}
