//! Congestion levels and gas limits, in IEEE doubles exactly as nearcore computes them.
