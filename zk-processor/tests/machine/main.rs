//! The machine as a whole: lowering and executor against `wasmi`, rows and guards, gas, two programs in one run, hostile modules.

mod differential;
mod guards;
mod hostile;
mod near_engine;
mod out_of_gas;
mod programs;
mod record;
mod two_programs;
