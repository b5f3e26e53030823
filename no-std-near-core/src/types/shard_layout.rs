//! Which account lives in which shard, and which shard came from which.
//!
//! Mirrors `core/primitives/src/shard_layout/`; differs in: only the independent facts of a layout are kept (boundaries, ids, splits);
//! the redundant maps of the wire format are derived when encoding and compared when decoding, so a decoded layout is always
//! consistent and no lookup can panic.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::crypto::{Crypto, NativeCrypto};
use crate::types::ShardId;
use crate::types::account_id::AccountId;

mod wire;

/// Position of a shard in its layout, which is the position of its chunk header in a block.
pub type ShardIndex = u64;

/// Version number of a layout; from layout V2 on it no longer changes with every split.
pub type ShardVersion = u32;

/// Parent shard → the shards it became.
pub type ShardsSplitMap = BTreeMap<ShardId, Vec<ShardId>>;

/// The version number that layouts V2 and V3 made by the protocol carry.
pub const LAYOUT_VERSION: ShardVersion = 3;

/// Why a layout is inconsistent or cannot answer a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardLayoutError {
    /// The shard id is not part of the layout.
    #[error("shard {shard_id} is not part of the layout")]
    InvalidShardId {
        /// The id asked for.
        shard_id: ShardId,
    },
    /// The index is not below the number of shards.
    #[error("shard index {shard_index} is not below the number of shards")]
    InvalidShardIndex {
        /// The index asked for.
        shard_index: ShardIndex,
    },
    /// The layout has no predecessor.
    #[error("shard {shard_id} has no parent: the layout has no predecessor")]
    NoParent {
        /// The id asked for.
        shard_id: ShardId,
    },
    /// The parts of a layout contradict each other.
    #[error("inconsistent shard layout: {0}")]
    Inconsistent(&'static str),
}

/// Number of shards by hash of the account; only very old test chains use it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ShardLayoutV0 {
    num_shards: u64,
    version: ShardVersion,
}

/// Account ranges with contiguous shard ids from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardLayoutV1 {
    boundary_accounts: Vec<AccountId>,
    /// Index = parent shard id.
    shards_split_map: Option<Vec<Vec<ShardId>>>,
    version: ShardVersion,
    shard_ids: Vec<ShardId>,
}

/// Account ranges with free shard ids and the split of the previous layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardLayoutV2 {
    boundary_accounts: Vec<AccountId>,
    shard_ids: Vec<ShardId>,
    shards_split_map: Option<ShardsSplitMap>,
    version: ShardVersion,
}

/// Account ranges with free shard ids and the whole history of splits (dynamic resharding).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardLayoutV3 {
    boundary_accounts: Vec<AccountId>,
    shard_ids: Vec<ShardId>,
    /// Only shards that were really split, over all history.
    shards_split_map: ShardsSplitMap,
    last_split: ShardId,
}

/// The assignment of accounts to shards that is in force in an epoch. Layouts V2 and V3 occur at protocol version 86.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardLayout {
    /// By hash.
    V0(ShardLayoutV0),
    /// Ranges, contiguous ids.
    V1(ShardLayoutV1),
    /// Ranges, free ids.
    V2(ShardLayoutV2),
    /// Ranges, free ids, split history.
    V3(ShardLayoutV3),
}

impl ShardLayout {
    /// A layout that spreads accounts over `num_shards` shards by hash.
    pub fn v0(num_shards: u64, version: ShardVersion) -> Result<Self, ShardLayoutError> {
        if num_shards == 0 {
            return Err(ShardLayoutError::Inconsistent("a layout needs at least one shard"));
        }
        Ok(Self::V0(ShardLayoutV0 { num_shards, version }))
    }

    /// A layout of account ranges with shard ids 0, 1, 2, …; `shards_split_map[i]` lists what shard i of the previous layout became.
    pub fn v1(
        boundary_accounts: Vec<AccountId>,
        shards_split_map: Option<Vec<Vec<ShardId>>>,
        version: ShardVersion,
    ) -> Result<Self, ShardLayoutError> {
        require(
            is_strictly_ascending(&boundary_accounts),
            "boundary accounts must ascend",
        )?;
        let shard_ids: Vec<ShardId> = (0..=boundary_accounts.len() as u64).collect();
        let layout = ShardLayoutV1 {
            boundary_accounts,
            shards_split_map,
            version,
            shard_ids,
        };
        if layout.shards_split_map.is_some() {
            let children: BTreeSet<ShardId> = layout.parent_map().keys().copied().collect();
            let ids: BTreeSet<ShardId> = layout.shard_ids.iter().copied().collect();
            require(
                children == ids && layout.split_child_count() == ids.len(),
                "every shard needs exactly one parent",
            )?;
        }
        Ok(Self::V1(layout))
    }

