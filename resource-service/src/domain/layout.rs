//! Puts points into the chunks of a series: what has to be written so that each step has one place. Pure.
//!
//! At the end of a series is an open chunk of at most [`TAIL`] points. When it is full its points move into the chunk
//! before it, and it starts empty behind them. Nothing else moves points to a chunk with smaller steps.

use super::{
    document::Meta,
    series::{AppendOutcome, CHUNK, Chunk, Point, SentPoint, TAIL, cut, merge},
};

/// How points may be laid out.
#[derive(Clone, Copy, Debug)]
pub struct LayoutRules {
    /// Whether a step that is there gets the value that is sent.
    pub replace: bool,
    /// Whether the last of the given chunks is the last one of its series.
    pub at_end: bool,
    /// Whether there may be an open chunk.
    pub tails: bool,
}

/// A write of one chunk.
#[derive(Clone, Debug, PartialEq)]
pub enum ChunkWrite {
    /// A new chunk.
    Insert {
        /// The smallest step that belongs into it.
        lower: i64,
        /// Whether it is open.
        open: bool,
        /// Its points.
        points: Vec<Point>,
    },
    /// All of a chunk is written.
    Replace {
        /// The chunk as it was read.
        meta: Meta,
        /// The smallest step that belongs into it.
        lower: i64,
        /// Whether it is open.
        open: bool,
        /// Its points.
        points: Vec<Point>,
    },
    /// Points are put behind those of a chunk; without any, where it ends has changed.
    Append {
        /// The chunk as it was read.
        meta: Meta,
        /// The points.
        points: Vec<Point>,
    },
}

/// What became of a chunk.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Nothing.
    Same,
    /// It has points behind the first so many.
    Grew(usize),
    /// Anything else.
    Rewritten,
}

/// A chunk that is there or is to be made.
struct Slot {
    /// The chunk as it was read, and whether its summary is kept; nothing where it is to be made.
    stored: Option<(Meta, bool)>,
    lower: i64,
    open: bool,
    points: Vec<Point>,
    state: State,
}

impl Slot {
    fn new(lower: i64, points: Vec<Point>) -> Self {
        Self { stored: None, lower, open: false, points, state: State::Grew(0) }
    }

    fn of(chunk: Chunk) -> Self {
        let stored = Some((chunk.meta(), chunk.count.is_some()));
        let lower = chunk.lower.unwrap_or(i64::MIN);
        Self { stored, lower, open: chunk.open, points: chunk.points, state: State::Same }
    }

    /// Puts points among those of the slot.
    fn take(&mut self, sent: &[SentPoint], replace: bool) -> AppendOutcome {
        let old = self.points.len();
        let behind = match (self.points.last(), sent.first()) {
            (Some(last), Some((_, first))) => first.step > last.step,
            _ => true,
        };
        let (points, outcome) = merge(std::mem::take(&mut self.points), sent.to_vec(), replace);
        self.points = points;
        if outcome.accepted + outcome.replaced > 0 {
            self.state = if behind { State::Grew(old) } else { State::Rewritten };
        }
        outcome
    }

    fn append(&mut self, points: &mut Vec<Point>) {
        if self.state == State::Same {
            self.state = State::Grew(self.points.len());
        }
        self.points.append(points);
    }

    fn step(self) -> Option<ChunkWrite> {
        let Self { stored, lower, open, mut points, state } = self;
        Some(match (stored, state) {
            (None, _) => ChunkWrite::Insert { lower, open, points },
            (Some(_), State::Same) => return None,
            (Some((meta, true)), State::Grew(from)) => {
                ChunkWrite::Append { meta, points: points.split_off(from) }
            }
            (Some((meta, _)), _) => ChunkWrite::Replace { meta, lower, open, points },
        })
    }
}

