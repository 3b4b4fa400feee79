//! Who may give, change, assign, move and remove which review.

use serde_json::{Map, Value};

use super::{ASSIGNEE, REQUESTED_BY, ReviewFault, Reviewer, STATE, differ, text};

impl Reviewer {
    fn acts_for(&self, who: &str) -> bool {
        self.administers || self.subject == who
    }

    fn refuse(&self, why: &'static str) -> Result<(), ReviewFault> {
        Err(ReviewFault::Reserved { scope: self.scope.clone(), why })
    }

    /// Refuses programs.
    pub(super) fn may_judge(&self) -> Result<(), ReviewFault> {
        if self.is_person { Ok(()) } else { Err(ReviewFault::NoPerson) }
    }

    /// Refuses programs, and callers other than the assignee, if there is one.
    pub(super) fn may_give(&self, members: &Map<String, Value>) -> Result<(), ReviewFault> {
        self.may_judge()?;
        match text(members, ASSIGNEE) {
            Some(assignee) if !self.acts_for(assignee) => {
                self.refuse("only its assignee gives the verdict of this review")
            }
            _ => Ok(()),
        }
    }

    /// Refuses programs, and callers other than the one who gave the verdict.
    pub(super) fn may_change(&self, giver: &str) -> Result<(), ReviewFault> {
        self.may_judge()?;
        if self.acts_for(giver) {
            return Ok(());
        }
        self.refuse("only the person who gave a verdict changes or removes it")
    }

    /// Refuses callers other than the person who requested it.
    pub(super) fn may_withdraw(&self, members: &Map<String, Value>, owner: &str) -> Result<(), ReviewFault> {
        if self.acts_for(text(members, REQUESTED_BY).unwrap_or(owner)) {
            return Ok(());
        }
        self.refuse(
            "only the person who requested it changes or removes this request; its assignee gives the verdict, or \
             sets assignee to null",
        )
    }

    /// Refuses programs that assign a review to themselves: they could not answer.
    pub(super) fn may_be_asked(&self, was: Option<&str>, is: Option<&str>) -> Result<(), ReviewFault> {
        let me = Some(&*self.subject);
        if was != me && is == me { self.may_judge() } else { Ok(()) }
    }

    /// Refuses callers other than the person who requested it to choose its assignee, unless they are a person who takes
    /// what is assigned to nobody, or release what is assigned to them.
    pub(super) fn may_assign(
        &self,
        before: &Map<String, Value>,
        members: &Map<String, Value>,
        owner: &str,
    ) -> Result<(), ReviewFault> {
        let me = Some(&*self.subject);
        let (was, is) = (text(before, ASSIGNEE), text(members, ASSIGNEE));
        if was == is || (was.is_none() && is == me) || (was == me && is.is_none()) {
            return Ok(());
        }
        self.may_withdraw(before, owner)
    }

    /// Refuses callers other than the person who requested it, whose request it would no longer be.
    pub(super) fn may_move(&self, members: &Map<String, Value>) -> Result<(), ReviewFault> {
        match text(members, REQUESTED_BY) {
            Some(requester) if !self.acts_for(requester) => {
                self.refuse("only the person who requested it moves this review to another calculation")
            }
            _ => Ok(()),
        }
    }

    /// Refuses callers other than the person who requested it to change a request, beside its assignee as
    /// [`may_assign`](Self::may_assign) has it.
    pub(super) fn may_rewrite(
        &self,
        before: &Map<String, Value>,
        members: &Map<String, Value>,
        owner: &str,
    ) -> Result<(), ReviewFault> {
        if differ(before, members, &[STATE, REQUESTED_BY, ASSIGNEE]) {
            return self.may_withdraw(before, owner);
        }
        self.may_assign(before, members, owner)
    }
}
