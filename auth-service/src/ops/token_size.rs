//! The maximum size of a token. A role or client that would exceed it is refused when it is made or given, so that no
//! login fails for it.

use service_kit::token::widest;
use shared_models::scope::ScopeSet;

use super::{
    Auth, AuthError,
    mint::{MAX_TOKEN, Subject, too_long},
};
use crate::domain::{
    id,
    roles::RoleTable,
    session::{Login, Session},
};

impl Auth {
    /// Says how long a token of a login with these roles would be, where that is too long.
    pub(super) fn roles_too_wide(
        &self,
        table: &RoleTable,
        roles: &[String],
    ) -> Result<Option<String>, AuthError> {
        self.too_wide(&table.scopes_of(roles), roles, &[])
    }

    /// Says how long a token with these scopes and roles would be, where that is too long, whichever algorithm signs
    /// it.
    pub(super) fn too_wide(
        &self,
        scope: &ScopeSet,
        roles: &[String],
        from_roles: &[String],
    ) -> Result<Option<String>, AuthError> {
        // Every id is as long as a real one, and the client of a session may be any.
        let (now, random) = (self.now(), self.env.random.as_ref());
        let login = Login {
            user_id: id::new(now, random),
            token_version: 0,
            client_id: id::new(now, random),
            scope: None,
            delegation: None,
            device: None,
            address: None,
        };
        let (session, _) = Session::open(login, self.policy.lifetimes, now, random);
        self.session_too_wide(&session, scope, roles, from_roles)
    }

    /// The same of a session that is at hand.
    pub(super) fn session_too_wide(
        &self,
        session: &Session,
        scope: &ScopeSet,
        roles: &[String],
        from_roles: &[String],
    ) -> Result<Option<String>, AuthError> {
        // The longest is one that says `roles_at`.
        let now = self.now().unix_timestamp();
        let claims = self.claims(&Subject {
            id: &session.user_id,
            client_id: &session.client_id,
            scope: &scope.condensed(),
            roles,
            from_roles,
            session: Some(session),
            asked_at: now,
            not_before: 0,
            roles_not_before: now + 1,
        });
        let size = widest(&self.keys.current(), &claims);
        let size = size.map_err(|error| AuthError::Internal(error.to_string()))?;
        Ok((size > MAX_TOKEN).then(|| too_long(size)))
    }
}

#[cfg(test)]
mod tests {
    use shared_models::{
        auth::UserChange,
        clients::{ClientChange, NewApiKey, NewClient},
    };

