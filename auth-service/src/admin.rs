//! What an operator can do without HTTP: `create-admin`, `create-client`, `create-project`, and the users that an embedding
//! program makes.

use std::sync::Arc;

use service_kit::random::{self, Random};
use shared_models::{
    auth::{SignUp, User},
    clients::{ClientChange, NewClient},
    projects::{NewProject, Project},
};

use crate::{
    domain::email::Email,
    ops::{Actor, Auth, AuthError, Registration},
    store::ClientFilter,
};

/// The 32 lower-case letters and digits that are not easily confused.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The operations of an operator.
pub struct Admin {
    auth: Arc<Auth>,
}

impl Admin {
    pub(crate) fn new(auth: Arc<Auth>) -> Self {
        Self { auth }
    }

    /// Makes a user with a role that is there, built in or made here. [`AuthError::Taken`] when the address has a user already.
    pub async fn create_user(&self, input: &SignUp, role: &str) -> Result<User, AuthError> {
        if self.auth.roles().await?.get(role).is_none() {
            return Err(AuthError::NotFound("role"));
        }
        let registration = Registration::parse(input, self.auth.policy().min_password_length)?;
        let user = self.auth.register(registration, vec![role.to_owned()]).await?;
        Ok(user.view())
    }

    /// The user of an address; `None` if the text is not an address.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, AuthError> {
        let Some(email) = Email::known(email) else { return Ok(None) };
        Ok(self.auth.user_by_email(&email).await?.map(|user| user.view()))
    }

    /// Makes a service with these scopes, and its secret. [`AuthError::Taken`] when there is one of that name, unless
    /// `again` is set: then it gets the scopes, and a new secret that replaces all others.
    pub async fn service_client(
        &self,
        name: &str,
        scopes: &str,
        again: bool,
    ) -> Result<(String, String), AuthError> {
        let operator = Actor::operator();
        let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        let input = NewClient { name: name.to_owned(), scopes: scopes.clone(), grants: None };
        match self.auth.create_named_service(&operator, &input).await {
            Ok((client, secret)) => return Ok((client.id, secret)),
            Err(AuthError::Taken { .. }) if again => {}
            Err(error) => return Err(error),
        }
        let filter = ClientFilter { name: Some(name.to_owned()), limit: 1, ..ClientFilter::default() };
        let known = self.auth.list_clients(&filter).await?.pop().ok_or(AuthError::ChangedMeanwhile)?;
        let change = ClientChange { scopes: Some(scopes), disabled: Some(false), ..ClientChange::default() };
        self.auth.change_client(&operator, &known.id, &change).await?;
        let (client, secret) = self.auth.replace_secret(&operator, &known.id, Some(0)).await?;
        Ok((client.id, secret))
    }

    /// Makes a project that the user with this id owns. Without a slug it gets that of its title, with a number behind it where
    /// another project has that one. [`AuthError::Taken`] when the slug is taken, [`AuthError::Invalid`] when the title or the
    /// slug is none, or when there is no such user or they are disabled.
    pub async fn create_project(
        &self,
        title: &str,
        slug: Option<&str>,
        owner: &str,
    ) -> Result<Project, AuthError> {
        let input = NewProject {
            title: title.to_owned(),
            slug: slug.map(str::to_owned),
            owner: Some(owner.to_owned()),
        };
        self.auth.create_project(&Actor::operator(), &input).await
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
    use shared_models::projects::ProjectRole;

    use super::*;
    use crate::{
        domain::audit::{Action, Target},
        ops::{Origin, testing::World},
        store::AuditFilter,
    };

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

    #[tokio::test]
    async fn a_service_is_made_once_and_taken_over_with_a_new_secret() {
        let world = World::new().await;
        let admin = Admin::new(Arc::clone(&world.auth));
        let (id, first) = admin.service_client("r", "revocations:read users:read", false).await.unwrap();
        let taken = admin.service_client("r", "users:read", false).await;
        assert_eq!(taken, Err(AuthError::Taken { field: "name" }));
        let (same, second) = admin.service_client("r", "users:read", true).await.unwrap();
        assert_eq!(same, id);
        assert!(world.auth.authenticate_client(&id, &first, &Origin::default()).await.is_err());
        let client = world.auth.authenticate_client(&id, &second, &Origin::default()).await.unwrap();
        assert_eq!(client.scopes.granted.to_string(), "users:read");
    }

    #[tokio::test]
    async fn a_project_is_made_for_a_user_who_is_there_and_may_log_in() {
        let world = World::new().await;
        let admin = Admin::new(Arc::clone(&world.auth));
        let ada = world.user("ada@example.org").await;
        let made = admin.create_project("Battery cathodes", None, &ada.id).await.unwrap();
        assert_eq!(made.slug, "battery-cathodes");
        let hers = world.auth.project(&World::acting(&ada.id, ""), &made.id).await.unwrap();
        assert_eq!(hers.role, Some(ProjectRole::Owner));
        let numbered = admin.create_project("Battery cathodes", None, &ada.id).await.unwrap();
        assert_eq!(numbered.slug, "battery-cathodes-2");
        let taken = admin.create_project("Another", Some("battery-cathodes"), &ada.id).await;
        assert_eq!(taken, Err(AuthError::Taken { field: "slug" }));
        let gone = world.disabled_user("bob@example.org").await;
        for (title, slug, owner, said) in [
            ("", None, ada.id.as_str(), "title: "),
            ("Anodes", Some("An odes"), &ada.id, "slug: must be 1 to 63"),
            ("Anodes", None, "nobody", "owner: "),
            ("Anodes", None, &gone.id, "owner: "),
        ] {
            let refusal = admin.create_project(title, slug, owner).await.unwrap_err().to_string();
            assert!(refusal.starts_with(said), "{refusal}");
        }
        let filter = AuditFilter { action: Some(Action::ProjectCreated), limit: 9, ..AuditFilter::default() };
        let log = world.auth.audit(&filter).await.unwrap();
        let mut said: Vec<_> = log.iter().map(|entry| (entry.succeeded, entry.target.clone())).collect();
        said.sort_by_key(|(succeeded, target)| (*succeeded, target.as_ref().map(|target| target.id.clone())));
        let on = |id: &str| Some(Target { kind: "project".into(), id: id.to_owned() });
        let mut ids = [&made.id, &numbered.id];
        ids.sort();
        assert_eq!(said, [(false, None), (true, on(ids[0])), (true, on(ids[1]))]);
        assert!(log.iter().all(|entry| entry.actor.as_deref() == Some("operator")));
    }

    #[test]
    fn a_generated_password_is_four_groups_of_five() {
        let password = generate_password(&OsRandom);
        assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [5; 4]);
        assert_ne!(password, generate_password(&OsRandom));
    }
}
