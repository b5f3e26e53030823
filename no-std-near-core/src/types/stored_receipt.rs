//! Receipts in the queues of the state: delayed ones, and those in outgoing buffers.
//!
//! Mirrors `StateStoredReceipt` and `ReceiptOrStateStoredReceipt` of `core/primitives/src/receipt.rs` (§B.6). Postponed and yielded
//! receipts are stored bare.

use super::Gas;
use super::receipt::Receipt;
use super::transaction::Unread;
use alloc::borrow::Cow;
use alloc::format;
use borsh::io::{Error, ErrorKind, Read, Result as IoResult, Write};
use borsh::{BorshDeserialize, BorshSerialize};

/// A receipt in one of the state's queues, with what congestion control counted when it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateStoredReceipt<'a> {
    /// Stored before buffers had metadata.
    V0(StateStoredReceiptV0<'a>),
    /// Counted in the metadata of its buffer.
    V1(StateStoredReceiptV1<'a>),
}

/// Version 0 of a stored receipt.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateStoredReceiptV0<'a> {
    /// The receipt.
    pub receipt: Cow<'a, Receipt>,
    /// What congestion control counted.
    pub metadata: StateStoredReceiptMetadata,
}

/// Version 1 of a stored receipt.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateStoredReceiptV1<'a> {
    /// The receipt.
    pub receipt: Cow<'a, Receipt>,
    /// What congestion control counted.
    pub metadata: StateStoredReceiptMetadata,
}

/// What congestion control counted when the receipt was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateStoredReceiptMetadata {
    /// Gas.
    pub congestion_gas: Gas,
    /// Bytes.
    pub congestion_size: u64,
}

/// What a queue of the state can hold: stored receipts, or bare receipts from before those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptOrStateStoredReceipt<'a> {
    /// A bare receipt.
    Receipt(Cow<'a, Receipt>),
    /// With metadata.
    StateStoredReceipt(StateStoredReceipt<'a>),
}

impl<'a> StateStoredReceipt<'a> {
    /// Stores a receipt in the current version without copying it.
    #[must_use]
    pub const fn new_borrowed(receipt: &'a Receipt, metadata: StateStoredReceiptMetadata) -> Self {
        Self::V1(StateStoredReceiptV1 {
            receipt: Cow::Borrowed(receipt),
            metadata,
        })
    }

    /// What congestion control counted.
    #[must_use]
    pub const fn metadata(&self) -> StateStoredReceiptMetadata {
        match self {
            Self::V0(stored) => stored.metadata,
            Self::V1(stored) => stored.metadata,
        }
    }

    /// The receipt.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        match self {
            Self::V0(stored) => &stored.receipt,
            Self::V1(stored) => &stored.receipt,
        }
    }

    /// The receipt, taken out.
    #[must_use]
    pub fn into_receipt(self) -> Receipt {
        match self {
            Self::V0(stored) => stored.receipt.into_owned(),
            Self::V1(stored) => stored.receipt.into_owned(),
        }
    }
}

impl ReceiptOrStateStoredReceipt<'_> {
    /// The receipt.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        match self {
            Self::Receipt(receipt) => receipt,
            Self::StateStoredReceipt(stored) => stored.receipt(),
        }
    }

    /// The receipt, taken out.
    #[must_use]
    pub fn into_receipt(self) -> Receipt {
        match self {
            Self::Receipt(receipt) => receipt.into_owned(),
            Self::StateStoredReceipt(stored) => stored.into_receipt(),
        }
    }

    /// What congestion control counted; none for a bare receipt.
    #[must_use]
    pub const fn metadata(&self) -> Option<StateStoredReceiptMetadata> {
        match self {
            Self::Receipt(_) => None,
            Self::StateStoredReceipt(stored) => Some(stored.metadata()),
        }
    }

    /// Whether the receipt is counted in the metadata of its buffer.
    #[must_use]
    pub const fn should_update_outgoing_metadatas(&self) -> bool {
        matches!(self, Self::StateStoredReceipt(StateStoredReceipt::V1(_)))
    }
}

/// Twice this byte starts a stored receipt; a bare receipt starts with the length of an account identifier, at most 64.
const STATE_STORED_RECEIPT_TAG: u8 = u8::MAX;

impl BorshSerialize for StateStoredReceipt<'_> {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        let version = u8::from(matches!(self, Self::V1(_)));
        writer.write_all(&[STATE_STORED_RECEIPT_TAG, STATE_STORED_RECEIPT_TAG, version])?;
        match self {
            Self::V0(stored) => stored.serialize(writer),
            Self::V1(stored) => stored.serialize(writer),
        }
    }
}

impl BorshDeserialize for StateStoredReceipt<'_> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        const TAG: u8 = STATE_STORED_RECEIPT_TAG;
        match <[u8; 3]>::deserialize_reader(reader)? {
            [TAG, TAG, 0] => StateStoredReceiptV0::deserialize_reader(reader).map(Self::V0),
            [TAG, TAG, 1] => StateStoredReceiptV1::deserialize_reader(reader).map(Self::V1),
            found => {
                let message = format!("expected a stored receipt to start with 255, 255 and 0 or 1, found {found:?}");
                Err(Error::new(ErrorKind::InvalidData, message))
            }
        }
    }
}

impl BorshSerialize for ReceiptOrStateStoredReceipt<'_> {
    fn serialize<W: Write>(&self, writer: &mut W) -> IoResult<()> {
        match self {
            Self::Receipt(receipt) => receipt.serialize(writer),
            Self::StateStoredReceipt(stored) => stored.serialize(writer),
        }
    }
}

impl BorshDeserialize for ReceiptOrStateStoredReceipt<'_> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> IoResult<Self> {
        let start = <[u8; 2]>::deserialize_reader(reader)?;
        let mut reader = Unread::new(&start, reader);
        if start == [STATE_STORED_RECEIPT_TAG; 2] {
            StateStoredReceipt::deserialize_reader(&mut reader).map(Self::StateStoredReceipt)
        } else {
            Receipt::deserialize_reader(&mut reader).map(|receipt| Self::Receipt(Cow::Owned(receipt)))
        }
    }
}
