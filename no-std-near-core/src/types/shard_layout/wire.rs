//! The wire format of shard layouts: the independent facts, and the maps that nearcore derives from them and writes as well.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

use super::{ShardIndex, ShardLayout, ShardLayoutError, ShardLayoutV0, ShardsParentMap};
use crate::types::ShardId;

fn id_to_index(shard_ids: &[ShardId]) -> BTreeMap<ShardId, ShardIndex> {
    shard_ids.iter().copied().zip(0u64..).collect()
}

fn index_to_id(shard_ids: &[ShardId]) -> BTreeMap<ShardIndex, ShardId> {
    (0u64..).zip(shard_ids.iter().copied()).collect()
}

impl BorshSerialize for ShardLayout {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        match self {
            Self::V0(v0) => (0u8, v0).serialize(writer),
            Self::V1(v1) => (
                1u8,
                &v1.boundary_accounts,
                &v1.shards_split_map,
                v1.to_parent_shard_map(),
                v1.version,
            )
                .serialize(writer),
            Self::V2(v2) => {
                (2u8, &v2.boundary_accounts, &v2.shard_ids, id_to_index(&v2.shard_ids)).serialize(writer)?;
                (
                    index_to_id(&v2.shard_ids),
                    &v2.shards_split_map,
                    v2.parent_map(),
                    v2.version,
                )
                    .serialize(writer)
            }
            Self::V3(v3) => {
                (3u8, &v3.boundary_accounts, &v3.shard_ids, id_to_index(&v3.shard_ids)).serialize(writer)?;
                (
                    &v3.shards_split_map,
                    v3.last_split,
                    v3.ancestor_map().unwrap_or_default(),
                )
                    .serialize(writer)
            }
        }
    }
}

impl BorshDeserialize for ShardLayout {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let invalid = |error: ShardLayoutError| Error::new(ErrorKind::InvalidData, alloc::format!("{error}"));
        let derived_differs = |equal: bool| {
            let claim = ShardLayoutError::Inconsistent("a derived map differs from what it is derived from");
            if equal { Ok(()) } else { Err(invalid(claim)) }
        };
        match u8::deserialize_reader(reader)? {
            0 => {
                let ShardLayoutV0 { num_shards, version } = BorshDeserialize::deserialize_reader(reader)?;
                Self::v0(num_shards, version).map_err(invalid)
            }
            1 => {
                let (boundaries, split, parents, version): (_, _, Option<Vec<ShardId>>, _) =
                    BorshDeserialize::deserialize_reader(reader)?;
                let layout = Self::v1(boundaries, split, version).map_err(invalid)?;
                derived_differs(matches!(&layout, Self::V1(v1) if v1.to_parent_shard_map() == parents))?;
                Ok(layout)
            }
            2 => {
                let (boundaries, ids, indices): (_, Vec<ShardId>, BTreeMap<ShardId, ShardIndex>) =
                    BorshDeserialize::deserialize_reader(reader)?;
                let (by_index, split, parents, version): (
                    BTreeMap<ShardIndex, ShardId>,
                    _,
                    Option<ShardsParentMap>,
                    _,
                ) = BorshDeserialize::deserialize_reader(reader)?;
                derived_differs(indices == id_to_index(&ids) && by_index == index_to_id(&ids))?;
                let layout = Self::v2(boundaries, ids, split, version).map_err(invalid)?;
                derived_differs(matches!(&layout, Self::V2(v2) if v2.parent_map() == parents))?;
                Ok(layout)
            }
            3 => {
                let (boundaries, ids, indices): (_, Vec<ShardId>, BTreeMap<ShardId, ShardIndex>) =
                    BorshDeserialize::deserialize_reader(reader)?;
                let (split, last_split, ancestors): (_, _, BTreeMap<ShardId, Vec<ShardId>>) =
                    BorshDeserialize::deserialize_reader(reader)?;
                derived_differs(indices == id_to_index(&ids))?;
                let layout = Self::v3(boundaries, ids, split, last_split).map_err(invalid)?;
                derived_differs(matches!(&layout, Self::V3(v3) if v3.ancestor_map() == Some(ancestors)))?;
                Ok(layout)
            }
            other => Err(Error::new(
                ErrorKind::InvalidData,
                alloc::format!("shard layout version: expected 0 to 3, found {other}"),
            )),
        }
    }
}
