//! Callers as a client sees itself: a token, a cookie, and each request to the next replica.

use std::time::{Duration, Instant};

use reqwest::{
    Client, Method, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, SET_COOKIE},
};
use serde_json::Value;

use super::{
    process::{PATIENCE, http},
    stack::Stack,
};

/// Somebody who calls the system.
#[derive(Clone)]
pub struct Caller<'s> {
    stack: &'s Stack,
    http: Client,
    /// The access token, if there is one.
    pub token: Option<String>,
    /// The refresh cookie as `name=value`, if there is one.
    pub cookie: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The `code` of a problem, checked to be one.
    pub fn code(&self) -> String {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{self:?}");
        for member in ["type", "title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {self:?}");
        }
        problem["code"].as_str().expect("a code").to_owned()
    }

    /// The pointers and parameters that a problem names.
    pub fn faults(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let place =
            |error: &Value| error["pointer"].as_str().or(error["parameter"].as_str()).map(str::to_owned);
        errors.iter().filter_map(place).collect()
    }
}

impl<'s> Caller<'s> {
    pub(super) fn new(stack: &'s Stack) -> Self {
        Self { stack, http: http(), token: None, cookie: None }
    }

    /// The same caller with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request with the caller's token, to the next replica.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.stack.base(path)));
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::PUT, path).json(body)).await
    }

    /// PATCH as a merge patch.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        let request = self.request(Method::PATCH, path).body(body.to_string());
        send(request.header(CONTENT_TYPE, "application/merge-patch+json")).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    /// Inserts a document and returns it.
    pub async fn insert(&self, collection: &str, body: &Value) -> Value {
        let reply = self.post(&format!("/api/{collection}"), body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }

    /// Logs in with the OAuth2 password form; keeps token and cookie.
    pub async fn log_in(&mut self, email: &str, password: &str) -> Reply {
        let form = [("username", email), ("password", password)];
        let reply = send(self.request(Method::POST, "/auth/login").form(&form)).await;
        self.keep(&reply);
        reply
    }

    /// Logs in. Where the service is too busy to hash the password, tries again after the time that `Retry-After` names.
    pub async fn log_in_patiently(&mut self, email: &str, password: &str) -> Reply {
        let started = Instant::now();
        loop {
            let reply = self.log_in(email, password).await;
            if reply.status != 503 || started.elapsed() > PATIENCE {
                return reply;
            }
            let seconds = reply.header("retry-after").parse().expect("a 503 says when to try again");
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
    }

    /// Refreshes by the cookie, as the browser on the same site does; keeps what comes.
    pub async fn refresh(&mut self) -> Reply {
        let reply = self.refresh_as("same-origin").await;
        self.keep(&reply);
        reply
    }

    /// Sends the cookie to the refresh endpoint from some site; keeps nothing.
    pub async fn refresh_as(&self, site: &str) -> Reply {
        send(self.with_cookie("/auth/token-refresh").header("Sec-Fetch-Site", site)).await
    }

    /// Ends the session by the cookie.
    pub async fn log_out(&self) -> Reply {
        let path = "/auth/logout";
        let own = self.stack.base(path).to_owned();
        send(self.with_cookie(path).header(ORIGIN, own).header("Sec-Fetch-Site", "same-origin")).await
    }

    fn with_cookie(&self, path: &str) -> RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.stack.base(path)));
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    fn keep(&mut self, reply: &Reply) {
        if reply.status == 200 {
            self.token = reply.json()["access_token"].as_str().map(str::to_owned);
            let cookie = reply.header(SET_COOKIE.as_str());
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
    }
}

/// Sends a request and reads the answer.
pub async fn send(request: RequestBuilder) -> Reply {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Reply { status, headers, text: answer.text().await.expect("a body") }
}
