//! How much work it takes to validate a document against a schema, found out before it is done. A schema whose
//! references lead back to it can ask for exponential time or endless recursion; nothing here validates anything.

use std::{collections::HashMap, ptr::from_ref};

use serde_json::Value;
use shared_models::problem::FieldError;

use super::{
    fault::DefinitionFault,
    references::{Node, References},
};

/// The most schemas that may apply to one value, one through the other (`$ref`, `allOf`, `not` and their like).
const MAX_CHAIN: usize = 64;
/// The most schemas that may apply to one value in all.
const MAX_APPLIED: u64 = 10_000;
/// A schema that is not recursive and visits no more schemas than this for each value needs no look at the document.
const MODEST: u64 = 10_000;
/// The most visits of a schema to a value that one document may cost.
const MAX_VISITS: u64 = 1_000_000;
/// How deep visits may be nested.
const MAX_DEPTH: usize = 1_000;
/// How deep visits may be nested on the stack of any thread; deeper ones get a stack of [`LARGE_STACK`] bytes.
const SHALLOW: usize = 100;
const LARGE_STACK: usize = 32 * 1024 * 1024;

/// What a schema may cost.
pub struct Effort {
    nodes: Vec<Node>,
    /// How many schemas apply to one value that each node is given.
    applied: Vec<u64>,
    /// How many of them apply one through the other.
    chain: Vec<usize>,
    modest: bool,
}

/// Why a document is not validated.
enum Excess {
    Depth,
    Visits,
}

impl Effort {
    /// Looks at a schema that compiles, with pointers for references; refuses one that no document could be validated against.
    pub fn of(schema: &Value) -> Result<Self, DefinitionFault> {
        let refuse = |message: String| DefinitionFault::at("", message);
        let nodes = References::new(schema).nodes().map_err(refuse)?;
        let order = order(&nodes, |node| node.in_place.clone()).ok_or_else(|| {
            refuse("a schema refers to itself for the same value, so that validation would never end".into())
        })?;
        let (mut chain, mut applied) = (vec![1_usize; nodes.len()], vec![1_u64; nodes.len()]);
        for at in order {
            for next in &nodes[at].in_place {
                chain[at] = chain[at].max(chain[*next] + 1);
                applied[at] = applied[at].saturating_add(applied[*next]);
            }
        }
        let longest = chain.iter().copied().max().unwrap_or_default();
        if longest > MAX_CHAIN {
            let message = format!(
                "{longest} schemas apply to one value, each through another; at most {MAX_CHAIN} are allowed"
            );
            return Err(refuse(message));
        }
        if let Some(most) = applied.iter().copied().filter(|most| *most > MAX_APPLIED).max() {
            let message = format!("{most} schemas apply to one value; at most {MAX_APPLIED} are allowed");
            return Err(refuse(message));
        }
        let modest = self::order(&nodes, |node| node.edges().collect()).is_some_and(|order| {
            let mut visits = vec![1_u64; nodes.len()];
            for at in order {
                for next in nodes[at].edges() {
                    visits[at] = visits[at].saturating_add(visits[next]);
                }
            }
            visits.first().is_none_or(|visits| *visits <= MODEST)
        });
        Ok(Self { nodes, applied, chain, modest })
    }

    /// Runs `validate`, unless it would take too long or too deep a recursion for this document.
    pub fn spend<T: Send>(
        &self,
        document: &Value,
        validate: impl FnOnce() -> T + Send,
    ) -> Result<T, FieldError> {
        let depth = self.depth(document)?;
        if depth <= SHALLOW {
            return Ok(validate());
        }
        let done = std::thread::scope(|scope| {
            let large = std::thread::Builder::new().stack_size(LARGE_STACK);
            large.spawn_scoped(scope, validate).ok()?.join().ok()
        });
        done.ok_or_else(|| {
            refusal("no memory is left to check a document nested as deeply as this one".into())
        })
    }

    /// How deep visits to this document are nested, 0 where that cannot be much.
    fn depth(&self, document: &Value) -> Result<usize, FieldError> {
        if self.modest || self.nodes.is_empty() {
            return Ok(0);
        }
        let mut count = Count { effort: self, known: HashMap::new() };
        count.visits(0, document, 1).map(|cost| cost.depth).map_err(|excess| {
            let (most, what) = match excess {
                Excess::Depth => (MAX_DEPTH as u64, "schemas within each other"),
                Excess::Visits => (MAX_VISITS, "checks"),
            };
            refusal(format!(
                "the schema is recursive and needs more than {most} {what} for this document; nest it less deeply"
            ))
        })
    }
}

fn refusal(message: String) -> FieldError {
    FieldError::at("", "effort", message)
}

/// What a schema costs for a value.
#[derive(Clone, Copy)]
struct Cost {
    visits: u64,
    depth: usize,
}

/// The visits to the values of one document. What is known of a schema and a value is not counted again.
struct Count<'e> {
    effort: &'e Effort,
    known: HashMap<(usize, *const Value), Cost>,
}

impl Count<'_> {
    fn visits(&mut self, node: usize, value: &Value, depth: usize) -> Result<Cost, Excess> {
        let effort = self.effort;
        if !(value.is_object() || value.is_array()) {
            return Ok(Cost { visits: effort.applied[node], depth: effort.chain[node] });
        }
        let key = (node, from_ref(value));
        let cost = match self.known.get(&key) {
            Some(known) => *known,
            None if depth > MAX_DEPTH => return Err(Excess::Depth),
            None => self.sum(&effort.nodes[node], value, depth)?,
        };
        if depth + cost.depth > MAX_DEPTH + 1 {
            return Err(Excess::Depth);
        }
        self.known.insert(key, cost);
        Ok(cost)
    }

    fn sum(&mut self, schema: &Node, value: &Value, depth: usize) -> Result<Cost, Excess> {
        let mut sum = Cost { visits: 1, depth: 1 };
        let mut add = |next: usize, value: &Value| {
            let more = self.visits(next, value, depth + 1)?;
            sum.visits = sum.visits.saturating_add(more.visits);
            sum.depth = sum.depth.max(more.depth + 1);
            if sum.visits > MAX_VISITS { Err(Excess::Visits) } else { Ok(()) }
        };
        schema.in_place.iter().try_for_each(|next| add(*next, value))?;
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let schemas = schema.named.get(name).into_iter().chain(&schema.members);
                    schemas.into_iter().try_for_each(|next| add(*next, member))?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    schema.items.iter().try_for_each(|next| add(*next, item))?;
                }
            }
            _ => {}
        }
        Ok(sum)
    }
}

/// The nodes such that each comes behind those that it leads to; `None` where some lead back to themselves.
fn order(nodes: &[Node], edges: impl Fn(&Node) -> Vec<usize>) -> Option<Vec<usize>> {
    let (mut entered, mut order) = (vec![false; nodes.len()], Vec::with_capacity(nodes.len()));
    let mut left = vec![false; nodes.len()];
    for start in 0..nodes.len() {
        let mut path = vec![(start, None::<Vec<usize>>)];
        while let Some((at, rest)) = path.last_mut() {
            let at = *at;
            if rest.is_none() {
                if left[at] {
                    path.pop();
                    continue;
                }
                if std::mem::replace(&mut entered[at], true) {
                    return None;
                }
            }
            if let Some(next) = rest.get_or_insert_with(|| edges(&nodes[at])).pop() {
                path.push((next, None));
            } else {
                left[at] = true;
                order.push(at);
                path.pop();
            }
        }
    }
    Some(order)
}

#[cfg(test)]
#[path = "tests/effort.rs"]
mod tests;
