//! Calls and returns as an executor would make them: the independent account that tests hold their chips against.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use p3_field::PrimeCharacteristicRing;

use super::builder::{Sign, Val};
use super::buses::{Message, Tag};
use super::check::{Failure, Table, check_with};
use super::event::{Access, Event, State};
use super::gadgets::link::Link;
use super::testing::Eval;
use super::trace::Trace;
use crate::isa::spaces::TIME_STEP;
use crate::isa::{Instruction, Space};

/// Runs instructions that touch links and the tuple only.
pub(super) struct ControlProgram {
    pub(super) events: Vec<Event>,
    pub(super) state: State,
    links: BTreeMap<u32, (u32, Link)>,
}

impl ControlProgram {
    pub(super) fn new(gas_left: u32, stack_left: u32) -> Self {
        let state = State {
            handle: 1,
            pc: 10,
            frame_pointer: 1,
            time: TIME_STEP,
            context: 2,
            pages: 3,
            gas_left,
            stack_left,
        };
        Self {
            events: Vec::new(),
            state,
            links: BTreeMap::new(),
        }
    }

    /// Runs `instruction`, which replaces the link at `link_at` by itself or by `link`, and continues with what `change` makes of the tuple.
    pub(super) fn run(
        &mut self,
        instruction: Instruction,
        link: Option<(u32, Option<Link>)>,
        change: impl FnOnce(&mut State, Link),
    ) {
        let before = self.state;
        let mut accesses = Vec::new();
        let mut old = Link::default();
        if let Some((cell, new)) = link {
            let time = before.time + 3;
            let (previous, found) = self.links.get(&cell).copied().unwrap_or_default();
            old = found;
            let new = new.unwrap_or(found);
            self.links.insert(cell, (time, new));
            let values = |link: Link| {
                let place = u64::from(link.pc) | u64::from(link.frame_pointer) << 32;
                [place, u64::from(link.stack_left)]
            };
            accesses.extend(values(old).into_iter().zip(values(new)).map(|(old, new)| Access {
                space: Space::Link,
                context: before.context,
                cell,
                time,
                previous,
                old,
                new,
            }));
        }
        self.state.pc += 1;
        self.state.time += TIME_STEP;
        self.state.gas_left -= u32::from(instruction.gas);
        change(&mut self.state, old);
        self.events.push(Event {
            before,
            after: self.state,
            instruction,
            accesses,
        });
    }

    /// Gives a link a value without an event, keeping the time of its last access.
    pub(super) fn plant(&mut self, cell: u32, link: Link) {
        self.links.entry(cell).or_default().1 = link;
    }

    /// What all other chips say.
    pub(super) fn partners(&self) -> Vec<(Sign, Message<Val>)> {
        self.events.iter().flat_map(Event::partners).collect()
    }
}

/// `partners` and what the honest table looks up, exactly as often: what all other chips say if the byte table holds.
pub(super) fn with_lookups(
    name: &str,
    eval: Eval<'_>,
    trace: &Trace,
    partners: &[(Sign, Message<Val>)],
) -> Vec<(Sign, Message<Val>)> {
    let mut all = Vec::from(partners);
    for failure in check_with(&[Table::of(eval, name, trace)], partners) {
        if let Failure::Bus {
            tag: tag @ (Tag::Range16 | Tag::BytePair),
            fields,
            surplus,
            ..
        } = failure
        {
            let asked = (Sign::Receive, Message::new(tag, fields.into_iter().map(Val::from_u32)));
            all.extend(core::iter::repeat_n(asked, surplus as usize));
        }
    }
    all
}
