//! The hashes and signature checks that the runtime needs, behind one trait.
