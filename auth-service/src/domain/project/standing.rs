//! What somebody is in a project: by their own membership, by those of their teams, or as an administrator.

use shared_models::projects::{ProjectRole, Through};

/// What somebody is in a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The memberships that hold now, the greatest role first.
    pub through: Vec<Through>,
    /// Whether they look after all projects of the installation.
    pub is_admin: bool,
}

/// What a role in a project is needed for, or that somebody looks after all projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// They may.
    Given,
    /// They are a member and may not.
    TooLittle,
    /// As far as they know, there is no such project.
    Unknown,
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
    pub fn may(&self, needed: ProjectRole) -> Leave {
        match self.role() {
            _ if self.is_admin => Leave::Given,
            Some(role) if role >= needed => Leave::Given,
            Some(_) => Leave::TooLittle,
            None => Leave::Unknown,
        }
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
    use shared_models::projects::MemberKind;

    use super::*;

    fn through(kind: MemberKind, id: &str, role: ProjectRole) -> Through {
        Through { kind, id: id.into(), name: None, role }
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
        for (needed, leave) in [
            (Viewer, Leave::Given),
            (Contributor, Leave::Given),
            (Maintainer, Leave::TooLittle),
            (Owner, Leave::TooLittle),
        ] {
            assert_eq!(standing.may(needed), leave);
        }
        assert_eq!(standing.may_give(), None);
    }

    #[test]
    fn who_is_no_member_knows_of_no_project_and_an_administrator_of_all() {
        let (nobody, admin) = (Standing::default(), Standing::of(Vec::new(), true));
        for needed in ProjectRole::ALL {
            assert_eq!((nobody.may(needed), admin.may(needed)), (Leave::Unknown, Leave::Given));
        }
        assert_eq!((nobody.may_give(), admin.may_give()), (None, Some(ProjectRole::Owner)));
        assert_eq!(admin.role(), None);
    }
}
