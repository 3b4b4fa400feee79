//! What every store must do with clients.

use shared_models::{clients::GrantType, revocations::RevocationKind};

use super::*;
use crate::{
    domain::{client::Client, roles::StoredScopes},
    store::{ClientFilter, UserOutcome, UserWrite},
};

fn client(owner: Option<&str>) -> (Client, String) {
    let none = Client {
        id: id::new(now(), &OsRandom),
        name: "loader".into(),
        owner: owner.map(str::to_owned),
        project: None,
        keys_version: owner.map_or(0, |_| 3),
        scopes: StoredScopes::read("calculations:read"),
        grants: vec![GrantType::ClientCredentials, GrantType::RefreshToken],
        other_grants: vec!["of_a_later_version".into()],
        secrets: Vec::new(),
        disabled: false,
        not_before: 0,
        expires_at: owner.map(|_| now() + Duration::from_secs(60)),
        created_at: now(),
        last_used_at: None,
        version: 0,
    };
    none.with_secret(now(), now(), &OsRandom)
}

async fn add(store: &dyn Store, client: &Client) {
    store.insert_client(client, &entry(Action::ClientCreated, &client.id)).await.expect("ok");
}

/// A service that is not stored.
pub(crate) fn service() -> Client {
    client(None).0
}

/// Adds a service.
pub(crate) async fn add_one(store: &dyn Store) -> Client {
    let (client, _) = client(None);
    add(store, &client).await;
    client
}

pub(crate) async fn a_client_is_read_back_as_written(store: &dyn Store) {
    let (service, secret) = client(None);
    let (service, _) = service.with_secret(now(), now() + Duration::from_secs(60), &OsRandom);
    let (key, _) = client(Some("ada"));
    for client in [&service, &key] {
        let created = entry(Action::ClientCreated, &client.id);
        store.insert_client(client, &created).await.expect("ok");
        assert_eq!(recorded(store, &client.id).await, [created]);
        assert_eq!(store.client(&client.id).await.as_ref(), Ok(&Some(client.clone())));
    }
    assert!(store.client(&service.id).await.expect("ok").expect("ok").is_proven_by(&secret, now()));
    let all = ClientFilter { limit: 10, ..ClientFilter::default() };
    assert_eq!(store.list_clients(&all).await, Ok(vec![service.clone()]));
    let keys = ClientFilter { owner: Some("ada".into()), ..all.clone() };
    assert_eq!(store.list_clients(&keys).await, Ok(vec![key]));
    let after = ClientFilter { after: Some(service.id), ..all.clone() };
    assert_eq!(store.list_clients(&after).await, Ok(Vec::new()));
    let named = ClientFilter { name: Some("nobody".into()), ..all };
    assert_eq!(store.list_clients(&named).await, Ok(Vec::new()));
}

pub(crate) async fn a_client_changes_from_the_version_that_was_read(store: &dyn Store) {
    let (client, _) = client(None);
    add(store, &client).await;
    let next = Client { disabled: true, not_before: 7, version: client.version + 1, ..client.clone() };
    let begun = now().unix_timestamp();
    let changed = entry(Action::ClientChanged, &client.id);
    let again = entry(Action::ClientChanged, &client.id);
    assert_eq!(store.replace_client(&next, Some(&clock()), &changed).await, Ok(true));
    assert_eq!(store.replace_client(&next, None, &again).await, Ok(false));
    let recorded = recorded(store, &client.id).await;
    // Two entries of one millisecond have no order.
    assert_eq!((recorded.len(), recorded.contains(&changed)), (2, true));
    let found = store.client(&client.id).await.expect("ok").expect("ok");
    assert!(found.not_before > begun);
    let revoked = store.revocations_of(RevocationKind::Key, &client.id).await.expect("ok");
    assert_eq!(revoked.iter().map(|entry| entry.not_before).collect::<Vec<_>>(), [found.not_before]);
    assert_eq!(found, Client { not_before: found.not_before, ..next });
}

