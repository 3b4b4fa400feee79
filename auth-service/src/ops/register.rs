//! Makes a user, for themselves (sign-up) or by an operator.

use shared_models::{auth::SignUp, problem::FieldError};

use super::{Actor, Auth, AuthError, FIRST_PARTY, Origin, audit::Act, error::weak, hasher::Place};
use crate::domain::{
    audit::{Action, Entry},
    email::Email,
    id,
    name::FullName,
    password::Password,
    roles::is_built_in,
    user::User,
};

/// How often a user is stored whose role is changed meanwhile.
const MAX_TRIES: usize = 8;

/// A valid sign-up.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The address to log in with.
    pub email: Email,
    /// The password to log in with.
    pub password: Password,
    /// The name others see.
    pub full_name: Option<FullName>,
}

impl Registration {
    /// Parses a sign-up and reports all its faults together. `min_password_length` is in code points.
    pub fn parse(input: &SignUp, min_password_length: usize) -> Result<Self, AuthError> {
        let format = |pointer: &str, fault: &dyn std::fmt::Display| {
            FieldError::at(pointer, "format", format!("{}: {fault}", &pointer[1..]))
        };
        let email = Email::parse(&input.email).map_err(|fault| format("/email", &fault));
        let full_name = input.full_name.as_deref().map(FullName::parse).transpose();
        let full_name = full_name.map_err(|fault| format("/full_name", &fault));
        let password = Password::new(&input.password);
        let length = password.check_length(min_password_length).map_err(|fault| weak("/password", fault));
        match (email, full_name, length) {
            (Ok(email), Ok(full_name), Ok(())) => Ok(Self { email, password, full_name }),
            (email, full_name, length) => {
                let faults = [email.err(), full_name.err(), length.err()];
                Err(AuthError::Invalid(faults.into_iter().flatten().collect()))
            }
        }
    }
}

