//! Which locals have certainly been assigned, so that only those that are read too early are zeroed.
//!
//! The locals assigned on the way to the current operator form a stack (the log). A branch shortens what its target may assume
//! to the log at the branch; a log that was shortened since then shortens it further. All bounds are conservative, and the work
//! is linear: each local enters and leaves the log at most once per assignment in the code.

use alloc::vec::Vec;

/// What a frame's end may assume.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// Length of the log when the frame began.
    entry: usize,
    /// Shortest log at a branch to the frame's end, if there was one.
    at_branch: Option<usize>,
    /// Shortest log that anything in the frame was cut to.
    low: usize,
}

/// Assigned locals.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    assigned: Vec<bool>,
    log: Vec<u16>,
    /// Assigned anywhere before, in the order of the code.
    ever: Vec<bool>,
    /// Read before it was certainly assigned.
    pub(super) zeroed: Vec<bool>,
}

impl Assignment {
    pub(super) fn begin(&mut self, parameters: usize, locals: usize) {
        for list in [&mut self.assigned, &mut self.ever, &mut self.zeroed] {
            list.clear();
            list.resize(locals, false);
        }
        for list in [&mut self.assigned, &mut self.ever] {
            list.iter_mut().take(parameters).for_each(|flag| *flag = true);
        }
        self.log.clear();
    }

    /// A local is assigned here.
    pub(super) fn assign(&mut self, local: u16) {
        if let Some(assigned) = self.assigned.get_mut(usize::from(local))
            && !*assigned
        {
            *assigned = true;
            self.log.push(local);
        }
        if let Some(ever) = self.ever.get_mut(usize::from(local)) {
            *ever = true;
        }
    }

    /// A local is read here. Returns true if its value is certainly zero, because nothing has assigned it yet and no loop can
    /// bring an assignment back.
    pub(super) fn read(&mut self, local: u16, in_loop: bool) -> bool {
        let index = usize::from(local);
        let flag = |list: &[bool]| list.get(index).copied().unwrap_or(true);
        if flag(&self.assigned) {
            return false;
        }
        if !in_loop && !flag(&self.ever) {
            return true;
        }
        if let Some(zeroed) = self.zeroed.get_mut(index) {
            *zeroed = true;
        }
        false
    }

    /// A frame begins.
    pub(super) fn enter(&self) -> Mark {
        Mark {
            entry: self.log.len(),
            at_branch: None,
            low: usize::MAX,
        }
    }

    /// A branch to the end of a frame.
    pub(super) fn branch(&self, mark: &mut Mark) {
        let len = self.log.len();
        mark.at_branch = Some(mark.at_branch.map_or(len, |at_branch| at_branch.min(len)));
    }

    /// The other arm of an `if` begins: it may assume what the first one could.
    pub(super) fn restart(&mut self, mark: &mut Mark) {
        self.shorten(mark.entry);
        mark.low = mark.low.min(mark.entry);
    }

    /// A frame ends; `falls_through` if its end is also reached from above. `parent` is the frame around it.
    pub(super) fn leave(&mut self, mark: &Mark, falls_through: bool, parent: Option<&mut Mark>) {
        let assumed = match mark.at_branch {
            // Entries beyond the lowest cut may have been replaced after the branch.
            Some(at_branch) => at_branch.min(mark.low),
            None if falls_through => self.log.len(),
            None => mark.entry,
        };
        let cut = if assumed < self.log.len() { assumed } else { usize::MAX };
        self.shorten(assumed);
        if let Some(parent) = parent {
            parent.low = parent.low.min(mark.low).min(cut);
        }
    }

    /// The end may only assume what held at the frame's beginning.
    pub(super) fn forget(&self, mark: &mut Mark) {
        mark.at_branch = Some(mark.entry);
    }

    fn shorten(&mut self, len: usize) {
        for local in self.log.drain(len.min(self.log.len())..) {
            if let Some(assigned) = self.assigned.get_mut(usize::from(local)) {
                *assigned = false;
            }
        }
    }
}
