//! Accounts, keys and nonces of everybody who signs in this chunk: read once, changed by transaction after transaction, written once.
//!
//! All are read before anything is charged, because what is read is recorded, also for transactions that turn out invalid or
//! repeated. From then on the copies here are what transactions see of each other; nothing else looks at these rows before the last
//! transaction is done.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::crypto::{Crypto, KnownKey};
use crate::error::ApplyError;
use crate::state::accessors::{
    get_access_key, get_account, get_gas_key_nonce, set_access_key, set_account, set_gas_key_nonce,
};
use crate::state::{StateUpdate, table_seed};
use crate::transactions::Charge;
use crate::trie::words::{equal, seeded_hash};
use crate::types::Nonce;
use crate::types::access_key::AccessKey;
use crate::types::account::Account;
use crate::types::account_id::AccountId;
use crate::types::keys::PublicKey;
use crate::types::transaction::Transaction;

/// An account that signs.
#[derive(Debug)]
struct Signer<'t> {
    account_id: &'t AccountId,
    account: Option<Account>,
    is_charged: bool,
}

/// A key of such an account.
#[derive(Debug)]
struct SigningKey<'t> {
    /// Position of the account.
    signer: usize,
    access_key: Option<AccessKey>,
    is_charged: bool,
    known: KnownKey<'t>,
}

/// Position of an account's key among those that sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyId(usize);

/// Everybody who signs.
#[derive(Debug)]
pub(super) struct Signers<'t> {
    seed: u64,
    signers: Vec<Signer<'t>>,
    signer_table: HashTable<usize>,
    keys: Vec<SigningKey<'t>>,
    key_table: HashTable<usize>,
    /// A nonce, and whether a transaction was charged with it.
    gas_key_nonces: BTreeMap<(KeyId, u16), (Option<Nonce>, bool)>,
}

impl<'t> Signers<'t> {
    /// Nobody yet; room for the signers of so many transactions.
    pub(super) fn new<C: Crypto>(state: &StateUpdate<'_, C>, transactions: usize) -> Self {
        Self {
            seed: table_seed(&state.root()),
            signers: Vec::new(),
            signer_table: HashTable::with_capacity(transactions),
            keys: Vec::new(),
            key_table: HashTable::with_capacity(transactions),
            gas_key_nonces: BTreeMap::new(),
        }
    }

    /// Reads what a transaction needs, unless an earlier one needed it too.
    pub(super) fn read<C: Crypto>(
        &mut self,
        state: &StateUpdate<'_, C>,
        transaction: &'t Transaction,
    ) -> Result<KeyId, ApplyError> {
        let (account_id, public_key) = (transaction.signer_id(), transaction.public_key());
        let hash = key_hash(self.seed, account_id, public_key);
        let found = self.key_table.find(hash, |&position| {
            self.keys.get(position).is_some_and(|key| {
                key.known.public_key() == public_key
                    && self
                        .signers
                        .get(key.signer)
                        .is_some_and(|signer| is_same(signer.account_id, account_id))
            })
        });
        let id = match found {
            Some(&position) => KeyId(position),
            None => self.add_key(state, hash, account_id, public_key)?,
        };
        if let Some(index) = transaction.nonce().nonce_index()
            && !self.gas_key_nonces.contains_key(&(id, index))
        {
            let nonce = get_gas_key_nonce(state, account_id, public_key, index)?;
            self.gas_key_nonces.insert((id, index), (nonce, false));
        }
        Ok(id)
    }

    fn add_key<C: Crypto>(
        &mut self,
        state: &StateUpdate<'_, C>,
        hash: u64,
        account_id: &'t AccountId,
        public_key: &'t PublicKey,
    ) -> Result<KeyId, ApplyError> {
        let signer = self.read_signer(state, account_id)?;
        let position = self.keys.len();
        self.keys.push(SigningKey {
            signer,
            access_key: get_access_key(state, account_id, public_key)?,
            is_charged: false,
            known: KnownKey::new(public_key),
        });
        let Self {
            seed,
            signers,
            keys,
            key_table,
            ..
        } = self;
        key_table.insert_unique(hash, position, |&position| {
            let key = keys.get(position);
            let signer = key.and_then(|key| signers.get(key.signer));
            key.zip(signer).map_or(0, |(key, signer)| {
                key_hash(*seed, signer.account_id, key.known.public_key())
            })
        });
        Ok(KeyId(position))
    }

