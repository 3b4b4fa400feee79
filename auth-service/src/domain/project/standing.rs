//! What somebody is in a project: by their own membership, by those of their teams, or as an administrator.

use shared_models::projects::{ProjectRole, Through};
use time::OffsetDateTime;

/// What somebody is in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The memberships that hold now, the greatest role first.
    pub through: Vec<Through>,
    /// Whether they look after all projects of the installation.
    pub is_admin: bool,
}

/// Whether somebody may do something in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Allowed,
    /// They are a member, and their role does not allow it.
    InsufficientRole,
    /// They are no member: to them there is no such project.
    NoMember,
}

impl Standing {
    /// The standing that these memberships give.
    pub fn of(mut through: Vec<Through>, is_admin: bool) -> Self {
        through.sort_by(|a, b| b.role.cmp(&a.role).then_with(|| (a.kind, &a.id).cmp(&(b.kind, &b.id))));
        Self { through, is_admin }
    }

    /// The greatest role; `None` of somebody who is no member.
    pub fn role(&self) -> Option<ProjectRole> {
        self.through.first().map(|greatest| greatest.role)
    }

    /// Whether this is enough for what `needed` may do.
    pub fn may(&self, needed: ProjectRole) -> Verdict {
        match self.role() {
            _ if self.is_admin => Verdict::Allowed,
            Some(role) if role >= needed => Verdict::Allowed,
            Some(_) => Verdict::InsufficientRole,
            None => Verdict::NoMember,
        }
    }

    /// When the memberships that give at least this role end, if they do: the last of them.
    pub fn ends(&self, role: ProjectRole) -> Option<OffsetDateTime> {
        let enough = self.through.iter().filter(|through| through.role >= role);
        if self.is_admin {
            return None;
        }
        enough.map(|through| through.expires_at).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten()
    }

    /// The greatest role that they may give to others: an owner any, a maintainer all but that of an owner.
    pub fn may_give(&self) -> Option<ProjectRole> {
        match self.role() {
            _ if self.is_admin => Some(ProjectRole::Owner),
            Some(role) if role >= ProjectRole::Maintainer => Some(role),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared_models::projects::MemberKind;

    use super::*;

    fn through(kind: MemberKind, id: &str, role: ProjectRole) -> Through {
        Through { kind, id: id.into(), name: None, role, expires_at: None }
    }

    #[test]
    fn the_greatest_of_all_memberships_counts_and_is_named_first() {
        use ProjectRole::{Contributor, Maintainer, Owner, Viewer};
        let rows = vec![
            through(MemberKind::User, "ada", Viewer),
            through(MemberKind::Team, "b", Contributor),
            through(MemberKind::Team, "a", Contributor),
        ];
        let standing = Standing::of(rows, false);
        assert_eq!(standing.role(), Some(Contributor));
        assert_eq!(standing.through[0].id, "a");
        for (needed, verdict) in [
            (Viewer, Verdict::Allowed),
            (Contributor, Verdict::Allowed),
            (Maintainer, Verdict::InsufficientRole),
            (Owner, Verdict::InsufficientRole),
        ] {
            assert_eq!(standing.may(needed), verdict);
        }
        assert_eq!(standing.may_give(), None);
    }

    #[test]
    fn a_role_lasts_as_long_as_the_last_membership_that_gives_it() {
        use ProjectRole::{Contributor, Maintainer, Viewer};
        let at = |second| Some(OffsetDateTime::UNIX_EPOCH + Duration::from_secs(second));
        let row = |role, expires_at| Through { expires_at, ..through(MemberKind::User, "a", role) };
        let rows = vec![row(Viewer, None), row(Contributor, at(9)), row(Maintainer, at(5))];
        let standing = Standing::of(rows.clone(), false);
        assert_eq!([Viewer, Contributor, Maintainer].map(|role| standing.ends(role)), [None, at(9), at(5)]);
        assert_eq!(Standing::of(rows, true).ends(Maintainer), None, "an administrator's does not end");
    }

    #[test]
    fn who_is_no_member_knows_of_no_project_and_an_administrator_of_all() {
        let (nobody, admin) = (Standing::default(), Standing::of(Vec::new(), true));
        for needed in ProjectRole::ALL {
            assert_eq!((nobody.may(needed), admin.may(needed)), (Verdict::NoMember, Verdict::Allowed));
        }
        assert_eq!((nobody.may_give(), admin.may_give()), (None, Some(ProjectRole::Owner)));
        assert_eq!(admin.role(), None);
    }
}
