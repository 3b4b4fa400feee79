//! Holds up those who guess passwords, before a password is hashed, and nobody who is at home.
//!
//! An attempt is taken from the account's bucket before the password is looked at, and given back where it was right:
//! many guesses at once get no more than the free ones. A device that has logged in to the account before has a bucket
//! of its own, so that no attacker locks its owner out. An address is one of many people's: its failures are counted as
//! they come, and only once too many did is each attempt from it taken first.

use std::{net::IpAddr, time::Duration};

use service_kit::{address::client_network, random};

use super::{Auth, AuthError};
use crate::domain::{device::Pepper, email::Email, throttle::Limit};

/// What the settings allow.
#[derive(Clone, Copy, Debug)]
pub struct ThrottlePolicy {
    /// Of one account, or one device of it.
    pub account: Limit,
    /// Of one address. An office shares one.
    pub address: Limit,
}

/// An attempt that was taken, to be settled.
pub(super) struct Taken {
    account: String,
    address: Option<String>,
    /// Whether it was taken from the address too, or a failure is still to be counted there.
    of_address: bool,
    /// Whether the device was known.
    pub(super) known_device: bool,
}

/// What makes two ways of writing an address the same account.
pub(super) fn account(username: &str) -> String {
    Email::known(username).map_or_else(|| username.trim().to_lowercase(), |email| email.key().to_owned())
}

impl Auth {
    /// The secret by which accounts are known here without being named.
    pub(super) async fn pepper(&self) -> Result<&Pepper, AuthError> {
        let made = self.pepper.get_or_try_init(|| async {
            let fresh = random::bytes(self.env.random.as_ref());
            Ok::<_, AuthError>(Pepper::new(&self.store.secret("throttle", fresh).await?))
        });
        made.await
    }

    /// Takes an attempt on an account, or says how long it has to wait. The same for accounts that do not exist.
    pub(super) async fn take_attempt(
        &self,
        account: &str,
        mark: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Taken, AuthError> {
        let (pepper, policy, now) = (self.pepper().await?, self.policy.throttle, self.now());
        let device = mark.and_then(|mark| pepper.device(mark, account));
        if let Some(device) = device {
            let bucket = pepper.name("device", device);
            let wait = self.store.take_attempt(&bucket, policy.account, now).await?;
            return allowed(wait).map(|()| Taken {
                account: bucket,
                address: None,
                of_address: false,
                known_device: true,
            });
        }
        let account = pepper.name("account", account);
        let address = address.map(|address| pepper.name("address", &client_network(address).to_string()));
        let strict = self.address_has_failed_often(address.as_deref());
        let of_account = self.store.take_attempt(&account, policy.account, now);
        let (wait, strict) = tokio::try_join!(async { Ok(of_account.await?) }, strict)?;
        allowed(wait)?;
        if let Some(address) = address.as_deref().filter(|_| strict)
            && let Some(wait) = self.store.take_attempt(address, policy.address, now).await?
        {
            self.store.give_back_attempt(&account).await?;
            return Err(throttled(wait));
        }
        Ok(Taken { account, address, of_address: strict, known_device: false })
    }

    /// Whether the free failures of an address are used up, so that each attempt is taken before it is tried.
    async fn address_has_failed_often(&self, address: Option<&str>) -> Result<bool, AuthError> {
        let Some(address) = address else { return Ok(false) };
        let Limit { free, window } = self.policy.throttle.address;
        let known = self.store.attempts(address).await?;
        Ok(known.is_some_and(|known| known.failures >= free && self.now() - known.last < window))
    }

    /// Settles an attempt by what came of it: forgets the failures of an account whose password was right, counts
    /// one where it was wrong, and gives back what was not tried.
    pub(super) async fn settle(
        &self,
        taken: &Taken,
        matches: Result<bool, AuthError>,
    ) -> Result<(), AuthError> {
        let outcome = match matches {
            Ok(true) => {
                self.store.forget_attempts(&taken.account).await?;
                Ok(())
            }
            Ok(false) => Err(AuthError::InvalidCredentials),
            Err(error) => {
                self.store.give_back_attempt(&taken.account).await?;
                Err(error)
            }
        };
        let Some(address) = &taken.address else { return outcome };
        let failed = outcome == Err(AuthError::InvalidCredentials);
        if failed && !taken.of_address {
            self.store.take_attempt(address, self.policy.throttle.address, self.now()).await?;
        } else if !failed && taken.of_address {
            self.store.give_back_attempt(address).await?;
        }
        outcome
    }
}

fn allowed(wait: Option<Duration>) -> Result<(), AuthError> {
    wait.map_or(Ok(()), |wait| Err(throttled(wait)))
}

fn throttled(wait: Duration) -> AuthError {
    AuthError::Throttled { retry_after: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    async fn guess(world: &World, times: usize) -> Vec<AuthError> {
        let mut refusals = Vec::new();
        for _ in 0..times {
            let guess = world.try_login("ada@example.org", "a wrong long password", None).await;
            refusals.push(guess.unwrap_err());
        }
        refusals
    }

    #[tokio::test]
    async fn after_ten_failures_even_the_right_password_waits_and_then_logs_in() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
        assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
        let right = world.try_login("ada@example.org", World::PASSWORD, None).await;
        assert_eq!(right.unwrap_err(), AuthError::Throttled { retry_after: 1 });
        world.advance(1);
        assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
        assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_is_throttled_alike() {
        let world = World::new().await;
        assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
        assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
    }

    #[tokio::test]
    async fn an_attacker_does_not_lock_the_owners_device_out_and_that_device_has_its_own_limit() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let mark = world.login("ada@example.org").await.device.unwrap();
        guess(&world, 100).await;
        let again = world.login_from(&mark, "ada@example.org", World::PASSWORD).await.unwrap();
        assert_eq!(again.device, None);
        for _ in 0..10 {
            let wrong = world.login_from(&mark, "ada@example.org", "a wrong long password").await;
            assert_eq!(wrong.unwrap_err(), AuthError::InvalidCredentials);
        }
        let wrong = world.login_from(&mark, "ada@example.org", World::PASSWORD).await;
        assert!(matches!(wrong, Err(AuthError::Throttled { .. })));
        // On another account the mark is worth nothing.
        assert!(matches!(
            world.login_from(&mark, "ada@EXAMPLE.org", "x").await,
            Err(AuthError::Throttled { .. })
        ));
    }

    #[tokio::test]
    async fn too_many_failures_from_one_address_hold_up_whoever_comes_from_there_and_nobody_else() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let from = |name: String, password: &str, address: &str| {
            world.login_at(address.parse().unwrap(), name, password.to_owned())
        };
        for number in 0..100 {
            let guess = from(format!("nobody{number}@example.org"), "not this one", "192.0.2.1").await;
            assert_eq!(guess.unwrap_err(), AuthError::InvalidCredentials);
        }
        let right = from("ada@example.org".into(), World::PASSWORD, "192.0.2.1").await;
        assert_eq!(right.unwrap_err(), AuthError::Throttled { retry_after: 1 });
        assert!(from("ada@example.org".into(), World::PASSWORD, "192.0.2.2").await.is_ok());
        // What was right costs the address nothing: the next one waits no longer.
        for _ in 0..3 {
            world.advance(1);
            assert!(from("ada@example.org".into(), World::PASSWORD, "192.0.2.1").await.is_ok());
        }
    }
}
