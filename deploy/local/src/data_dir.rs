//! The directory of everything that outlives a start: key ring, both stores, the demo users' logins.
//!
//! Readable by its owner alone. Knows no service and no database.

use std::{
    fs::{DirBuilder, File},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use service_kit::{
    clock::Clock,
    keys::{self, Algorithm, JwkSet, KeyOperation},
    random::Random,
};
use shared_models::auth::Login;

/// The data directory, which exists.
pub struct DataDir(PathBuf);

impl DataDir {
    /// Makes the directory if it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        make_directory(path)?;
        Ok(Self(path.to_owned()))
    }

    /// The key ring's file.
    pub fn key_ring(&self) -> PathBuf {
        self.0.join("keys.json")
    }

    /// What npm writes while it builds the console.
    pub fn console_log(&self) -> PathBuf {
        self.0.join("console-build.log")
    }

    /// Makes the key ring, with one shared key, if it is missing.
    pub fn make_key_ring(&self, clock: &dyn Clock, random: &dyn Random) -> Result<()> {
        let path = self.key_ring();
        if !path.try_exists().with_context(|| path.display().to_string())? {
            let mut key = keys::generate(Algorithm::HS256, clock.now(), random)?;
            key.key_ops.insert(0, KeyOperation::Sign);
            JwkSet { keys: vec![key] }.write(&path)?;
        }
        Ok(())
    }

    /// Where a service keeps its store, as a `store.url`.
    pub fn store_url(&self, service: &str) -> String {
        // Written plainly: `//srv` and `/srv` are one directory, and only one of them is a `store.url`.
        let directory: PathBuf = self.0.components().collect();
        format!("sqlite:{}", directory.join(format!("{service}.db")).display())
    }

    /// Where the demo users' logins are: for each one the body of `POST /auth/login`.
    pub fn demo(&self) -> PathBuf {
        self.0.join("demo")
    }

    /// The file of a demo user's login.
    pub fn demo_login(&self, role: &str) -> PathBuf {
        self.demo().join(format!("{role}.json"))
    }

    /// A demo user's login; made with `email` and a new password if its file is missing.
    pub fn login(&self, role: &str, email: &str, password: impl FnOnce() -> String) -> Result<Login> {
        let path = self.demo_login(role);
        let named = || path.display().to_string();
        match std::fs::read(&path) {
            Ok(text) => return serde_json::from_slice(&text).with_context(named),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(named),
        }
        let login = Login {
            grant_type: None,
            username: email.to_owned(),
            password: password(),
            scope: None,
            client_id: None,
            client_secret: None,
        };
        make_directory(&self.demo())?;
        let mut file =
            File::options().write(true).create_new(true).mode(0o600).open(&path).with_context(named)?;
        file.write_all(&serde_json::to_vec(&login)?).and_then(|()| file.sync_all()).with_context(named)?;
        Ok(login)
    }
}

fn make_directory(path: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("cannot make the directory {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use service_kit::{
        clock::SystemClock,
        keys::{KeyRing, Purpose},
        random::OsRandom,
    };

    use super::*;

    fn data_dir() -> (tempfile::TempDir, DataDir) {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(&directory.path().join("data")).unwrap();
        (directory, data)
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_first_start_makes_a_ring_that_can_sign_and_later_ones_keep_it() {
        let (_directory, data) = data_dir();
        data.make_key_ring(&SystemClock, &OsRandom).unwrap();
        let made = std::fs::read(data.key_ring()).unwrap();
        assert!(KeyRing::open(&data.key_ring(), Purpose::Sign).is_ok());
        data.make_key_ring(&SystemClock, &OsRandom).unwrap();
        assert_eq!(std::fs::read(data.key_ring()).unwrap(), made);
    }

    #[test]
    fn a_demo_users_password_stays_and_is_readable_by_its_owner_alone() {
        let (_directory, data) = data_dir();
        let login = |password: &str| data.login("viewer", "v@example.org", || password.into()).unwrap();
        assert_eq!(login("first").password, "first");
        assert_eq!(login("second").password, "first");
        assert_eq!(mode(&data.demo_login("viewer")), 0o600);
        assert_eq!(mode(&data.demo()), 0o700);
    }

    #[test]
    fn a_damaged_login_file_is_named() {
        let (_directory, data) = data_dir();
        make_directory(&data.demo()).unwrap();
        std::fs::write(data.demo_login("viewer"), "{").unwrap();
        let error = data.login("viewer", "v@example.org", String::new).err().unwrap();
        assert!(format!("{error:#}").contains("demo/viewer.json"), "{error:#}");
    }
}
