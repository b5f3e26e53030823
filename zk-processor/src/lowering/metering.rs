//! Instrumentation points of finite-wasm and their merging.
//!
//! Mirrors `finite-wasm` 0.6.1, `src/gas/{mod,optimize}.rs`: each operator yields points (kind, cost, offset), points at one
//! offset are merged, then points across operators. The result decides what an out-of-gas burns, so the structure must be the
//! same; costs are counted in operators. Differs in: offsets are operator numbers, and each point also knows the row at which it
//! is to be charged.

use alloc::vec::Vec;

/// Kind of a point (finite-wasm's `InstrumentationKind`; its eight bulk kinds behave alike and are one here).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PointKind {
    Pure,
    Unreachable,
    PreControlFlow,
    PostControlFlow,
    BetweenControlFlow,
    Bulk,
}

/// A point of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Number of the operator.
    offset: u32,
    /// The first row at or after which it is charged, in the function's buffer.
    pub(super) row: u32,
    /// How many raw points precede it: decides on which side of a label it lies.
    pub(super) order: u32,
    /// Operators.
    pub(super) cost: u32,
    pub(super) kind: PointKind,
    /// The slot whose value is added to the cost.
    pub(super) linear: Option<u16>,
    /// In code that is never reached, whatever the kind says: a branch that is never reached can give its `loop` another kind.
    dead: bool,
}

/// How a frame behaves when it is branched to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    UntakenForward,
    Forward,
    /// Raw points before and after the `loop` operator.
    Loop(u32, u32),
}

/// The points of the function at hand, in order.
#[derive(Debug, Default)]
pub(super) struct Points {
    raw: Vec<Point>,
    /// A point that belongs to the next operator's offset.
    scheduled: Option<(PointKind, u32, bool)>,
    offset: u32,
    enabled: bool,
}

impl Points {
    pub(super) fn reset(&mut self, enabled: bool) {
        self.raw.clear();
        self.scheduled = None;
        self.offset = 0;
        self.enabled = enabled;
    }

    /// Number of raw points so far.
    pub(super) fn count(&self) -> u32 {
        self.raw.len() as u32
    }

    /// The next operator begins at this row.
    pub(super) fn begin_operator(&mut self, row: u32) {
        self.offset += 1;
        if let Some((kind, cost, dead)) = self.scheduled.take() {
            self.push(kind, cost, row, None, dead);
        }
    }

    fn push(&mut self, kind: PointKind, cost: u32, row: u32, linear: Option<u16>, dead: bool) {
        let order = self.count();
        self.raw.push(Point {
            offset: self.offset,
            row,
            order,
            cost,
            kind,
            linear,
            dead,
        });
    }

    /// A point before the operator; `dead` makes it unreachable.
    pub(super) fn before(&mut self, kind: PointKind, cost: u32, row: u32, dead: bool) {
        if self.enabled {
            self.push(if dead { PointKind::Unreachable } else { kind }, cost, row, None, dead);
        }
    }

    /// A point after the operator; `dead` if what follows is never reached because the operator is not.
    pub(super) fn after(&mut self, kind: PointKind, cost: u32, dead: bool) {
        if self.enabled {
            self.scheduled = Some((kind, cost, dead));
        }
    }

    /// A point whose cost has a linear part, and what follows it.
    pub(super) fn bulk(&mut self, base: u32, slot: u16, row: u32) {
        if self.enabled {
            self.push(PointKind::Bulk, base, row, Some(slot), false);
            self.scheduled = Some((PointKind::PostControlFlow, 0, false));
        }
    }

    /// The same for code that is never reached.
    pub(super) fn dead_bulk(&mut self, row: u32) {
        self.before(PointKind::Bulk, 0, row, true);
        self.after(PointKind::PostControlFlow, 0, true);
    }

    /// The `loop` with these points is branched to.
    pub(super) fn take_loop(&mut self, before: u32, after: u32) {
        if let Some(point) = self.raw.get_mut(before as usize) {
            point.kind = PointKind::PreControlFlow;
        }
        match self.raw.get_mut(after as usize) {
            Some(point) => point.kind = PointKind::PostControlFlow,
            // The point after the `loop` is still scheduled.
            None => {
                if let Some((kind, ..)) = &mut self.scheduled {
                    *kind = PointKind::PostControlFlow;
                }
            }
        }
    }

    /// The last row of the buffer is gone: nothing can be charged after it.
    pub(super) fn clamp(&mut self, rows: u32) {
        for point in self.raw.iter_mut().rev().take_while(|point| point.row > rows) {
            point.row = rows;
        }
    }

    /// The merged points that charge something, in order.
    pub(super) fn merge(&mut self) -> &[Point] {
        merge_with(&mut self.raw, |first, second| {
            let kind = (first.offset == second.offset).then(|| same_point(first.kind, second.kind))?;
            joined(first, second, kind)
        });
        merge_with(&mut self.raw, |first, second| {
            joined(first, second, across_operators(first.kind, second.kind)?)
        });
        self.raw.retain(|point| {
            let charges = point.cost > 0 || point.linear.is_some();
            charges && !point.dead && point.kind != PointKind::Unreachable
        });
        &self.raw
    }
}

/// Two points as one. A point with a linear part stays alone, even beside another one at its offset.
fn joined(first: &Point, second: &Point, kind: PointKind) -> Option<Point> {
    (first.linear.is_none() && second.linear.is_none()).then(|| Point {
        cost: first.cost.saturating_add(second.cost),
        kind,
        dead: first.dead && second.dead,
        ..*first
    })
}

fn merge_with(points: &mut Vec<Point>, merge: impl Fn(&Point, &Point) -> Option<Point>) {
    if points.is_empty() {
        return;
    }
    let mut written = 0;
    for read in 1..points.len() {
        match merge(&points[written], &points[read]) {
            Some(merged) => points[written] = merged,
            None => {
                written += 1;
                points[written] = points[read];
            }
        }
    }
    points.truncate(written + 1);
}

/// Kind of two points at one offset.
fn same_point(first: PointKind, second: PointKind) -> PointKind {
    use PointKind::{BetweenControlFlow, Bulk, PostControlFlow, PreControlFlow, Pure, Unreachable};
    match (first, second) {
        (Unreachable, _) | (_, Unreachable) => Unreachable,
        // A bulk point precedes its operator, so it is never the first of two.
        (Bulk, _) | (_, Bulk) => Bulk,
        (Pure, _) => second,
        (PreControlFlow, PreControlFlow | Pure) => PreControlFlow,
        (PostControlFlow, PostControlFlow | Pure) => PostControlFlow,
        _ => BetweenControlFlow,
    }
}

/// Kind of two points with an operator between them, if they may be one.
fn across_operators(first: PointKind, second: PointKind) -> Option<PointKind> {
    use PointKind::{BetweenControlFlow, PostControlFlow, PreControlFlow, Pure, Unreachable};
    match (first, second) {
        (Pure, Pure) => Some(Pure),
        (Unreachable, Unreachable) => Some(Unreachable),
        (PostControlFlow, PreControlFlow) => Some(BetweenControlFlow),
        (Pure, PreControlFlow) => Some(PreControlFlow),
        (PostControlFlow, Pure) => Some(PostControlFlow),
        _ => None,
    }
}
