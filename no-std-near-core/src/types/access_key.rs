//! Access keys and their permissions.
