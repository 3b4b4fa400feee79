//! Imports users of another system, with their password hashes.

use serde::Deserialize;
use shared_models::projects::ProjectRole;

use super::{Auth, AuthError, Origin, audit::Act};
use crate::domain::{
    audit::Action, email::Email, id, name::FullName, password_hash::PasswordHash, project::Slug,
    roles::RoleTable, user::User,
};

/// How much of an unknown name is repeated in a message, in characters.
const MAX_SHOWN: usize = 40;

/// A user as a file describes them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedUser {
    /// The address.
    pub email: String,
    /// The name others see.
    #[serde(default, alias = "name")]
    pub full_name: Option<String>,
    /// Roles; the one of those who sign up where absent.
    #[serde(default)]
    pub roles: Option<Vec<String>>,
    /// The hash. A user who is there already needs none where the line puts them into a project.
    #[serde(default, alias = "hash")]
    pub password_hash: Option<String>,
    /// The slug of a project that they are to be a member of.
    #[serde(default)]
    pub project: Option<String>,
    /// Their role in that project.
    #[serde(default)]
    pub role: Option<String>,
}

/// A user of a file who can be stored.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The address.
    pub email: Email,
    /// The user; absent where there is no hash, and so the user must be there already.
    pub user: Option<User>,
    /// The slug of a project, and their role in it.
    pub joins: Option<(Slug, ProjectRole)>,
}

impl Auth {
    /// Reads a user, or says what is wrong with them. The hash is never repeated.
    pub fn read_import(&self, roles: &RoleTable, input: ImportedUser) -> Result<Imported, String> {
        let joins = joins(input.project.as_deref(), input.role.as_deref())?;
        let email = Email::parse(&input.email).map_err(|fault| format!("email {fault}"))?;
        let full_name = input.full_name.as_deref().filter(|name| !name.is_empty()).map(FullName::parse);
        let full_name = full_name.transpose().map_err(|fault| format!("full_name {fault}"))?;
        let given = input.roles.unwrap_or_else(|| vec![self.policy.new_user_role.clone()]);
        if let Some(unknown) = given.iter().find(|role| roles.get(role).is_none()) {
            return Err(format!("there is no role \"{}\"", shown(unknown)));
        }
        let mut given_once = Vec::new();
        for role in given {
            if !given_once.contains(&role) {
                given_once.push(role);
            }
        }
        if let Some(why) = self.roles_too_wide(roles, &given_once).map_err(|error| error.to_string())? {
            return Err(format!("roles: {why}"));
        }
        let Some(hash) = input.password_hash else {
            let fault = || "missing field `password_hash`".to_owned();
            return joins.ok_or_else(fault).map(|joins| Imported { email, user: None, joins: Some(joins) });
        };
        let hash = PasswordHash::parse(&hash).map_err(|fault| format!("password_hash: {fault}"))?;
        let now = self.now();
        let id = id::new(now, self.env.random.as_ref());
        let user = User::new(id, now, email.clone(), full_name, given_once, hash);
        Ok(Imported { email, user: Some(user), joins })
    }

    /// Stores users whose address is free, who were read with these roles; for each one whether it was.
    /// [`AuthError::Conflict`], and nothing stored, where a role of theirs has been changed or removed since.
    pub async fn import_users(&self, roles: &RoleTable, users: &[User]) -> Result<Vec<bool>, AuthError> {
        let act = Act::new(Action::UsersImported).by("operator", "command-line");
        let entry = self.entry(&Origin::default(), act);
        let given = roles.stored(users.iter().flat_map(|user| &user.roles));
        let added = self.store.insert_users(users, &given, &entry).await?;
        added.ok_or_else(|| AuthError::Conflict("a role was changed or removed during the import".into()))
    }
}

