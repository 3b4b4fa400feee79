//! Aggregates mean the same on both stores, to the last bit, and show nobody what they may not see.

use serde_json::json;

use crate::support::{Stack, on_both_stores};

on_both_stores!(groups_are_told_of_what_the_conditions_leave, a_bad_aggregate_is_refused_by_name);

async fn groups_are_told_of_what_the_conditions_leave(stack: Stack) {
    let caller = stack.scientist().await;
    let energies = [json!(0.1), json!(0.2), json!(0.3), json!("NaN"), json!(-1), json!(5)];
    for (at, (code, energy)) in
        ["vasp", "vasp", "vasp", "siesta", "psi4", "psi4"].into_iter().zip(energies).enumerate()
    {
        let body = json!({"name": "c", "code": {"name": code}, "status": if at < 5 { "finished" } else { "failed" },
            "results": {"energy": {"value": energy}}, "parameters": {"revocation": 100 * at}});
        caller.insert("calculations", &body).await;
    }
    let query = "group=code.name&stat=avg:results.energy.value&stat=count&stat=sum:parameters.revocation&status=finished";
    let answer = caller.get(&format!("/api/calculations/aggregate?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({"groups": [
            {"group": {"code.name": "psi4"}, "avg:results.energy.value": -1.0, "count": 1, "sum:parameters.revocation": 400},
            {"group": {"code.name": "siesta"}, "avg:results.energy.value": "NaN", "count": 1, "sum:parameters.revocation": 300},
            {"group": {"code.name": "vasp"}, "avg:results.energy.value": 0.2, "count": 3, "sum:parameters.revocation": 300},
        ], "total": 5})
    );
    let all = caller.get("/api/calculations/aggregate").await.json();
    assert_eq!(all, json!({"groups": [{"group": {}, "count": 6}], "total": 6}));
}

async fn a_bad_aggregate_is_refused_by_name(stack: Stack) {
    let caller = stack.scientist().await;
    for (query, faults) in [
        ("group=tags", vec!["group"]),
        ("stat=avg:status", vec!["stat"]),
        ("stat=avg", vec!["stat"]),
        ("stat=mean:results.energy.value", vec!["stat"]),
        ("group=cdoe.name&stauts=x&limit=5", vec!["group", "limit", "stauts"]),
    ] {
        let refused = caller.get(&format!("/api/calculations/aggregate?{query}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{query}");
        let mut found = refused.faults();
        found.sort();
        assert_eq!(found, faults, "{query}");
    }
    let missing = caller.get("/api/nothing/aggregate").await;
    assert_eq!(missing.code(), "not_found");
}