    /// A layout of account ranges with free shard ids; `shards_split_map` names the children of every shard of the previous layout.
    pub fn v2(
        boundary_accounts: Vec<AccountId>,
        shard_ids: Vec<ShardId>,
        shards_split_map: Option<ShardsSplitMap>,
        version: ShardVersion,
    ) -> Result<Self, ShardLayoutError> {
        check_ranges(&boundary_accounts, &shard_ids)?;
        if let Some(split) = &shards_split_map {
            let mut children = BTreeSet::new();
            for (parent, list) in split {
                for child in list {
                    require(children.insert(*child), "no shard may have two parents")?;
                }
                match list.as_slice() {
                    [only] => require(only == parent, "an unsplit shard keeps its id")?,
                    _ => require(!shard_ids.contains(parent), "a split shard's id is no longer used")?,
                }
            }
            require(
                children == shard_ids.iter().copied().collect(),
                "every shard needs exactly one parent",
            )?;
        }
        Ok(Self::V2(ShardLayoutV2 {
            boundary_accounts,
            shard_ids,
            shards_split_map,
            version,
        }))
    }

    /// A layout of account ranges with free shard ids and the history of all splits; `last_split` is the parent split most recently.
    pub fn v3(
        boundary_accounts: Vec<AccountId>,
        shard_ids: Vec<ShardId>,
        shards_split_map: ShardsSplitMap,
        last_split: ShardId,
    ) -> Result<Self, ShardLayoutError> {
        check_ranges(&boundary_accounts, &shard_ids)?;
        require(
            shards_split_map.contains_key(&last_split),
            "the last split must be part of the history",
        )?;
        let mut children = BTreeSet::new();
        for (parent, list) in &shards_split_map {
            require(list.len() > 1, "a split has at least two children")?;
            require(!shard_ids.contains(parent), "a split shard's id is no longer used")?;
            for child in list {
                require(children.insert(*child), "no shard may have two parents")?;
            }
        }
        let layout = ShardLayoutV3 {
            boundary_accounts,
            shard_ids,
            shards_split_map,
            last_split,
        };
        require(
            layout.ancestor_map().is_some(),
            "the split history must not contain a cycle",
        )?;
        Ok(Self::V3(layout))
    }

    /// The shard of an account. A receipt that distributes a global contract names its target shard itself: see `receipts::load`.
    pub fn account_id_to_shard_id(&self, account_id: &AccountId) -> ShardId {
        match self {
            Self::V0(v0) => {
                let hash = NativeCrypto::sha256(account_id.as_bytes());
                let mut first = [0u8; 8];
                first.copy_from_slice(&hash.0[..8]);
                u64::from_le_bytes(first) % v0.num_shards
            }
            Self::V1(v1) => shard_in_ranges(&v1.boundary_accounts, &v1.shard_ids, account_id),
            Self::V2(v2) => shard_in_ranges(&v2.boundary_accounts, &v2.shard_ids, account_id),
            Self::V3(v3) => shard_in_ranges(&v3.boundary_accounts, &v3.shard_ids, account_id),
        }
    }

    /// How many shards the layout has.
    pub fn num_shards(&self) -> u64 {
        match self {
            Self::V0(v0) => v0.num_shards,
            Self::V1(v1) => v1.shard_ids.len() as u64,
            Self::V2(v2) => v2.shard_ids.len() as u64,
            Self::V3(v3) => v3.shard_ids.len() as u64,
        }
    }