/// The project and the role in it that a line names, of which neither is of use alone.
fn joins(project: Option<&str>, role: Option<&str>) -> Result<Option<(Slug, ProjectRole)>, String> {
    let roles = || ProjectRole::ALL.map(ProjectRole::name).join(", ");
    match (project, role) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(format!("project is given without role, which is one of {}", roles())),
        (None, Some(_)) => {
            Err("role is given without project; the roles of a user in the installation are \"roles\"".into())
        }
        (Some(project), Some(role)) => {
            let known = ProjectRole::from_name(role);
            let known = known.ok_or_else(|| {
                format!("there is no role \"{}\" in a project, only {}", shown(role), roles())
            })?;
            Ok(Some((Slug::parse(project).map_err(|_| no_project(project))?, known)))
        }
    }
}

/// That there is no such project.
pub(super) fn no_project(slug: &str) -> String {
    format!("there is no project \"{}\"", shown(slug))
}

/// As much of a text of the file as a message repeats.
fn shown(text: &str) -> String {
    let text: String = text.chars().take(MAX_SHOWN).collect();
    text.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};
    use crate::store::AuditFilter;

    /// Printed by bcrypt 5 and passlib 1.7.4 for [`World::PASSWORD`].
    const HASHES: &[&str] = &[
        "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe",
        "$2a$04$MB07Gp3U1b8Ifm.w5OSDKeIQwBxe9dfbiFqJ8pjzczIVwnKoWPlNW",
        "$pbkdf2-sha256$1000$GMO4FyIEYCyFcK51zvn/Pw$1eQEjhgYcRZWebGerRgIaWeTGT9r91neAjCyNVDImWM",
        "$scrypt$ln=4,r=8,p=1$fo+xdk5JKUVIKQUgJIQwhg$Bf0n1VdngBm9+JpXB0h3BKk0pFmOfDC376Z3xVrND/w",
        "$argon2i$v=19$m=64,t=1,p=1$/79X6v2/F4KQkrK2trZWqg$m1CQYOWGsR98NOTPrvbeY3/jZy+YXtfc9MiLe7gqfyU",
        "$argon2d$v=19$m=64,t=1,p=1$AACgFAKg1Lq3NmZMqdX6fw$WElD+oJwSlRgjXi4n6lblG99NU8DVvRGYUosgWdJ3x4",
        "$argon2id$v=19$m=64,t=1,p=1$TqnV2jsnBEBo7R1DCOF8Lw$rp9YqJI0bL4kY+4DluZcLmXlgypzETuObnSV3Y2nm3Q",
        "$2y$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe",
    ];

    fn user(number: usize, hash: &str) -> ImportedUser {
        ImportedUser {
            email: format!("u{number}@example.org"),
            password_hash: Some(hash.into()),
            ..ImportedUser::default()
        }
    }

    #[tokio::test]
    async fn a_user_logs_in_with_the_password_they_had_and_has_an_argon2id_hash_from_then_on() {
        let world = World::new().await;
        let roles = world.auth.roles().await.unwrap();
        let import = async |user: &User| world.auth.import_users(&roles, std::slice::from_ref(user)).await;
        for (number, hash) in HASHES.iter().enumerate() {
            let user = world.auth.read_import(&roles, user(number, hash)).unwrap().user.unwrap();
            assert_eq!(import(&user).await, Ok(vec![true]));
            assert_eq!(import(&user).await, Ok(vec![false]));
            let address = user.email.to_string();
            let wrong = world.try_login(&address, "another long password", None).await.unwrap_err();
            assert_eq!(wrong, AuthError::InvalidCredentials, "{hash}");
            world.login(&address).await;
            let stored = world.auth.user(&user.id).await.unwrap().password_hash;
            assert!(stored.as_str().starts_with("$argon2id$"), "{hash}");
            assert_ne!(&stored, &user.password_hash, "{hash}");
            world.login(&address).await;
        }
    }

    #[tokio::test]
    async fn an_import_is_in_the_log_with_how_many_it_added_and_gives_no_role_that_is_gone() {
        let world = World::new().await;
        let admin = world.admin().await;
        world.auth.set_role(&admin, "lab", &["molecules:read".into()]).await.unwrap();
        let roles = world.auth.roles().await.unwrap();
        let read = |number| {
            let input = ImportedUser { roles: Some(vec!["lab".into()]), ..user(number, HASHES[0]) };
            world.auth.read_import(&roles, input).unwrap().user.unwrap()
        };
        let mut users = vec![read(1), read(2)];
        assert_eq!(world.auth.import_users(&roles, &users).await, Ok(vec![true, true]));
        users.push(read(3));
        assert_eq!(world.auth.import_users(&roles, &users).await, Ok(vec![false, false, true]));
        assert_eq!(world.auth.import_users(&roles, &users).await, Ok(vec![false; 3]));
        for user in &users {
            world.auth.remove_user(&admin, &user.id).await.unwrap();
        }
        world.auth.remove_role(&admin, "lab").await.unwrap();
        let refusal = world.auth.import_users(&roles, &users).await;
        assert!(matches!(refusal, Err(AuthError::Conflict(_))), "{refusal:?}");
        let filter = AuditFilter { action: Some(Action::UsersImported), limit: 9, ..AuditFilter::default() };
        let mut details: Vec<_> =
            world.auth.audit(&filter).await.unwrap().into_iter().map(|entry| entry.detail.unwrap()).collect();
        details.sort();
        assert_eq!(details, ["1 added", "2 added"]);
    }

    #[tokio::test]
    async fn what_cannot_be_taken_over_is_told_why_and_never_with_its_hash() {
        let world = World::new().await;
        let roles = world.auth.roles().await.unwrap();
        let good = user(1, HASHES[0]);
        let of = |hash: &str| ImportedUser { password_hash: Some(hash.into()), ..good.clone() };
        let into = |project: Option<&str>, role: Option<&str>| ImportedUser {
            project: project.map(str::to_owned),
            role: role.map(str::to_owned),
            ..good.clone()
        };
        let long = "x".repeat(200);
        let cases = [
            (ImportedUser { email: "ada".into(), ..good.clone() }, "email"),
            (ImportedUser { roles: Some(vec!["king".into()]), ..good.clone() }, "king"),
            (ImportedUser { full_name: Some("a\nb".into()), ..good.clone() }, "full_name"),
            (of("plain-s3cret"), "password_hash"),
            (of("$2b$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"), "cost 31"),
            (of("$2b$12$short-s3cret"), "60 characters"),
            (of("$scrypt$ln=20,r=8,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"), "64 MiB"),
            (of("$pbkdf2-sha256$99999999$c2FsdA$aGFzaGhhc2hoYXNoaGFzaA"), "rounds"),
            (of("$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"), "102400 KiB"),
            (of("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ"), "without an output"),
            (of("$argon2id$v=19$m=64,t=1,p=1"), "without a salt"),
            (of("$argon2id$v=17$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"), "version 17"),
            (of("$2b$04$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$"), "its alphabet"),
            (of("$md5$s3cret"), "password_hash"),
            (ImportedUser { password_hash: None, ..good.clone() }, "missing field `password_hash`"),
            (into(Some("battery"), None), "project is given without role"),
            (into(None, Some("viewer")), "role is given without project"),
            (
                into(Some("battery"), Some("Viewer")),
                "no role \"Viewer\" in a project, only viewer, contributor",
            ),
            (into(Some(""), Some("viewer")), "no project \"\""),
            (into(Some("a\u{1b}[31m"), Some("viewer")), "no project \"a\\u{1b}[31m\""),
            (into(Some(&long), Some("viewer")), &format!("no project \"{}\"", &long[..MAX_SHOWN])),
            (into(Some("battery"), Some(&long)), &format!("no role \"{}\" in", &long[..MAX_SHOWN])),
        ];
        for (input, word) in cases {
            let fault = world.auth.read_import(&roles, input).unwrap_err();
            assert!(fault.contains(word) && !fault.contains("s3cret"), "{word}: {fault}");
        }
    }
}
