//! The entry of the state transition: one chunk in, one result out.
