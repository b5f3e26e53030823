//! Account identifiers obey near-account-id: validity, kinds, parents.

use crate::generate::Draw;
use near_primitives::types::AccountId as Theirs;
use no_std_near_core::types::account_id::{AccountId, AccountType};

/// Texts near the rules' edges.
fn draw_text(draw: &mut Draw) -> String {
    const ALPHABETS: [&str; 4] = ["ab01.-_", "0123456789abcdef", "a.", "aZé \0~.-"];
    let alphabet: Vec<char> = ALPHABETS[draw.below(ALPHABETS.len())].chars().collect();
    let prefix = ["", "0x", "0s", "0u"][draw.below(4)];
    let len = [draw.below(8), 39 + draw.below(4), 60 + draw.below(8)][draw.below(3)];
    prefix
        .chars()
        .chain((0..len).map(|_| alphabet[draw.below(alphabet.len())]))
        .collect()
}

fn name_of(account_type: AccountType) -> &'static str {
    match account_type {
        AccountType::NamedAccount => "NamedAccount",
        AccountType::NearImplicitAccount => "NearImplicitAccount",
        AccountType::EthImplicitAccount => "EthImplicitAccount",
        AccountType::NearDeterministicAccount => "NearDeterministicAccount",
    }
}

#[test]
fn the_same_texts_are_account_ids_of_the_same_kind() {
    let (mut draw, mut valid) = (Draw::from_seed(1), 0);
    for _ in 0..40_000 {
        let text = draw_text(&mut draw);
        let (ours, theirs) = (text.parse::<AccountId>().ok(), text.parse::<Theirs>().ok());
        assert_eq!(ours.is_some(), theirs.is_some(), "{text:?}");
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            continue;
        };
        valid += 1;
        assert_eq!(
            name_of(ours.account_type()),
            format!("{:?}", theirs.get_account_type()),
            "{text}"
        );
        assert_eq!(ours.is_top_level(), theirs.is_top_level(), "{text}");
        assert_eq!(ours.is_system(), theirs.is_system(), "{text}");
        assert_eq!(ours.len(), theirs.len());
    }
    assert!(valid > 1_000, "only {valid} of the drawn texts were valid");
}

#[test]
fn the_same_pairs_are_parent_and_child() {
    let texts = [
        "near", "a.near", "b.a.near", "xnear", "x-near", "a.b.near", "system", "x.system", "b.a", "a",
    ];
    let texts: Vec<&str> = texts
        .into_iter()
        .filter(|text| text.parse::<Theirs>().is_ok())
        .collect();
    for child in &texts {
        for parent in &texts {
            let ours = child
                .parse::<AccountId>()
                .unwrap()
                .is_sub_account_of(&parent.parse().unwrap());
            let theirs = child
                .parse::<Theirs>()
                .unwrap()
                .is_sub_account_of(parent.parse::<Theirs>().unwrap());
            assert_eq!(ours, theirs, "{child} below {parent}");
        }
    }
}

#[test]
fn account_ids_are_ordered_as_nearcore_orders_them() {
    let mut draw = Draw::from_seed(2);
    let mut ours: Vec<AccountId> = (0..300).map(|_| draw.account_id()).collect();
    let mut theirs: Vec<Theirs> = ours.iter().map(|id| id.as_str().parse().unwrap()).collect();
    ours.sort();
    theirs.sort();
    assert!(
        ours.iter()
            .zip(&theirs)
            .all(|(ours, theirs)| ours.as_str() == theirs.as_str())
    );
}
