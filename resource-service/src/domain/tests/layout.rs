use std::collections::BTreeMap;

use super::*;
use crate::domain::scalar::Scalar;

const RULES: LayoutRules = LayoutRules { replace: false, at_end: true, tails: true };

fn points(steps: std::ops::Range<i64>) -> Vec<Point> {
    steps.map(|step| Point { step, value: Scalar::Integer(step), time: None }).collect()
}

fn sent(steps: std::ops::Range<i64>) -> Vec<SentPoint> {
    points(steps).into_iter().enumerate().collect()
}

fn chunk(id: &str, lower: i64, open: bool, steps: std::ops::Range<i64>) -> Chunk {
    Chunk {
        id: id.into(),
        revision: 1,
        created_at: String::new(),
        updated_at: String::new(),
        owner: String::new(),
        metric: "m".into(),
        lower: Some(lower),
        open,
        count: Some(steps.end - steps.start),
        unit: None,
        points: points(steps),
    }
}

/// Chunks by their smallest step, as they are after each of the writes; no two may begin at the same step meanwhile.
fn written(chunks: &[Chunk], steps: Vec<ChunkWrite>) -> Vec<Chunk> {
    let mut held: BTreeMap<String, Chunk> =
        chunks.iter().map(|chunk| (chunk.id.clone(), chunk.clone())).collect();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            ChunkWrite::Insert { lower, open, points } => {
                let id = format!("new{}-{number}", held.len());
                let made = Chunk { lower: Some(lower), open, points, ..chunk(&id, 0, false, 0..0) };
                held.insert(id, made);
            }
            ChunkWrite::Replace { meta, lower, open, points } => {
                let old = held.get_mut(&meta.id).unwrap();
                *old = Chunk { lower: Some(lower), open, points, ..old.clone() };
            }
            ChunkWrite::Append { meta, mut points } => {
                held.get_mut(&meta.id).unwrap().points.append(&mut points);
            }
        }
        let mut lowers: Vec<_> = held.values().map(|chunk| chunk.lower).collect();
        lowers.sort_unstable();
        assert!(lowers.windows(2).all(|pair| pair[0] != pair[1]), "two chunks begin at the same step");
    }
    let mut chunks: Vec<Chunk> = held.into_values().collect();
    chunks.sort_by_key(|chunk| chunk.lower);
    for chunk in &mut chunks {
        chunk.count = i64::try_from(chunk.points.len()).ok();
    }
    chunks
}

/// What every series must be like.
fn check(chunks: &[Chunk]) -> Vec<i64> {
    for (at, chunk) in chunks.iter().enumerate() {
        let end = chunks.get(at + 1).and_then(|next| next.lower);
        assert!(chunk.points.is_sorted_by(|a, b| a.step < b.step));
        assert!(chunk.points.iter().all(|point| Some(point.step) >= chunk.lower));
        assert!(chunk.points.iter().all(|point| end.is_none_or(|end| point.step < end)));
        assert!(chunk.points.len() <= if chunk.open { TAIL } else { CHUNK } && !chunk.points.is_empty());
        assert!(!chunk.open || at + 1 == chunks.len(), "only the last chunk is open");
    }
    chunks.iter().flat_map(|chunk| chunk.points.iter().map(|point| point.step)).collect()
}

#[test]
fn a_series_that_grows_point_by_point_is_full_chunks_a_growing_one_and_a_short_tail() {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut rewritten = 0;
    for step in 0..2600 {
        let (steps, outcome) = arrange(chunks.clone(), &sent(step..step + 1), RULES);
        assert_eq!(outcome.accepted, 1);
        rewritten += steps
            .iter()
            .filter(|step| matches!(step, ChunkWrite::Replace { points, .. } if points.len() > TAIL))
            .count();
        chunks = written(&chunks, steps);
        assert_eq!(check(&chunks), (0..=step).collect::<Vec<_>>());
    }
    let sizes: Vec<usize> = chunks.iter().map(|chunk| chunk.points.len()).collect();
    assert_eq!((&sizes[..2], sizes.len(), rewritten), (&[1000, 1000][..], 4, 0), "{sizes:?}");
    assert!(chunks[3].open);
}

#[test]
fn batches_of_any_size_at_the_end_and_in_the_middle_leave_each_step_one_place() {
    let mut random = 7_i64;
    for (round, odds) in (0..60).zip([1, 3, 30, 400, 1500].into_iter().cycle()) {
        let mut chunks: Vec<Chunk> = Vec::new();
        let (mut expected, mut end) = (std::collections::BTreeSet::new(), round);
        for _ in 0..40 {
            random = (random * 1_103_515_245 + 12_345) % (1 << 31);
            let n = 1 + random % odds;
            let behind = random % 5 > 0;
            let first = if behind { end } else { end - random % 900 };
            let (steps, _) = arrange(chunks.clone(), &sent(first..first + n), RULES);
            chunks = written(&chunks, steps);
            expected.extend(first..first + n);
            end = end.max(first + n);
            assert_eq!(check(&chunks), expected.iter().copied().collect::<Vec<_>>());
        }
    }
}

#[test]
fn nothing_is_written_where_nothing_changes_and_a_chunk_whose_end_changes_is() {
    let full = || vec![chunk("a", i64::MIN, false, 0..1000)];
    let (steps, outcome) = arrange(full(), &sent(10..20), RULES);
    assert_eq!((steps, outcome.repeated), (Vec::new(), 10));
    let (steps, _) = arrange(full(), &sent(1000..1001), RULES);
    let touched = ChunkWrite::Append { meta: full()[0].meta(), points: Vec::new() };
    assert_eq!(steps, [touched, ChunkWrite::Insert { lower: 1000, open: true, points: points(1000..1001) }]);
    let (steps, _) = arrange(full(), &sent(1000..1001), LayoutRules { at_end: false, ..RULES });
    assert_eq!(steps[1], ChunkWrite::Insert { lower: 1000, open: false, points: points(1000..1001) });
}

#[test]
fn a_chunk_without_a_summary_gets_one_when_it_is_written() {
    let old = Chunk { count: None, ..chunk("a", i64::MIN, false, 0..500) };
    let (steps, _) = arrange(vec![old.clone()], &sent(500..600), RULES);
    let whole =
        ChunkWrite::Replace { meta: old.meta(), lower: i64::MIN, open: false, points: points(0..600) };
    assert_eq!(steps, [whole]);
    let (steps, _) = arrange(vec![old], &sent(500..501), LayoutRules { tails: false, ..RULES });
    assert!(matches!(&steps[..], [ChunkWrite::Replace { points, open: false, .. }] if points.len() == 501));
}