    /// The shard ids in index order (not sorted).
    pub fn shard_ids(&self) -> impl Iterator<Item = ShardId> + '_ {
        let (ids, count) = match self {
            Self::V0(v0) => (&[][..], v0.num_shards),
            Self::V1(v1) => (v1.shard_ids.as_slice(), 0),
            Self::V2(v2) => (v2.shard_ids.as_slice(), 0),
            Self::V3(v3) => (v3.shard_ids.as_slice(), 0),
        };
        ids.iter().copied().chain(0..count)
    }

    /// Whether the shard is part of the layout.
    pub fn contains(&self, shard_id: ShardId) -> bool {
        self.get_shard_index(shard_id).is_ok()
    }

    /// The position of a shard, which is the position of its chunk header in a block.
    pub fn get_shard_index(&self, shard_id: ShardId) -> Result<ShardIndex, ShardLayoutError> {
        let found = match self {
            Self::V0(v0) => (shard_id < v0.num_shards).then_some(shard_id),
            Self::V1(_) | Self::V2(_) | Self::V3(_) => {
                self.shard_ids().position(|id| id == shard_id).map(|index| index as u64)
            }
        };
        found.ok_or(ShardLayoutError::InvalidShardId { shard_id })
    }

    /// The shard at a position.
    pub fn get_shard_id(&self, shard_index: ShardIndex) -> Result<ShardId, ShardLayoutError> {
        let error = ShardLayoutError::InvalidShardIndex { shard_index };
        match self {
            Self::V0(v0) => (shard_index < v0.num_shards).then_some(shard_index).ok_or(error),
            Self::V1(_) | Self::V2(_) | Self::V3(_) => {
                let index = usize::try_from(shard_index).map_err(|_| error.clone())?;
                self.shard_ids().nth(index).ok_or(error)
            }
        }
    }

    /// The accounts at which a new shard begins, ascending; empty for layout V0.
    pub fn boundary_accounts(&self) -> &[AccountId] {
        match self {
            Self::V0(_) => &[],
            Self::V1(v1) => &v1.boundary_accounts,
            Self::V2(v2) => &v2.boundary_accounts,
            Self::V3(v3) => &v3.boundary_accounts,
        }
    }

    /// The layout's version number.
    pub fn version(&self) -> ShardVersion {
        match self {
            Self::V0(v0) => v0.version,
            Self::V1(v1) => v1.version,
            Self::V2(v2) => v2.version,
            Self::V3(_) => LAYOUT_VERSION,
        }
    }

    /// What a shard of the previous layout became; `None` if it was not part of it or there is no previous layout.
    pub fn get_children_shards_ids(&self, parent_shard_id: ShardId) -> Option<Vec<ShardId>> {
        match self {
            Self::V0(_) => None,
            Self::V1(v1) => v1
                .shards_split_map
                .as_ref()?
                .get(usize::try_from(parent_shard_id).ok()?)
                .cloned(),
            Self::V2(v2) => v2.shards_split_map.as_ref()?.get(&parent_shard_id).cloned(),
            Self::V3(v3) => {
                let last_children = v3.last_split_children();
                if parent_shard_id == v3.last_split {
                    Some(last_children.to_vec())
                } else if v3.shard_ids.contains(&parent_shard_id) && !last_children.contains(&parent_shard_id) {
                    Some(alloc::vec![parent_shard_id])
                } else {
                    None
                }
            }
        }
    }

    /// The shard of the previous layout from which this one came; `None` if there is no previous layout.
    pub fn try_get_parent_shard_id(&self, shard_id: ShardId) -> Result<Option<ShardId>, ShardLayoutError> {
        self.get_shard_index(shard_id)?;
        Ok(match self {
            Self::V0(_) => None,
            Self::V1(v1) => v1.parent_map().get(&shard_id).copied(),
            Self::V2(v2) => v2.parent_map().and_then(|map| map.get(&shard_id).copied()),
            Self::V3(v3) if v3.last_split_children().contains(&shard_id) => Some(v3.last_split),
            Self::V3(_) => Some(shard_id),
        })
    }

    /// Like [`Self::try_get_parent_shard_id`], but a layout without predecessor is an error.
    pub fn get_parent_shard_id(&self, shard_id: ShardId) -> Result<ShardId, ShardLayoutError> {
        self.try_get_parent_shard_id(shard_id)?
            .ok_or(ShardLayoutError::NoParent { shard_id })
    }

    /// A current shard for any shard of the past: the shard itself, or the first child of each generation (V3: whole history).
    pub fn resolve_to_current_shard(&self, shard_id: ShardId) -> Option<ShardId> {
        match self {
            Self::V0(_) | Self::V1(_) | Self::V2(_) => self.get_children_shards_ids(shard_id)?.first().copied(),
            Self::V3(v3) => {
                let mut current = shard_id;
                while !v3.shard_ids.contains(&current) {
                    current = *v3.shards_split_map.get(&current)?.first()?;
                }
                Some(current)
            }
        }
    }

    /// The shards of the previous layout that were split.
    pub fn get_split_parent_shard_ids(&self) -> BTreeSet<ShardId> {
        match self {
            Self::V0(_) => BTreeSet::new(),
            Self::V3(v3) => BTreeSet::from([v3.last_split]),
            Self::V1(_) | Self::V2(_) => self
                .shard_ids()
                .filter_map(|id| match self.try_get_parent_shard_id(id) {
                    Ok(Some(parent)) if parent != id => Some(parent),
                    _ => None,
                })
                .collect(),
        }
    }
}

