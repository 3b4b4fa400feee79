//! The port for calculations that ended. Each is noted in the step that ends it, until auth-service has been notified and
//! has ended its job grants: a crash loses no notice.

use async_trait::async_trait;

use super::StoreError;

/// What a revision is for the job grants of a calculation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Course {
    /// They stay as they are.
    #[default]
    Unchanged,
    /// It ends the calculation, and so its grants.
    Ends,
    /// The calculation that had ended continues: grants that are made from now on stay.
    Resumes,
}

/// A calculation that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its id.
    pub id: String,
    /// The revision that ended it.
    pub revision: i64,
}

/// A store that notes which calculations ended.
#[async_trait]
pub trait Ends: Send + Sync {
    /// Calculations that ended and of which auth-service was not notified, the first ones first, at most `limit`.
    async fn ended(&self, limit: u32) -> Result<Vec<Ended>, StoreError>;

    /// auth-service has been notified of this end. A later one of the same calculation stays noted.
    async fn notified(&self, ended: &Ended) -> Result<(), StoreError>;
}
