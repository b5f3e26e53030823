//! What a function call asks of whoever can run contracts.