/// What an attacker knows of a user: their address and name, whole and in parts.
pub(super) fn about(email: &Email, full_name: Option<&FullName>) -> Vec<String> {
    let email = email.as_str();
    let name = full_name.map_or("", FullName::as_str);
    let parts = email.split(['@', '.', '-', '_', '+']).chain(name.split_whitespace());
    [email, name].into_iter().chain(parts).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Auth {
    /// Registers a stranger, with the role the settings give to new users. Counted and hashed apart from logins.
    pub async fn sign_up(&self, input: &SignUp, origin: Origin) -> Result<User, AuthError> {
        self.throttle_sign_up(&origin).await?;
        let registration = Registration::parse(input, self.policy.min_password_length)?;
        self.refuse_taken(&registration.email).await?;
        let place = self.hasher.strangers_place().map_err(|error| AuthError::hashing(error, "/password"))?;
        let roles = vec![self.policy.new_user_role.clone()];
        let user = self.new_user(place, registration, roles).await?;
        let act = Act::new(Action::UserCreated).by(&user.id, FIRST_PARTY).to("user", &user.id);
        self.store_user(&user, &self.entry(&origin, act)).await?;
        Ok(user)
    }

    /// Registers somebody for a caller who may write users, with the role the settings give to new users.
    pub async fn register_for(&self, actor: &Actor, input: &SignUp) -> Result<User, AuthError> {
        let registration = Registration::parse(input, self.policy.min_password_length)?;
        let entry = self.entry_of(actor, Act::new(Action::UserCreated));
        self.add_user(registration, vec![self.policy.new_user_role.clone()], entry).await
    }

    /// Registers a user with these roles, as an operator.
    pub async fn register(&self, registration: Registration, roles: Vec<String>) -> Result<User, AuthError> {
        let entry = self.entry_of(&Actor::operator(), Act::new(Action::UserCreated));
        self.add_user(registration, roles, entry).await
    }

    async fn add_user(
        &self,
        registration: Registration,
        roles: Vec<String>,
        entry: Entry,
    ) -> Result<User, AuthError> {
        self.refuse_taken(&registration.email).await?;
        let place = self.hasher.place().map_err(|error| AuthError::hashing(error, "/password"))?;
        let user = self.new_user(place, registration, roles).await?;
        self.store_user(&user, &entry.on("user", &user.id)).await?;
        Ok(user)
    }

    /// Stores a new user. Roles that are built in cannot be removed, so nothing is read of them; another one is given
    /// as it was read. [`AuthError::NotFound`] where there is no such role.
    async fn store_user(&self, user: &User, entry: &Entry) -> Result<(), AuthError> {
        for _ in 0..MAX_TRIES {
            let given = if user.roles.iter().all(|role| is_built_in(role)) {
                Vec::new()
            } else {
                let roles = self.fresh_roles().await?;
                if user.roles.iter().any(|role| roles.get(role).is_none()) {
                    return Err(AuthError::NotFound("role"));
                }
                roles.stored(&user.roles)
            };
            if self.store.insert_user(user, &given, entry).await? {
                return Ok(());
            }
        }
        Err(AuthError::ChangedMeanwhile)
    }

    /// The index decides; the look-up only saves the hash.
    async fn refuse_taken(&self, email: &Email) -> Result<(), AuthError> {
        match self.store.user_by_email(email).await? {
            Some(_) => Err(AuthError::Taken { field: "email" }),
            None => Ok(()),
        }
    }

    /// The user of that address.
    pub async fn user_by_email(&self, email: &Email) -> Result<Option<User>, AuthError> {
        Ok(self.store.user_by_email(email).await?)
    }

    /// A record that is not stored yet, its password hashed.
    pub(super) async fn new_user(
        &self,
        place: Place<'_>,
        registration: Registration,
        roles: Vec<String>,
    ) -> Result<User, AuthError> {
        let Registration { email, full_name, password } = registration;
        let hash = place.enroll(password, about(&email, full_name.as_ref())).await;
        let hash = hash.map_err(|error| AuthError::hashing(error, "/password"))?;
        let now = self.now();
        Ok(User::new(id::new(now, self.env.random.as_ref()), now, email, full_name, roles, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    fn input(email: &str, password: &str, full_name: Option<&str>) -> SignUp {
        SignUp { email: email.into(), password: password.into(), full_name: full_name.map(Into::into) }
    }

    #[test]
    fn all_faults_of_a_sign_up_are_told_at_once() {
        let refusal = Registration::parse(&input("ada", "short", Some("")), 12).unwrap_err();
        let AuthError::Invalid(faults) = refusal else { panic!("{refusal:?}") };
        let pointers: Vec<_> = faults.iter().filter_map(|fault| fault.pointer.as_deref()).collect();
        assert_eq!(pointers, ["/email", "/full_name", "/password"]);
    }

    #[tokio::test]
    async fn a_new_user_has_the_role_the_settings_say() {
        let world = World::new().await;
        let user = world.user("Ada@Example.org").await;
        assert_eq!(user.roles, ["scientist"]);
        assert_eq!(user.email.as_str(), "Ada@example.org");
        assert!(!user.disabled);
    }

    #[tokio::test]
    async fn nobody_is_made_with_a_role_that_is_not_there() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.auth.set_role(&admin, "lab", &["molecules:read".into()]).await.unwrap();
        let make = async |email: &str| {
            let input = input(email, World::PASSWORD, None);
            let registration = Registration::parse(&input, 12).unwrap();
            world.auth.register(registration, vec!["lab".into()]).await
        };
        let ada = make("ada@example.org").await.unwrap();
        world.auth.remove_user(&admin, &ada.id).await.unwrap();
        world.auth.remove_role(&admin, "lab").await.unwrap();
        assert_eq!(make("bob@example.org").await, Err(AuthError::NotFound("role")));
        let bob = Email::parse("bob@example.org").unwrap();
        assert_eq!(world.auth.user_by_email(&bob).await, Ok(None));
    }

    #[tokio::test]
    async fn an_address_registers_once() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let again = input("ADA@example.org", World::PASSWORD, None);
        assert_eq!(
            world.auth.sign_up(&again, Origin::default()).await,
            Err(AuthError::Taken { field: "email" })
        );
    }

    #[tokio::test]
    async fn a_password_made_of_the_users_own_name_is_refused() {
        let world = World::new().await;
        let about_me = input("a.lovelace@example.org", "augusta ada lovelace", Some("Augusta Ada Lovelace"));
        let refusal = world.auth.sign_up(&about_me, Origin::default()).await.unwrap_err();
        let AuthError::Invalid(faults) = refusal else { panic!("{refusal:?}") };
        assert_eq!((faults[0].pointer.as_deref(), faults[0].code.as_str()), (Some("/password"), "guessable"));
    }
}