/// Puts `sent`, ordered by step, into `chunks`, which follow one another: what to write, in this order, and what
/// becomes of the points then.
pub fn arrange(
    chunks: Vec<Chunk>,
    sent: &[SentPoint],
    rules: LayoutRules,
) -> (Vec<ChunkWrite>, AppendOutcome) {
    let mut slots: Vec<Slot> = chunks.into_iter().map(Slot::of).collect();
    let mut outcome = AppendOutcome::default();
    let start_of = |lower: i64| sent.partition_point(|(_, point)| point.step < lower);
    let below = slots.first().map_or(sent.len(), |slot| start_of(slot.lower));
    for at in 0..slots.len() {
        let end = slots.get(at + 1).map_or(sent.len(), |next| start_of(next.lower));
        let theirs = &sent[start_of(slots[at].lower)..end];
        let done = slots[at].take(theirs, rules.replace);
        outcome.add(done);
    }
    if below > 0 {
        // Nothing holds the smallest steps: the series begins here.
        let mut first = Slot::new(i64::MIN, Vec::new());
        outcome.add(first.take(&sent[..below], rules.replace));
        slots.insert(0, first);
    }
    if rules.tails && rules.at_end {
        end_in_a_tail(&mut slots);
    }
    (steps(slots), outcome)
}

/// Sees to it that the last chunk is open where few points were put there, and no longer than it may be.
fn end_in_a_tail(slots: &mut Vec<Slot>) {
    let Some(mut last) = slots.pop() else { return };
    if last.state == State::Same {
        return slots.push(last);
    }
    let new = match last.state {
        State::Grew(from) => last.points.len() - from,
        State::Rewritten | State::Same => TAIL / 2,
    };
    if last.points.len() <= TAIL {
        if !last.open {
            last.open = true;
            last.state = State::Rewritten;
        }
        return slots.push(last);
    }
    if last.open {
        let keep = new.clamp(1, TAIL);
        let rest = last.points.split_off(last.points.len() - keep);
        let mut moved = std::mem::replace(&mut last.points, rest);
        match slots.last_mut() {
            Some(body) => body.append(&mut moved),
            None => slots.push(Slot::new(last.lower, moved)),
        }
        last.lower = last.points[0].step;
        last.state = State::Rewritten;
        return slots.push(last);
    }
    let State::Grew(from) = last.state else { return slots.push(last) };
    if (1..=TAIL).contains(&new) && from > 0 {
        let points = last.points.split_off(from);
        let tail = Slot { open: true, ..Slot::new(points[0].step, points) };
        slots.extend([last, tail]);
    } else {
        slots.push(last);
    }
}

/// The writes that make these slots: first those that give a step or the end of the series away, then those that take
/// it, since no two chunks may begin at the same step at any moment.
fn steps(slots: Vec<Slot>) -> Vec<ChunkWrite> {
    let mut pieces: Vec<Slot> = Vec::with_capacity(slots.len());
    for mut slot in slots {
        if slot.points.len() <= CHUNK {
            pieces.push(slot);
            continue;
        }
        let grew = slot.stored.is_none() || matches!(slot.state, State::Grew(_));
        let mut cut = cut(std::mem::take(&mut slot.points), grew).into_iter();
        slot.points = cut.next().unwrap_or_default();
        pieces.push(slot);
        pieces.extend(cut.map(|points| Slot::new(points[0].step, points)));
    }
    for at in 1..pieces.len() {
        // Where the chunk before a new one ends has changed.
        let new = pieces[at].stored.is_none();
        let before = &mut pieces[at - 1];
        if new && before.state == State::Same {
            before.state = State::Grew(before.points.len());
        }
    }
    let mut steps: Vec<ChunkWrite> = pieces.into_iter().filter_map(Slot::step).collect();
    steps.sort_by_key(|step| match step {
        ChunkWrite::Replace { .. } => 0,
        ChunkWrite::Append { .. } => 1,
        ChunkWrite::Insert { .. } => 2,
    });
    steps
}

#[cfg(test)]
#[path = "tests/layout.rs"]
mod tests;