    fn read_signer<C: Crypto>(
        &mut self,
        state: &StateUpdate<'_, C>,
        account_id: &'t AccountId,
    ) -> Result<usize, ApplyError> {
        let hash = seeded_hash(self.seed, account_id.as_bytes());
        let found = self.signer_table.find(hash, |&position| {
            self.signers
                .get(position)
                .is_some_and(|signer| is_same(signer.account_id, account_id))
        });
        if let Some(position) = found {
            return Ok(*position);
        }
        let position = self.signers.len();
        self.signers.push(Signer {
            account_id,
            account: get_account(state, account_id)?,
            is_charged: false,
        });
        let Self {
            seed,
            signers,
            signer_table,
            ..
        } = self;
        signer_table.insert_unique(hash, position, |&position| {
            signers
                .get(position)
                .map_or(0, |signer| seeded_hash(*seed, signer.account_id.as_bytes()))
        });
        Ok(position)
    }

    /// The key, to check signatures with.
    pub(super) fn known_key(&mut self, id: KeyId) -> Option<&mut KnownKey<'t>> {
        self.keys.get_mut(id.0).map(|key| &mut key.known)
    }

    /// The account that a key belongs to; none if it does not exist.
    pub(super) fn account(&self, id: KeyId) -> Option<&Account> {
        let key = self.keys.get(id.0)?;
        self.signers.get(key.signer)?.account.as_ref()
    }

    /// The key's row in the state; none if it has none.
    pub(super) fn access_key(&self, id: KeyId) -> Option<&AccessKey> {
        self.keys.get(id.0)?.access_key.as_ref()
    }

    /// One of a gas key's nonces; none if it has no such nonce.
    pub(super) fn gas_key_nonce(&self, id: KeyId, index: u16) -> Option<Nonce> {
        self.gas_key_nonces.get(&(id, index))?.0
    }

    /// Charges a transaction.
    pub(super) fn charge(&mut self, id: KeyId, charge: Charge) {
        let Some(key) = self.keys.get_mut(id.0) else {
            return;
        };
        key.access_key = Some(charge.access_key);
        key.is_charged = true;
        if let Some(signer) = self.signers.get_mut(key.signer) {
            if let Some(account) = &mut signer.account {
                account.set_amount(charge.account_amount);
            }
            signer.is_charged = true;
        }
        if let Some((index, nonce)) = charge.gas_key_nonce {
            self.gas_key_nonces.insert((id, index), (Some(nonce), true));
        }
    }

    /// Writes and commits what was charged.
    pub(super) fn write<C: Crypto>(&self, state: &mut StateUpdate<'_, C>) {
        for signer in self.signers.iter().filter(|signer| signer.is_charged) {
            if let Some(account) = &signer.account {
                set_account(state, signer.account_id, account);
            }
        }
        for key in self.keys.iter().filter(|key| key.is_charged) {
            if let (Some(signer), Some(access_key)) = (self.signers.get(key.signer), &key.access_key) {
                set_access_key(state, signer.account_id, key.known.public_key(), access_key);
            }
        }
        for ((id, index), (nonce, is_charged)) in &self.gas_key_nonces {
            let key = self.keys.get(id.0);
            let signer = key.and_then(|key| self.signers.get(key.signer));
            if let (Some(nonce), true, Some((key, signer))) = (nonce, is_charged, key.zip(signer)) {
                set_gas_key_nonce(state, signer.account_id, key.known.public_key(), *index, *nonce);
            }
        }
        state.commit();
    }
}

fn is_same(left: &AccountId, right: &AccountId) -> bool {
    equal(left.as_bytes(), right.as_bytes())
}

/// Of account and key: one key may sign for any number of accounts.
fn key_hash(seed: u64, account_id: &AccountId, public_key: &PublicKey) -> u64 {
    seeded_hash(seeded_hash(seed, account_id.as_bytes()), public_key.key_data())
}
