//! Pages and the memory that there is for them.

use service_kit::budget::Budget;

use super::*;

fn page(documents: usize) -> Batch {
    Batch { documents: (0..documents).map(|at| format!("{at:01000}")).collect(), more: false }
}

#[tokio::test]
async fn a_page_is_as_long_as_there_is_memory_for_it() {
    const MIB: usize = 1024 * 1024;
    let budget = Budget::new(16 * MIB);
    let mut lease = budget.take("ada", COPIES * 10_000).await.unwrap();
    let mut whole = page(100);
    fit(&mut whole, &mut lease).await.unwrap();
    assert_eq!((whole.documents.len(), whole.more, lease.bytes()), (100, false, COPIES * 100_000));

    lease.shrink_to(COPIES * 10_000);
    let _others = budget.force("eve", 16 * MIB);
    let mut shortened = page(100);
    fit(&mut shortened, &mut lease).await.unwrap();
    assert_eq!((shortened.documents.len(), shortened.more), (10, true));
    assert_eq!(shortened.documents, page(10).documents);

    let mut lease = budget.lease("ada");
    let refused = fit(&mut page(100), &mut lease).await;
    assert_eq!(refused, Err(Exhausted::Busy), "a page of one document is not to be had either");
}
