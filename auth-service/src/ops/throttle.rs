//! Throttles guesses at passwords before anything is hashed, and sign-ups, without locking out known devices.
//!
//! An attempt is taken from the account's bucket before the password is checked, and is pending until it is settled. A
//! correct password clears the bucket, so concurrent guesses get no more than the free failures. A device that has
//! logged in to the account before has a bucket of its own, so that no attacker locks its owner out. An address is one
//! of many people's: its failures, those of known devices among them, are counted as they come, and once there are too
//! many each attempt from it is taken first.

use std::{net::IpAddr, sync::Arc, time::Duration};

use moka::sync::Cache;
use service_kit::{address::client_network, random};

use super::{Auth, AuthError, Origin, pending_attempts::PendingAttempt};
use crate::{
    domain::{
        device::{Owner, Pepper},
        email::Email,
        throttle::Limit,
        user::User,
    },
    metrics,
    store::Store,
};

/// How long an address that was far from its limit is assumed to be so.
const A_MOMENT: Duration = Duration::from_millis(250);
/// How many of them are remembered.
const ADDRESSES: u64 = 10_000;

/// What the settings allow.
#[derive(Clone, Copy, Debug)]
pub struct ThrottlePolicy {
    /// Failures of one account, or one device of it.
    pub account: Limit,
    /// Failures of one address. Many users may share one.
    pub address: Limit,
    /// Sign-ups of one address, refused ones too.
    pub sign_ups: Limit,
    /// Token exchanges of one user or service.
    pub exchanges: Limit,
}

/// An attempt that was taken, to be settled. One that is dropped instead counts as a failure.
pub(super) struct Taken {
    store: Arc<dyn Store>,
    settled: bool,
    bucket: String,
    address: Option<String>,
    /// Whether it was taken from the address too, or a failure is still to be counted there.
    of_address: bool,
    _pending: PendingAttempt,
}

/// Addresses that were far from their limit a moment ago.
pub(super) fn quiet_addresses() -> Cache<String, ()> {
    Cache::builder().max_capacity(ADDRESSES).time_to_live(A_MOMENT).build()
}

impl Drop for Taken {
    /// The caller has left: the attempt counts as failed and is no longer pending.
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let (store, bucket) = (Arc::clone(&self.store), std::mem::take(&mut self.bucket));
        // If this write fails, the attempt stops being pending after a while.
        tokio::spawn(async move { store.fail_attempt(&bucket).await });
    }
}

/// The name by which two spellings of an address are the same account.
pub(super) fn account(username: &str) -> String {
    Email::known(username).map_or_else(|| username.trim().to_lowercase(), |email| email.key().to_owned())
}

impl Auth {
    /// The secret by which accounts are known here without being named.
    async fn pepper(&self) -> Result<Arc<Pepper>, AuthError> {
        let made = self.pepper.get(|| async {
            let fresh = random::bytes(self.env.random.as_ref());
            Ok(Arc::new(Pepper::new(&self.store.secret("throttle", fresh).await?)))
        });
        made.await
    }

    /// The bucket of callers who know the account's name and have no mark of a device.
    pub(super) async fn account_bucket(&self, account: &str) -> Result<String, AuthError> {
        Ok(self.pepper().await?.name("account", account))
    }

    /// The bucket of a user who proves their password at their own session. No login reaches it, whatever it names.
    pub(super) async fn own_password_bucket(&self, user_id: &str) -> Result<String, AuthError> {
        Ok(self.pepper().await?.name("own-password", user_id))
    }

    /// The bucket of a device that has logged in to the account before, if the mark says so and is still good.
    pub(super) async fn device_bucket(&self, user: &User, mark: &str) -> Result<Option<String>, AuthError> {
        let pepper = self.pepper().await?;
        let device = pepper.device(mark, owner(user), self.now());
        Ok(device.map(|device| pepper.device_bucket(&user.id, device)))
    }

    /// A mark for the device at which a user has just chosen another password: all from before are worth nothing now.
    pub async fn device_mark_of(&self, user_id: &str) -> Result<String, AuthError> {
        let user = self.known_user(user_id).await?;
        self.device_mark(&user).await
    }

    /// A mark for the device that the user is at.
    pub(super) async fn device_mark(&self, user: &User) -> Result<String, AuthError> {
        Ok(self.pepper().await?.mark(owner(user), self.now(), self.env.random.as_ref()))
    }

