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
    random::{self, Random},
};
use shared_models::auth::Login;

/// The 32 lower-case letters and digits that are not mistaken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The data directory, which exists.
pub struct DataDir(PathBuf);

impl DataDir {
    /// Makes the directory if it is missing.
    pub fn open(path: &Path) -> Result<Self> {
        make_directory(path)?;
        Ok(Self(path.to_owned()))
    }

    /// The key ring's file; a ring with one shared key is made if it is missing.
    pub fn key_ring(&self, clock: &dyn Clock, random: &dyn Random) -> Result<PathBuf> {
        let path = self.0.join("keys.json");
        if !path.try_exists().with_context(|| path.display().to_string())? {
            let mut key = keys::generate(Algorithm::HS256, clock.now(), random)?;
            key.key_ops.insert(0, KeyOperation::Sign);
            JwkSet { keys: vec![key] }.write(&path)?;
        }
        Ok(path)
    }

    /// Where a service keeps its store, as a `store.url`.
    pub fn store_url(&self, service: &str) -> String {
        format!("sqlite:{}", self.0.join(format!("{service}.db")).display())
    }

    /// Where the demo users' logins are: for each one the body of `POST /auth/login`.
    pub fn demo(&self) -> PathBuf {
        self.0.join("demo")
    }

    /// The file of a demo user's login.
    pub fn demo_login(&self, role: &str) -> PathBuf {
        self.demo().join(format!("{role}.json"))
    }

    /// A demo user's login; made with a random password if its file is missing.
    pub fn read_or_make_login(&self, role: &str, random: &dyn Random) -> Result<Login> {
        let path = self.demo_login(role);
        let named = || path.display().to_string();
        match std::fs::read(&path) {
            Ok(text) => return serde_json::from_slice(&text).with_context(named),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(named),
        }
        let login = Login {
            grant_type: None,
            username: format!("{role}@tessera.example"),
            password: password(random),
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

/// A password of 100 random bits, in groups that can be read aloud.
pub fn password(random: &dyn Random) -> String {
    let letters = random::bytes::<20>(random).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
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
        let path = data.key_ring(&SystemClock, &OsRandom).unwrap();
        let made = std::fs::read(&path).unwrap();
        assert!(KeyRing::open(&path, Purpose::Sign).is_ok());
        assert_eq!(std::fs::read(data.key_ring(&SystemClock, &OsRandom).unwrap()).unwrap(), made);
    }

    #[test]
    fn a_demo_users_password_stays_and_is_readable_by_its_owner_alone() {
        let (_directory, data) = data_dir();
        let made = data.read_or_make_login("viewer", &OsRandom).unwrap();
        assert_eq!(made.username, "viewer@tessera.example");
        assert_eq!(data.read_or_make_login("viewer", &OsRandom).unwrap().password, made.password);
        assert_eq!(mode(&data.demo_login("viewer")), 0o600);
        assert_eq!(mode(&data.demo()), 0o700);
    }

    #[test]
    fn a_damaged_login_file_is_named() {
        let (_directory, data) = data_dir();
        data.read_or_make_login("viewer", &OsRandom).unwrap();
        std::fs::write(data.demo_login("viewer"), "{").unwrap();
        let error = data.read_or_make_login("viewer", &OsRandom).err().unwrap();
        assert!(format!("{error:#}").contains("demo/viewer.json"), "{error:#}");
    }

    #[test]
    fn passwords_are_four_groups_of_five_and_differ() {
        let password = password(&OsRandom);
        assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5; 4]);
        assert_ne!(password, super::password(&OsRandom));
    }
}
