//! What each setting of auth-service means, and its bounds. A test demands an entry for every setting.

use service_kit::settings::{
    HttpSettings, TelemetrySettings,
    reference::{ANY, Reference, Setting},
};

use super::bounds::{MAX_SESSIONS, MAX_WINDOW};
use crate::domain::password::MAX_LENGTH;

/// The longest that a session or a job grant may live: ten years, in seconds.
const MAX_SESSION_TTL: u64 = 10 * 365 * 24 * 3600;
/// The longest that a login may count as recent: a day, in seconds.
const MAX_RECENT: u64 = 24 * 3600;
/// The shortest minimum length that may be set (NIST SP 800-63B-4 section 3.1.1.2), in code points.
const LEAST_MIN_LENGTH: u64 = 8;

/// All settings.
pub const REFERENCE: Reference = Reference {
    service: "auth-service",
    prefix: "AUTH",
    settings: &[HttpSettings::REFERENCE, TelemetrySettings::REFERENCE, PLACES, TOKENS, PEOPLE, LIMITS],
};

const PLACES: &[Setting] = &[
    Setting::secret(
        "store.url",
        "`sqlite:PATH`, `mongodb://…` or `mongodb+srv://…`",
        "The store of users and sessions: an SQLite file for one process, or a replica set of MongoDB.",
    ),
    Setting::text("keys.file", "path of a JWK Set", "The key ring, read again every 5 s."),
];

const TOKENS: &[Setting] = &[
    Setting::text(
        "tokens.issuer",
        "URL",
        "`iss` of access tokens: the URL under which browsers and services reach this service.",
    ),
    Setting::text("tokens.audience", "text", "`aud` of access tokens.").also("not empty"),
    Setting::number("tokens.access_ttl", "seconds", (1, MAX_SESSION_TTL), "Lifetime of an access token.")
        .also("at most `tokens.refresh_ttl`"),
    Setting::number(
        "tokens.refresh_ttl",
        "seconds",
        (1, MAX_SESSION_TTL),
        "Time that a session lives without being refreshed.",
    )
    .also("from `tokens.access_ttl` to `tokens.session_ttl`"),
    Setting::number(
        "tokens.session_ttl",
        "seconds",
        (1, MAX_SESSION_TTL),
        "Time that a session lives at most.",
    )
    .also("at least `tokens.refresh_ttl`"),
    Setting::number(
        "tokens.job_ttl",
        "seconds",
        (1, MAX_SESSION_TTL),
        "Time that a job grant lives at most, however often it is refreshed.",
    )
    .also("at least `tokens.refresh_ttl`"),
    Setting::number(
        "tokens.job_idle",
        "seconds",
        (1, MAX_SESSION_TTL),
        "Time that a job grant lives without being refreshed, while its job waits in a queue.",
    )
    .absent("as long as `tokens.job_ttl`")
    .also("from `tokens.access_ttl` to `tokens.job_ttl`"),
];

const PEOPLE: &[Setting] = &[
    Setting::number(
        "login.recent",
        "seconds",
        (0, MAX_RECENT),
        "Time for which a login is recent; later, acts that could lock out the user need the password again.",
    ),
    Setting::word("registration", "Who may sign up: anyone, or nobody without the scope `users:write`.")
        .absent("`open` on a loopback listener or with `registration_on_network`, else `closed`"),
    Setting::flag(
        "registration_on_network",
        "Whether registration may be open on a listener that others reach.",
    ),
    Setting::text("new_user_role", "`admin`, `scientist` or `viewer`", "The role of users who sign up.")
        .also("not `admin` where registration is open"),
    Setting::text(
        "bootstrap.admin_email",
        "e-mail address",
        "Login of the first admin, made where there is none.",
    )
    .absent("none is made")
    .also("together with `bootstrap.admin_password`"),
    Setting::secret("bootstrap.admin_password", "a strong password", "Password of the first admin.")
        .absent("none is made")
        .also("together with `bootstrap.admin_email`"),
];

const LIMITS: &[Setting] = &[
    Setting::number(
        "passwords.min_length",
        "code points",
        (LEAST_MIN_LENGTH, MAX_LENGTH as u64),
        "The shortest password.",
    ),
    Setting::number("passwords.memory_kib", "KiB", (8, ANY), "Memory of one argon2id hash.")
        .also("at most 102400; times `iterations` at most 262144; at least 8 times `parallelism`"),
    Setting::number("passwords.iterations", "passes", (1, ANY), "Passes of a hash over its memory.")
        .also("times `memory_kib` at most 262144"),
    Setting::number("passwords.parallelism", "lanes", (1, ANY), "Lanes of a hash.")
        .also("at most an eighth of `memory_kib`"),
    Setting::number("passwords.pool_permits", "hashes", (1, ANY), "Hashes computed at the same time.")
        .absent("one for each core"),
    Setting::number("passwords.pool_queue", "passwords", (0, ANY), "Passwords that may wait to be hashed."),
    Setting::number(
        "audit.retention",
        "seconds",
        (0, ANY),
        "Time that an audit entry is kept; 0 keeps it forever.",
    ),
    Setting::flag(
        "projects.personal",
        "Whether each user owns a project of their own without making one; it has no other members.",
    ),
    Setting::number(
        "throttle.free_failures",
        "failures",
        (1, ANY),
        "Failed logins on one account, or from one device of it, before each further guess waits.",
    ),
    Setting::number(
        "throttle.address_free_failures",
        "failures",
        (1, ANY),
        "Failed logins from one address (IPv6: a network of 64 bits) before each further guess waits.",
    ),
    Setting::number(
        "throttle.sign_ups",
        "sign-ups",
        (1, ANY),
        "Sign-ups from one address within the window, refused ones too; `registration = \"closed\"` allows none.",
    ),
    Setting::number(
        "throttle.exchanges",
        "exchanges",
        (1, ANY),
        "Token exchanges of one user or service within the window.",
    ),
    Setting::number(
        "throttle.window",
        "seconds",
        (60, MAX_WINDOW),
        "Time without a failure after which all are forgotten, and in which sign-ups and exchanges are counted.",
    ),
    Setting::number(
        "sessions.max_per_user",
        "sessions",
        (1, MAX_SESSIONS),
        "Live sessions and job grants of one user or service; a further one ends the least recently used.",
    ),
];
