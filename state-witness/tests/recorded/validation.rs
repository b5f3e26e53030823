//! A recorded witness, checked and applied, gives what its chunk header claims.

use std::collections::BTreeMap;

use borsh::BorshDeserialize;
use no_std_near_core::contract_runner::NoContracts;
use no_std_near_core::crypto::NativeCrypto;
use no_std_near_core::error::ApplyError;
use no_std_near_core::types::chunk_extra::ChunkExtra;
use no_std_near_core::types::to_bytes;
use state_witness::{CheckedWitness, ValidateError, validate};

use crate::support::{recorded, witness};

#[test]
fn recorded_witnesses_prove_their_chunks() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for (chunk, recorded) in recorded() {
        let decoded = witness(chunk);
        let derived = recorded
            .derive(&decoded)
            .unwrap_or_else(|error| panic!("{}: {error}", chunk.id));
        let checked = CheckedWitness::from_witness::<NativeCrypto>(decoded, &derived)
            .unwrap_or_else(|error| panic!("{}: {error}", chunk.id));
        if let Some(receipts) = chunk.file("receipts.borsh") {
            assert_eq!(
                to_bytes(checked.receipts()),
                receipts,
                "{}: receipts to apply",
                chunk.id
            );
        }
        let params: Vec<_> = recorded.params.iter().collect();
        let what = match validate::<NativeCrypto, _>(checked, &params, &mut NoContracts) {
            Ok(result) => match &result.difference {
                None => {
                    let main = ChunkExtra::try_from_slice(chunk.file("main_chunk_extra.borsh").unwrap()).unwrap();
                    assert_eq!(result.main_chunk_extra, main, "{}", chunk.id);
                    "accepted".to_owned()
                }
                Some(difference) => {
                    failures.push(format!("{}: {difference}", chunk.id));
                    "different".to_owned()
                }
            },
            Err(ValidateError::Apply {
                error: ApplyError::NeedsContract { .. },
                ..
            }) => "needs contracts".to_owned(),
            Err(error @ (ValidateError::ParamsVersion { .. } | ValidateError::MissingParams(_))) => error.to_string(),
            // What the first block of an epoch does to validator accounts was recorded for main transitions only.
            Err(ValidateError::PostStateRoot { transition, .. })
                if transition > 0 && derived.implicit_validator_updates[transition - 1].is_some() =>
            {
                "validator update not recorded".to_owned()
            }
            Err(error) => {
                failures.push(format!("{}: {error}", chunk.id));
                "failed".to_owned()
            }
        };
        *counts.entry(what).or_default() += 1;
    }
    println!("{counts:?}");
    assert!(counts["accepted"] * 4 > recorded().count() * 3, "{counts:?}");
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
