//! What an operator may do beside HTTP: `create-admin`, and the users that an embedding program makes.

use std::sync::Arc;

use service_kit::random::{self, Random};
use shared_models::auth::{SignUp, User};

use crate::{
    domain::{email::Email, roles},
    ops::{Auth, AuthError, Registration},
};

/// The 32 lower-case letters and digits that are not mistaken for one another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// An operator's hands.
pub struct Admin {
    auth: Arc<Auth>,
}

impl Admin {
    pub(crate) fn new(auth: Arc<Auth>) -> Self {
        Self { auth }
    }

    /// Makes a user with one of the built-in roles. [`AuthError::Taken`] when the address has a user already.
    pub async fn create_user(&self, input: &SignUp, role: &str) -> Result<User, AuthError> {
        if !roles::exists(role) {
            return Err(AuthError::NotFound("role"));
        }
        let registration = Registration::parse(input, self.auth.policy().min_password_length)?;
        let user = self.auth.register(registration, vec![role.to_owned()]).await?;
        Ok(user.view())
    }

    /// The user of an address; nobody where the text is no address.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, AuthError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        Ok(self.auth.user_by_email(&email).await?.map(|user| user.view()))
    }

    /// How many admins there are.
    pub async fn count_admins(&self) -> Result<u64, AuthError> {
        self.auth.count_admins().await
    }
}

/// A password of 100 random bits, in groups that can be read aloud.
pub fn generate_password(random: &dyn Random) -> String {
    let letters = random::bytes::<20>(random).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;

    use super::*;
    use crate::ops::testing::World;

    #[tokio::test]
    async fn users_are_made_with_the_role_an_operator_says() {
        let world = World::new().await;
        let admin = Admin::new(Arc::clone(&world.auth));
        let password = generate_password(&OsRandom);
        let input = SignUp { email: "root@example.org".into(), password: password.clone(), full_name: None };
        assert_eq!(admin.create_user(&input, "king").await, Err(AuthError::NotFound("role")));
        assert_eq!(admin.create_user(&input, "admin").await.unwrap().roles, ["admin"]);
        assert_eq!(admin.create_user(&input, "viewer").await, Err(AuthError::Taken { field: "email" }));
        assert_eq!(admin.count_admins().await, Ok(1));
        assert_eq!(admin.user_by_email("ROOT@example.org").await.unwrap().unwrap().email, "root@example.org");
        assert!(world.try_login("root@example.org", &password, None).await.is_ok());
    }

    #[test]
    fn a_generated_password_is_four_groups_of_five() {
        let password = generate_password(&OsRandom);
        assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5; 4]);
        assert_ne!(password, generate_password(&OsRandom));
    }
}
