use super::*;

const MIB: usize = 1024 * 1024;

async fn refused(taking: impl Future<Output = Result<Lease, Exhausted>>) -> Option<Exhausted> {
    taking.await.err()
}

#[tokio::test(start_paused = true)]
async fn bytes_come_back_when_a_lease_is_dropped() {
    let budget = Budget::new(16 * MIB);
    let mut lease = budget.take("ada", 4 * MIB).await.unwrap();
    lease.grow(2 * MIB).await.unwrap();
    assert_eq!((budget.taken(), lease.bytes()), (6 * MIB, 6 * MIB));
    lease.shrink_to(MIB);
    assert_eq!(budget.taken(), MIB);
    assert!(lease.try_resize(2 * MIB) && !lease.try_resize(13 * MIB));
    assert_eq!(lease.bytes(), 2 * MIB);
    drop(lease);
    assert_eq!((budget.taken(), budget.state().held.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn no_caller_takes_everything_and_others_find_room_beside_one_who_tries() {
    let budget = Budget::new(16 * MIB);
    let _mine: Vec<Lease> = {
        let mut mine = Vec::new();
        while let Some(lease) = budget.try_take("mallory", MIB) {
            mine.push(lease);
        }
        mine
    };
    assert_eq!(budget.taken(), 12 * MIB);
    assert_eq!(refused(budget.take("mallory", 1)).await, Some(Exhausted::Busy));
    assert!(budget.take("ada", 2 * MIB).await.is_ok());
    let limit = 12 * MIB;
    let too_much = Exhausted::TooMuch { needed: limit + 1, limit };
    assert_eq!(refused(budget.take("ada", limit + 1)).await, Some(too_much));
}

#[tokio::test(start_paused = true)]
async fn the_last_eighth_is_for_what_is_small() {
    let budget = Budget::new(16 * MIB);
    let _large = (budget.take("a", 7 * MIB).await.unwrap(), budget.take("b", 7 * MIB).await.unwrap());
    assert_eq!(refused(budget.take("c", MIB + 1)).await, Some(Exhausted::Busy));
    assert!(budget.take("c", MIB).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_served_when_there_is_room_and_the_lightest_first() {
    let budget = Budget::new(16 * MIB);
    let first = budget.take("a", 12 * MIB).await.unwrap();
    let taking = |caller: &'static str, bytes| {
        let budget = budget.clone();
        tokio::spawn(async move { budget.take(caller, bytes).await })
    };
    let (heavy, light) = (taking("b", 12 * MIB), taking("c", 8 * MIB));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    drop(first);
    let light = light.await.unwrap();
    assert!(light.is_ok(), "the one who would hold less");
    assert_eq!(heavy.await.unwrap().err(), Some(Exhausted::Busy), "the other after its patience");
    drop(light);
    assert_eq!(budget.taken(), 0, "nothing is granted to who has left");
}

#[tokio::test(start_paused = true)]
async fn what_is_in_use_already_counts_although_there_is_no_room() {
    let budget = Budget::new(16 * MIB);
    let lease = budget.force("a", 20 * MIB);
    assert_eq!(refused(budget.take("b", 1)).await, Some(Exhausted::Busy));
    drop(lease);
    assert!(budget.take("b", 1).await.is_ok());
}
