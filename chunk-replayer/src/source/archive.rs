//! Chunk folders in a tar archive, streamed: an entry is read, handed over and forgotten; nothing is written to disk.

use super::{SourceError, Visitor};
use crate::folder::{ChunkFolder, ChunkId, MAX_FILE_LEN_BYTES};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Offset of `ustar` in the header of a plain tar archive.
const TAR_MAGIC_AT: usize = 257;

/// True when a file that starts with `head` is an archive this module reads.
pub(super) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(&GZIP_MAGIC)
        || head.starts_with(&ZSTD_MAGIC)
        || head.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar"))
}

/// True for a file whose name says that it is an archive.
pub(super) fn is_named_like_archive(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    [".tar", ".tar.gz", ".tgz", ".tar.zst"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Visits the archive at `path`.
pub(super) fn visit_file(path: &Path, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let mut file = BufReader::with_capacity(
        1 << 16,
        File::open(path).map_err(|error| SourceError::io(path, &error))?,
    );
    let mut head = [0u8; 4];
    let read = read_as_much(&mut file, &mut head).map_err(|error| SourceError::io(path, &error))?;
    let whole = io::Cursor::new(head[..read].to_vec()).chain(file);
    let origin = path.display().to_string();
    if head.starts_with(&GZIP_MAGIC) {
        visit_tar(&origin, flate2::read::MultiGzDecoder::new(whole), visitor)
    } else if head.starts_with(&ZSTD_MAGIC) {
        visit_zstd(&origin, whole, visitor)
    } else {
        visit_tar(&origin, whole, visitor)
    }
}

/// Visits a zstd-compressed archive that lies in memory.
pub(super) fn visit_bytes(origin: &str, bytes: &[u8], visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    visit_zstd(origin, bytes, visitor)
}

fn visit_zstd(origin: &str, bytes: impl Read, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let decoder = zstd::stream::read::Decoder::new(bytes).and_then(|mut decoder| {
        // The embedded archives are made with a long window; what a decoder may spend is bounded by this.
        decoder.window_log_max(27)?;
        Ok(decoder)
    });
    let decoder = decoder.map_err(|error| broken(origin, "the start", &error))?;
    visit_tar(origin, decoder, visitor)
}

/// What the stream has shown so far.
struct Progress {
    current: Option<ChunkFolder>,
    seen: BTreeSet<ChunkId>,
}

impl Progress {
    /// Hands the current folder over if the next entry belongs to another one.
    fn move_to(&mut self, id: Option<&ChunkId>, visitor: &mut dyn Visitor) {
        if self.current.as_ref().map(|folder| &folder.id) == id {
            return;
        }
        if let Some(folder) = self.current.take()
            && folder.is_chunk()
        {
            visitor.folder(folder);
        }
    }

    /// Where the stream is, in words.
    fn place(&self) -> String {
        match (&self.current, self.seen.len()) {
            (Some(folder), seen) => format!("in folder {} (number {seen})", folder.id),
            (None, seen) => format!("after {seen} folders"),
        }
    }
}

fn visit_tar(origin: &str, bytes: impl Read, visitor: &mut dyn Visitor) -> Result<(), SourceError> {
    let mut archive = tar::Archive::new(bytes);
    let mut progress = Progress {
        current: None,
        seen: BTreeSet::new(),
    };
    let entries = archive.entries().map_err(|error| broken(origin, "the start", &error))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| broken(origin, &progress.place(), &error))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry
            .path()
            .map_err(|error| broken(origin, &progress.place(), &error))?
            .to_string_lossy()
            .into_owned();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let id = ChunkId::new(folder);
        progress.move_to(Some(&id), visitor);
        if progress.current.is_none() {
            if !progress.seen.insert(id.clone()) {
                return Err(SourceError::Broken {
                    origin: origin.to_owned(),
                    reason: format!(
                        "expected each folder in one piece, found {id} a second time; pack the archive sorted by name"
                    ),
                });
            }
            progress.current = Some(ChunkFolder::new(id.clone()));
        }
        let is_contract = id.as_str().rsplit('/').next() == Some("contracts") && name.ends_with(".wasm");
        if is_contract && visitor.wants_contracts() {
            let code = read_entry(origin, &mut entry, &progress)?;
            visitor.contract(name.trim_end_matches(".wasm"), code);
        } else if !is_contract && visitor.wants(&id, name) {
            let content = read_entry(origin, &mut entry, &progress)?;
            insert(&mut progress, name, Some(content));
        } else {
            insert(&mut progress, name, None);
        }
    }
    progress.move_to(None, visitor);
    Ok(())
}

fn insert(progress: &mut Progress, name: &str, content: Option<Vec<u8>>) {
    if let Some(folder) = &mut progress.current {
        folder.names.insert(name.to_owned());
        if let Some(content) = content {
            folder.files.insert(name.to_owned(), content);
        }
    }
}

fn read_entry(origin: &str, entry: &mut impl Read, progress: &Progress) -> Result<Vec<u8>, SourceError> {
    let mut content = Vec::new();
    entry
        .take(MAX_FILE_LEN_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(|error| broken(origin, &progress.place(), &error))?;
    if content.len() as u64 > MAX_FILE_LEN_BYTES {
        return Err(SourceError::Broken {
            origin: origin.to_owned(),
            reason: format!(
                "expected files of at most {MAX_FILE_LEN_BYTES} bytes, found a longer one {}",
                progress.place()
            ),
        });
    }
    Ok(content)
}

fn broken(origin: &str, place: &str, error: &io::Error) -> SourceError {
    let text = error.to_string();
    let ends_early = error.kind() == io::ErrorKind::UnexpectedEof
        || text.contains("unexpected end of file")
        || text.contains("incomplete frame")
        || text.contains("unexpected EOF");
    let reason = if ends_early {
        format!("the archive ends early, {place}: it is truncated or still being copied ({text})")
    } else {
        format!("the archive cannot be read further, {place}: {text}")
    };
    SourceError::Broken {
        origin: origin.to_owned(),
        reason,
    }
}

fn read_as_much(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
