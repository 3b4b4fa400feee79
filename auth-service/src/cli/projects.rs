//! `create-project`: a project for a user who is there.

use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use super::{prepared, say};
use crate::{
    admin::Admin,
    domain::{name::FullName, project::Slug},
    ops::AuthError,
    settings::Settings,
};

pub(super) async fn create(settings: &Settings, title: &str, slug: Option<&str>, owner: &str) -> Result<()> {
    // Refused before the store is opened.
    FullName::parse(title).map_err(|fault| anyhow!("title: {fault}"))?;
    if let Some(slug) = slug {
        Slug::parse(slug).map_err(|fault| anyhow!("slug: {fault}"))?;
    }
    let admin = Admin::new(Arc::new(prepared(settings).await?));
    let Some(user) = admin.user_by_email(owner).await? else {
        bail!("no user has the address {owner}; nothing was changed");
    };
    if user.disabled {
        bail!("{owner} belongs to a user who is disabled; nothing was changed");
    }
    match (admin.create_project(title, slug, &user.id).await, slug) {
        (Ok(project), _) => say(&format!("project_id={}\nslug={}", project.id, project.slug)),
        (Err(AuthError::Taken { .. }), Some(slug)) => {
            bail!("the project {slug} exists already; nothing was changed")
        }
        (Err(AuthError::Taken { .. }), None) => {
            bail!("each slug that this title makes is taken; choose one with --slug; nothing was changed")
        }
        (Err(error), _) => Err(error.into()),
    }
}