    use super::{
        super::{ImportedUser, testing::World},
        *,
    };

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("collection{n:04}:read")).collect()
    }

    fn is_refused_at<T: std::fmt::Debug>(outcome: &Result<T, AuthError>, pointer: &str) -> bool {
        let Err(AuthError::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
        faults.iter().all(|fault| {
            fault.pointer.as_deref() == Some(pointer) && fault.message.contains("the maximum is 4096")
        })
    }

    #[tokio::test]
    async fn a_role_too_wide_for_a_token_is_neither_made_nor_given() {
        let world = World::new().await;
        let admin = world.admin().await;
        assert!(is_refused_at(&world.auth.set_role(&admin, "wide", &names(600)).await, "/scopes"));
        for role in ["left", "right"] {
            world.auth.set_role(&admin, role, &names(80)).await.unwrap();
        }
        let other: Vec<String> = names(80).iter().map(|name| name.replace("read", "write")).collect();
        world.auth.set_role(&admin, "right", &other).await.unwrap();
        let user = world.user("ada@example.org").await;
        let both = |roles: &[&str]| UserChange {
            roles: Some(roles.iter().map(|role| (*role).to_owned()).collect()),
            ..UserChange::default()
        };
        let refused = world.auth.change_user(&admin, &user.id, &both(&["left", "right"])).await;
        assert!(is_refused_at(&refused, "/roles"));
        world.auth.change_user(&admin, &user.id, &both(&["left", "viewer"])).await.unwrap();
        world.advance(10);
        let token = world.login("ada@example.org").await.access_token;
        assert!(token.len() <= MAX_TOKEN && world.auth.verifier().verify(&token).is_ok());
        // Wide enough alone, too wide beside the other role of somebody who has both.
        world.auth.change_user(&admin, &user.id, &both(&["left", "scientist"])).await.unwrap();
        assert!(is_refused_at(&world.auth.set_role(&admin, "scientist", &other).await, "/scopes"));
        assert!(world.auth.set_role(&admin, "viewer", &other).await.is_ok());
        let roles = world.auth.roles().await.unwrap();
        let import = ImportedUser {
            email: "bob@example.org".into(),
            roles: Some(vec!["left".into(), "right".into()]),
            password_hash: Some("$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe".into()),
            ..ImportedUser::default()
        };
        assert!(world.auth.read_import(&roles, import).unwrap_err().contains("the maximum is 4096"));
    }

    #[tokio::test]
    async fn a_client_or_key_too_wide_for_a_token_is_not_made() {
        let world = World::new().await;
        let admin = world.admin().await;
        let wanted = |scopes: Vec<String>| NewClient { name: "loader".into(), scopes, grants: None };
        assert!(is_refused_at(&world.auth.create_client(&admin, &wanted(names(600))).await, "/scopes"));
        let named = world.auth.create_named_service(&admin, &wanted(names(600))).await;
        assert!(is_refused_at(&named, "/scopes"));
        let (client, _) = world.auth.create_client(&admin, &wanted(names(80))).await.unwrap();
        let wide = ClientChange { scopes: Some(names(600)), ..ClientChange::default() };
        assert!(is_refused_at(&world.auth.change_client(&admin, &client.id, &wide).await, "/scopes"));
        let user = world.user_with_roles("ada@example.org", vec!["admin".into()]).await;
        let ada = World::confirmed(&user.id, "*");
        let input =
            NewApiKey { name: "k".into(), scopes: names(600), expires_in: None, current_password: None };
        assert!(is_refused_at(&world.auth.create_api_key(&ada, &input).await, "/scopes"));
    }

    #[tokio::test]
    async fn a_token_with_every_built_in_role_stays_within_one_kibibyte_whatever_signs_it() {
        let world =
            World::with(|policy| policy.issuer = "https://identity.laboratory.example.org".into()).await;
        let table = world.auth.roles().await.unwrap();
        let all = ["admin", "scientist", "viewer"].map(String::from);
        for roles in [&all[..1], &all[1..2], &all[2..], &all[..]] {
            let login = Login {
                user_id: id::new(world.auth.now(), world.auth.env.random.as_ref()),
                token_version: 0,
                client_id: "tessera".into(),
                scope: None,
                delegation: None,
                device: None,
                address: None,
            };
            let (session, _) = Session::open(
                login,
                world.auth.policy.lifetimes,
                world.auth.now(),
                world.auth.env.random.as_ref(),
            );
            let claims = world.auth.claims(&Subject {
                id: &session.user_id,
                client_id: "tessera",
                scope: &table.scopes_of(roles).condensed(),
                roles,
                from_roles: &[],
                session: Some(&session),
                asked_at: world.auth.now().unix_timestamp(),
                not_before: 0,
                roles_not_before: i64::from(u32::MAX),
            });
            let size = widest(&world.auth.keys.current(), &claims).unwrap();
            assert!(size <= 1024, "{roles:?}: {size} bytes");
        }
    }

    #[tokio::test]
    async fn a_token_that_would_be_too_long_all_the_same_is_refused_and_not_sent() {
        let world = World::new().await;
        let admin = world.admin().await;
        for (role, end) in [("left", "read"), ("right", "write")] {
            let scopes: Vec<String> = names(80).iter().map(|name| name.replace("read", end)).collect();
            world.auth.set_role(&admin, role, &scopes).await.unwrap();
        }
        world.user_with_roles("ada@example.org", vec!["left".into(), "right".into()]).await;
        let refused = world.try_login("ada@example.org", World::PASSWORD, None).await;
        assert!(is_refused_at(&refused, "/scope"));
        let less = world.try_login("ada@example.org", World::PASSWORD, Some("collection0001:read")).await;
        assert!(less.is_ok());
    }
}
