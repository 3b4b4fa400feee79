//! The people a fresh start comes with: an administrator, and demo users with a role each.
//!
//! Knows what an operator of auth-service may do; knows no HTTP and no store.

use anyhow::{Context as _, Result};
use auth_service::{
    admin::{Admin, generate_password},
    domain::roles::{ADMIN, SCIENTIST, VIEWER},
    ops::AuthError,
};
use service_kit::random::Random;
use shared_models::auth::{Login, SignUp};

use crate::{banner::Administrator, data_dir::DataDir};

const FIRST_ADMIN: &str = "admin@tessera.example";

/// Makes the first administrator, or one more where `another` names an address.
pub async fn administrator(
    operator: &Admin,
    another: Option<&str>,
    random: &dyn Random,
) -> Result<Administrator> {
    if another.is_none() && operator.count_admins().await? > 0 {
        return Ok(Administrator::Known);
    }
    let email = another.unwrap_or(FIRST_ADMIN).to_owned();
    let password = generate_password(random);
    let input = SignUp { email: email.clone(), password: password.clone(), full_name: None };
    operator.create_user(&input, ADMIN).await.with_context(|| email.clone())?;
    Ok(Administrator::Made { email, password })
}

/// Makes the demo users that are missing; returns what the scientist logs in with.
pub async fn users(operator: &Admin, data: &DataDir, random: &dyn Random) -> Result<Login> {
    user(operator, VIEWER, data, random).await?;
    user(operator, SCIENTIST, data, random).await
}

async fn user(operator: &Admin, role: &str, data: &DataDir, random: &dyn Random) -> Result<Login> {
    let email = format!("{role}@tessera.example");
    let login = data.login(role, &email, || generate_password(random))?;
    let input = SignUp {
        email: login.username.clone(),
        password: login.password.clone(),
        full_name: Some(format!("Demo {role}")),
    };
    match operator.create_user(&input, role).await {
        Ok(_) | Err(AuthError::Taken { .. }) => Ok(login),
        Err(error) => Err(error).context(email),
    }
}