pub(crate) async fn a_removed_client_is_cut_off(store: &dyn Store) {
    let ((service, _), (key, _)) = (client(None), client(Some("ada")));
    add(store, &service).await;
    add(store, &key).await;
    let removal = entry(Action::ClientRemoved, &key.id);
    assert_eq!(store.remove_client(&key.id, None, &clock(), &removal).await, Ok(false));
    assert_eq!(store.remove_client(&key.id, Some("eve"), &clock(), &removal).await, Ok(false));
    assert_eq!(store.remove_client(&service.id, Some("ada"), &clock(), &removal).await, Ok(false));
    assert_eq!(recorded(store, &key.id).await.len(), 1);
    assert_eq!(store.remove_client(&key.id, Some("ada"), &clock(), &removal).await, Ok(true));
    assert!(recorded(store, &key.id).await.contains(&removal));
    let removal = entry(Action::ClientRemoved, &service.id);
    assert_eq!(store.remove_client(&service.id, None, &clock(), &removal).await, Ok(true));
    for client in [key, service] {
        assert_eq!(store.client(&client.id).await, Ok(None));
        assert_eq!(store.revocations_of(RevocationKind::Key, &client.id).await.expect("ok").len(), 1);
    }
}

/// `odd` is a service with scopes as a later version stored them. It is listed, changed and removed as any other.
pub(crate) async fn a_client_of_a_later_version_is_used_as_far_as_it_can_be_read(
    store: &dyn Store,
    odd: &Client,
) {
    assert!(!odd.scopes.unreadable.is_empty());
    let other = add_one(store).await;
    let all = ClientFilter { limit: 10, ..ClientFilter::default() };
    let listed = store.list_clients(&all).await.expect("ok");
    assert!(listed.len() == 2 && listed.contains(odd) && listed.contains(&other), "{listed:?}");
    assert_eq!(store.client(&odd.id).await, Ok(Some(odd.clone())));
    let disabled = Client { disabled: true, version: odd.version + 1, ..odd.clone() };
    let scopes = StoredScopes::read("c:read");
    let changed = Client { scopes, version: disabled.version + 1, ..disabled.clone() };
    for next in [&disabled, &changed] {
        let entry = entry(Action::ClientChanged, &next.id);
        assert_eq!(store.replace_client(next, None, &entry).await, Ok(true));
        assert_eq!(store.client(&odd.id).await, Ok(Some(next.clone())));
    }
    let removal = entry(Action::ClientRemoved, &odd.id);
    assert_eq!(store.remove_client(&odd.id, None, &clock(), &removal).await, Ok(true));
}

async fn granted(store: &dyn Store, actor: &str, through: Option<&str>) -> String {
    granted_by(store, "ada", actor, through).await
}

async fn granted_by(store: &dyn Store, user: &str, actor: &str, through: Option<&str>) -> String {
    let (actor, through) = (actor.to_owned(), through.map(str::to_owned));
    let delegation = Delegation { calculation: "c".into(), actor, through };
    let grant = Session { delegation: Some(delegation), ..opened(user, now()).0 };
    add_session(store, &grant).await;
    grant.id
}

pub(crate) async fn a_job_grant_ends_with_the_client_it_was_made_through_and_with_the_one_that_acts(
    store: &dyn Store,
) {
    let ((key, _), (service, _)) = (client(Some("ada")), client(None));
    let mut grants = Vec::new();
    for client in [&key, &service] {
        add(store, client).await;
        grants.push(granted(store, "job", Some(&client.id)).await);
        grants.push(granted(store, &client.id, None).await);
        grants.push(granted(store, &client.id, Some(&client.id)).await);
    }
    let other = granted(store, "job", Some("another")).await;
    let removal = entry(Action::ClientRemoved, &key.id);
    store.remove_client(&key.id, Some("ada"), &clock(), &removal).await.expect("ok");
    let next = Client { disabled: true, version: service.version + 1, ..service };
    store.replace_client(&next, Some(&clock()), &entry(Action::ClientChanged, &next.id)).await.expect("ok");
    for grant in grants {
        let ended = store.session(&grant).await.expect("ok").expect("ok").ended;
        assert_eq!(ended, Some(EndReason::ClientRevoked));
        assert_eq!(store.revocations_of(RevocationKind::Session, &grant).await.expect("ok").len(), 1);
    }
    assert_eq!(store.session(&other).await.expect("ok").expect("ok").ended, None);
}