    /// Takes an attempt from a bucket, or returns how long it must wait. The same for accounts that do not exist.
    pub(super) async fn take_attempt(
        &self,
        bucket: String,
        address: Option<IpAddr>,
    ) -> Result<Taken, AuthError> {
        // An attempt is judged by when it arrived, however long it waits for others to be settled.
        let (pepper, policy, now) = (self.pepper().await?, self.policy.throttle, self.now());
        let address = address.map(|address| pepper.name("address", &client_network(address).to_string()));
        let strict = self.address_has_failed_often(address.as_deref());
        let take = || self.store.take_attempt(&bucket, policy.account, now);
        let of_account = self.pending_attempts.take(&bucket, now, take);
        let (of_account, strict) = tokio::join!(of_account, strict);
        let pending = of_account?.map_err(|wait| throttled("account", wait))?;
        let of_address = async {
            let strict = strict?;
            if let Some(address) = address.as_deref().filter(|_| strict)
                && let Some(wait) = self.store.take_attempt(address, policy.address, now).await?.wait()
            {
                return Err(throttled("address", wait));
            }
            Ok(strict)
        };
        let of_address = match of_address.await {
            Ok(of_address) => of_address,
            Err(error) => {
                self.store.give_back_attempt(&bucket).await?;
                return Err(error);
            }
        };
        let store = Arc::clone(&self.store);
        Ok(Taken { store, settled: false, bucket, address, of_address, _pending: pending })
    }

    /// Whether the free failures of an address are used up, so that each attempt is taken before it is tried. Many
    /// people share one, so where it is far from that the store is asked a few times a second and not for each of them.
    async fn address_has_failed_often(&self, address: Option<&str>) -> Result<bool, AuthError> {
        let Some(address) = address.filter(|address| !self.quiet_addresses.contains_key(*address)) else {
            return Ok(false);
        };
        let Limit { free, window, .. } = self.policy.throttle.address;
        let known = self.store.attempts(address).await?;
        let known = known.filter(|known| self.now() - known.last < window);
        let failures = known.map_or(0, |known| known.failures);
        if failures < free / 2 {
            self.quiet_addresses.insert(address.to_owned(), ());
        }
        Ok(failures >= free)
    }

    /// Settles an attempt: clears the bucket if the password was correct, counts a failure if it was wrong, and gives
    /// the attempt back if the password was not checked.
    pub(super) async fn settle(
        &self,
        mut taken: Taken,
        matches: Result<bool, AuthError>,
    ) -> Result<(), AuthError> {
        let failed = matches == Ok(false);
        let of_account = async {
            match matches {
                Ok(true) => self.store.forget_attempts(&taken.bucket).await,
                Ok(false) => self.store.fail_attempt(&taken.bucket).await,
                Err(_) => self.store.give_back_attempt(&taken.bucket).await,
            }
        };
        let of_address = async {
            match taken.address.as_deref() {
                Some(address) if failed && !taken.of_address => {
                    self.quiet_addresses.invalidate(address);
                    let limit = self.policy.throttle.address;
                    self.store.take_attempt(address, limit, self.now()).await.map(|_| ())
                }
                Some(address) if !failed && taken.of_address => self.store.give_back_attempt(address).await,
                _ => Ok(()),
            }
        };
        let (of_account, of_address) = tokio::join!(of_account, of_address);
        of_account?;
        taken.settled = true;
        of_address?;
        if matches? { Ok(()) } else { Err(AuthError::InvalidCredentials) }
    }

    /// Counts a token exchange of a user or service, or says how long it has to wait.
    pub(super) async fn throttle_exchange(&self, subject: &str) -> Result<(), AuthError> {
        let bucket = self.pepper().await?.name("exchanges", subject);
        let wait = self.store.take_attempt(&bucket, self.policy.throttle.exchanges, self.now()).await?.wait();
        wait.map_or(Ok(()), |wait| Err(throttled("exchanges", wait)))
    }

    /// Counts a sign-up of a stranger, whatever comes of it, or says how long they have to wait: nobody asks for ever
    /// which addresses have an account, nor makes the service hash for them.
    pub(super) async fn throttle_sign_up(&self, origin: &Origin) -> Result<(), AuthError> {
        let network = origin.address.map(|address| client_network(address).to_string()).unwrap_or_default();
        let bucket = self.pepper().await?.name("sign-ups", &network);
        let wait = self.store.take_attempt(&bucket, self.policy.throttle.sign_ups, self.now()).await?.wait();
        wait.map_or(Ok(()), |wait| Err(throttled("sign_ups", wait)))
    }
}

fn owner(user: &User) -> Owner<'_> {
    Owner { user_id: &user.id, token_version: user.token_version }
}

/// The refusal of an attempt, counted under what had too many of them.
fn throttled(kind: &str, wait: Duration) -> AuthError {
    metrics::THROTTLED.with([kind]).increment(1);
    AuthError::Throttled { retry_after: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
}

#[cfg(test)]
#[path = "tests/throttle.rs"]
mod tests;
