//! Sessions in large numbers, written past the services.

use std::path::Path;

use mongodb::bson::{Document, doc};

use super::{Stack, store::client};

/// Copies the sessions of a user until there are `count` more.
pub async fn copy_sessions(stack: &mut Stack, user: &str, count: u32) {
    if let Some((url, names)) = &stack.databases {
        let sessions = client(url).await.database(&names[0]).collection::<Document>("sessions");
        let copies = [
            doc! { "$match": { "user_id": user } },
            doc! { "$set": { "copy": { "$range": [1, count + 1] } } },
            doc! { "$unwind": "$copy" },
            doc! { "$set": { "_id": { "$concat": ["$_id", "-", { "$toString": "$copy" }] } } },
            doc! { "$unset": "copy" },
            doc! { "$merge": { "into": "sessions" } },
        ];
        sessions.aggregate(copies).await.expect("copies");
        let held = sessions.count_documents(doc! { "user_id": user }).await.expect("a count");
        assert_eq!(held, u64::from(count) + 1, "the user has one session");
        return;
    }
    // One process at a time has the file.
    stack.auth[0].terminate();
    stack.auth[0].end().await;
    copy_rows(&stack.directory.path().join("auth.db"), user, count);
    stack.auth[0] = stack.another("auth-service").await;
}

fn copy_rows(file: &Path, user: &str, count: u32) {
    let connection = rusqlite::Connection::open(file).expect("the file of auth-service");
    let mut columns = connection.prepare("SELECT name FROM pragma_table_info('sessions')").expect("a query");
    let columns = columns.query_map([], |row| row.get::<_, String>(0)).expect("columns");
    let columns: Vec<String> = columns.collect::<Result<_, _>>().expect("names");
    let values = columns.join(", ").replacen("id", "id || '-' || n", 1);
    let copied = connection.execute(
        &format!(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ?2) \
             INSERT INTO sessions SELECT {values} FROM sessions, numbers WHERE user_id = ?1"
        ),
        (user, count),
    );
    assert_eq!(copied.expect("copies"), count as usize);
}