/// Ends what a user's keys act in: `act` suspends or removes these keys.
async fn the_grants_of_others_end_with<F: Future<Output = Result<UserOutcome, StoreError>>>(
    store: &dyn Store,
    owner: &User,
    act: impl FnOnce() -> F,
) {
    store.insert_user(owner, &[], &some_entry()).await.expect("ok");
    let keys = [client(Some(&owner.id)).0, client(Some(&owner.id)).0, client(Some("another")).0];
    let (mut grants, mut own) = (Vec::new(), Vec::new());
    for key in &keys {
        add(store, key).await;
        grants.push(granted(store, &key.id, None).await);
        own.push(granted_by(store, &owner.id, &key.id, Some(&key.id)).await);
    }
    assert_eq!(act().await, Ok(UserOutcome::Done));
    let of_another = grants.pop().expect("a grant");
    assert_eq!(store.session(&of_another).await.expect("ok").expect("ok").ended, None);
    for grant in grants {
        let ended = store.session(&grant).await.expect("ok").expect("ok").ended;
        assert_eq!(ended, Some(EndReason::ClientRevoked));
        assert_eq!(store.revocations_of(RevocationKind::Session, &grant).await.expect("ok").len(), 1);
    }
    // The revocation of the user refuses the tokens of their own grants, however many there are.
    for grant in own {
        assert_eq!(store.session(&grant).await.expect("ok").expect("ok").ended, None);
        assert_eq!(store.revocations_of(RevocationKind::Session, &grant).await, Ok(Vec::new()));
    }
    let pending = store.pending_endings(now() + Duration::from_secs(60), 10).await.expect("ok");
    assert_eq!(pending.len(), 1, "the user's own sessions are ended later");
}

pub(crate) async fn where_a_user_is_disabled_the_grants_of_others_in_which_their_keys_act_end(
    store: &dyn Store,
) {
    let before = user("ada@example.org");
    let write = UserWrite {
        next: User { disabled: true, token_version: 1, keys_version: 1, ..before.clone() },
        before: before.clone(),
        given: Vec::new(),
        end_sessions: Some(EndReason::EndedByAdmin),
        revokes_tokens: true,
        projects: Change::default(),
    };
    let (clock, entry) = (clock(), some_entry());
    the_grants_of_others_end_with(store, &before, || store.write_user(&write, &clock, &entry)).await;
}

pub(crate) async fn where_a_user_is_removed_the_grants_of_others_in_which_their_keys_act_end(
    store: &dyn Store,
) {
    let user = user("ada@example.org");
    let (clock, entry) = (clock(), some_entry());
    let nothing = Change::default();
    the_grants_of_others_end_with(store, &user, || store.delete_user(&user.id, &nothing, &clock, &entry))
        .await;
}

pub(crate) async fn the_keys_of_a_user_go_with_them(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (key, _) = client(Some(&user.id));
    add(store, &key).await;
    store.delete_user(&user.id, &Change::default(), &clock(), &some_entry()).await.expect("ok");
    assert_eq!(store.client(&key.id).await, Ok(None));
}

pub(crate) async fn the_last_use_is_noted_now_and_then(store: &dyn Store) {
    let (client, _) = client(None);
    add(store, &client).await;
    for (at, noted) in [(100, 100), (50, 100), (30, 30)] {
        store.touch_client(&client.id, ago(at), ago(at + 60)).await.expect("ok");
        let found = store.client(&client.id).await.expect("ok").expect("ok").last_used_at.expect("ok");
        assert!((found - ago(noted)).abs() < Duration::from_secs(5), "{found}");
    }
}

pub(crate) async fn of_two_services_of_one_name_made_at_once_one_is_made(store: &dyn Store) {
    // The key of a user may have any name.
    let made = entry(Action::ClientCreated, "loader");
    store.insert_client(&client(Some("ada")).0, &made).await.expect("ok");
    let services: Vec<Client> = (0..8).map(|_| client(None).0).collect();
    let made = services.iter().map(|service| async {
        store.insert_named_service(service, &entry(Action::ClientCreated, "loader")).await
    });
    let made = futures_util::future::join_all(made).await;
    assert_eq!(made.iter().filter(|made| **made == Ok(true)).count(), 1, "{made:?}");
    assert_eq!(made.iter().filter(|made| **made == Ok(false)).count(), 7, "{made:?}");
    let all = ClientFilter { limit: 10, ..ClientFilter::default() };
    assert_eq!(store.list_clients(&all).await.expect("ok").len(), 1);
    assert_eq!(recorded(store, "loader").await.len(), 2);
}