impl ShardLayoutV1 {
    fn parent_map(&self) -> ShardsParentMap {
        let lists = self.shards_split_map.iter().flatten();
        lists
            .zip(0u64..)
            .flat_map(|(children, parent)| children.iter().map(move |child| (*child, parent)))
            .collect()
    }

    fn split_child_count(&self) -> usize {
        self.shards_split_map.iter().flatten().map(Vec::len).sum()
    }

    fn to_parent_shard_map(&self) -> Option<Vec<ShardId>> {
        // The map's keys are 0, 1, 2, …, as checked when the layout was made.
        self.shards_split_map
            .is_some()
            .then(|| self.parent_map().into_values().collect())
    }
}

impl ShardLayoutV2 {
    fn parent_map(&self) -> Option<ShardsParentMap> {
        let split = self.shards_split_map.as_ref()?;
        Some(
            split
                .iter()
                .flat_map(|(parent, children)| children.iter().map(|child| (*child, *parent)))
                .collect(),
        )
    }
}

impl ShardLayoutV3 {
    fn last_split_children(&self) -> &[ShardId] {
        self.shards_split_map.get(&self.last_split).map_or(&[], Vec::as_slice)
    }

    /// Each shard's ancestors, nearest first; `None` if the history runs in a circle.
    fn ancestor_map(&self) -> Option<BTreeMap<ShardId, Vec<ShardId>>> {
        let parents: ShardsParentMap = self
            .shards_split_map
            .iter()
            .flat_map(|(parent, children)| children.iter().map(|child| (*child, *parent)))
            .collect();
        let mut ancestors = BTreeMap::new();
        for shard_id in &self.shard_ids {
            let mut line = Vec::new();
            let mut current = *shard_id;
            while let Some(parent) = parents.get(&current) {
                if line.len() > parents.len() {
                    return None;
                }
                line.push(*parent);
                current = *parent;
            }
            ancestors.insert(*shard_id, line);
        }
        // A circle may also lie off every current shard's line of ancestors; walking down must end as well.
        for start in self.shards_split_map.keys() {
            let (mut current, mut steps) = (*start, 0);
            while let Some(parent) = parents.get(&current) {
                current = *parent;
                steps += 1;
                if steps > parents.len() {
                    return None;
                }
            }
        }
        Some(ancestors)
    }
}

/// Child shard → parent shard.
type ShardsParentMap = BTreeMap<ShardId, ShardId>;

fn require(condition: bool, claim: &'static str) -> Result<(), ShardLayoutError> {
    if condition {
        Ok(())
    } else {
        Err(ShardLayoutError::Inconsistent(claim))
    }
}

fn is_strictly_ascending(accounts: &[AccountId]) -> bool {
    accounts.windows(2).all(|pair| pair[0] < pair[1])
}

fn check_ranges(boundary_accounts: &[AccountId], shard_ids: &[ShardId]) -> Result<(), ShardLayoutError> {
    require(
        shard_ids.len() == boundary_accounts.len() + 1,
        "one shard more than boundaries",
    )?;
    require(
        is_strictly_ascending(boundary_accounts),
        "boundary accounts must ascend",
    )?;
    require(
        shard_ids.iter().collect::<BTreeSet<_>>().len() == shard_ids.len(),
        "shard ids must be unique",
    )
}

fn shard_in_ranges(boundary_accounts: &[AccountId], shard_ids: &[ShardId], account_id: &AccountId) -> ShardId {
    // Every constructor makes the ids one longer than the boundaries, so the position is always inside.
    shard_ids[boundary_accounts.partition_point(|boundary| boundary <= account_id)]
}
