//! The proof of a whole run: its segments, joined by their records.
//!
//! # Encoding
//! All numbers little-endian, nothing optional, no trailing bytes: magic `ZKRUN`, version (1 byte), the program's header (8 scalars, 4 digests of 8 elements, 4 bytes each), the
//! number of segments (4 bytes), then for each segment its record, the heights of its tables (1 byte each), the length of its proof (4 bytes) and the proof.

use zk_backend::proof::{MAX_PROOF_LEN_BYTES, ProofError};
use zk_processor::chips::boundary::{Point, SegmentRecord};
use zk_processor::chips::machine::MachineChip;
use zk_processor::isa::spaces::ISA_VERSION;
use zk_processor::program::commitment::{Digest, header_root};
use zk_processor::program::{Header, Verdict};

use crate::VerifyError;
use crate::machine::{MachineKey, check_segment};

/// First bytes of an encoded run.
const MAGIC: &[u8; 5] = b"ZKRUN";
/// Version of the encoding.
pub const VERSION: u8 = 1;
/// Most segments of one run: what leaves 100 of 110 bits (rule 20).
pub const MAX_SEGMENTS: usize = 1 << 10;
/// The field's modulus: elements of records and headers are below.
const MODULUS: u32 = 0x7f00_0001;

/// One proved segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentProof {
    /// What it proves.
    pub record: SegmentRecord,
    /// Heights of the machine's tables, as powers of two.
    pub heights: Vec<u8>,
    /// The proof's encoding.
    pub proof: Vec<u8>,
}

/// A proved run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunProof {
    /// The runtime's program, whose hash is R.
    pub header: Header,
    /// Its segments, in their order.
    pub segments: Vec<SegmentProof>,
}

/// What a verified run says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The public output.
    pub output: [u8; 32],
    /// Instructions of the whole run.
    pub instructions: u64,
    /// Number of segments.
    pub segments: usize,
    /// Proven bits of the weakest segment.
    pub security_bits: f64,
}

/// Verifies that the program with root `program_root` halts with the output that comes back, on some input. The machine key is the caller's pin.
///
/// # Errors
/// The first check that fails, by name.
pub fn verify(machine_key: &MachineKey, program_root: &Digest, proof: &[u8]) -> Result<Outcome, VerifyError> {
    let run = RunProof::decode(proof)?;
    if header_root(&run.header) != *program_root {
        return Err(VerifyError::OtherProgram);
    }
    if run.header.verdict != Verdict::Accepted || run.header.isa_version != ISA_VERSION {
        return Err(VerifyError::NotRunnable);
    }
    let mut expected = Point::start_of(&run.header);
    let mut outcome = Outcome {
        output: [0; 32],
        instructions: 0,
        segments: run.segments.len(),
        security_bits: f64::INFINITY,
    };
    let input_root = run.segments.first().map(|segment| segment.record.input_root);
    for (index, segment) in run.segments.iter().enumerate() {
        let record = &segment.record;
        let is_last = index + 1 == run.segments.len();
        if record.program_root != *program_root {
            return Err(VerifyError::OtherProgram);
        }
        if Some(record.input_root) != input_root {
            return Err(VerifyError::OtherInput { segment: index });
        }
        if record.start != expected {
            return Err(VerifyError::NotJoined { segment: index });
        }
        if record.output.is_some() != is_last {
            return Err(VerifyError::Halt { segment: index });
        }
        let bits = check_segment(machine_key, record, &segment.heights, &segment.proof)?;
        outcome.security_bits = outcome.security_bits.min(bits);
        outcome.instructions += u64::from(record.instructions());
        for (bytes, limb) in outcome
            .output
            .as_chunks_mut::<2>()
            .0
            .iter_mut()
            .zip(record.output.unwrap_or_default())
        {
            *bytes = limb.to_le_bytes();
        }
        expected = record.end;
    }
    if run.segments.is_empty() {
        return Err(VerifyError::Halt { segment: 0 });
    }
    Ok(outcome)
}

impl RunProof {
    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        encode_header(&self.header, &mut bytes);
        bytes.extend_from_slice(&(self.segments.len() as u32).to_le_bytes());
        for segment in &self.segments {
            bytes.extend_from_slice(&segment.encode());
        }
        bytes
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// What was expected and is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let mut reader = Reader(bytes);
        if reader.take(MAGIC.len())? != MAGIC || reader.take(1)? != [VERSION] {
            return Err(VerifyError::Encoding("not a run proof of this version".into()));
        }
        let header = decode_header(&mut reader)?;
        let count = reader.number()? as usize;
        if count > MAX_SEGMENTS {
            return Err(VerifyError::Encoding(format!(
                "{count} segments, at most {MAX_SEGMENTS} are read"
            )));
        }
        let mut segments = Vec::new();
        for _ in 0..count {
            segments.push(SegmentProof::read(&mut reader)?);
        }
        reader.end()?;
        Ok(Self { header, segments })
    }
}

impl SegmentProof {
    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.proof.len() + 600);
        encode_record(&self.record, &mut bytes);
        bytes.extend_from_slice(&self.heights);
        bytes.extend_from_slice(&(self.proof.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.proof);
        bytes
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// What was expected and is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, VerifyError> {
        let mut reader = Reader(bytes);
        let segment = Self::read(&mut reader)?;
        reader.end()?;
        Ok(segment)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, VerifyError> {
        let record = decode_record(reader)?;
        let heights = reader.take(MachineChip::all_tables().len())?.to_vec();
        let len = reader.number()? as usize;
        if len > MAX_PROOF_LEN_BYTES {
            return Err(ProofError::TooLong {
                found: len,
                limit: MAX_PROOF_LEN_BYTES,
            }
            .into());
        }
        Ok(Self {
            record,
            heights,
            proof: reader.take(len)?.to_vec(),
        })
    }
}

/// Bytes that are still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], VerifyError> {
        let found = self.0.len();
        let (now, later) = self
            .0
            .split_at_checked(len)
            .ok_or_else(|| VerifyError::Encoding(format!("expected {len} more bytes, found {found}")))?;
        self.0 = later;
        Ok(now)
    }

    fn number(&mut self) -> Result<u32, VerifyError> {
        let bytes = self.take(4)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A canonical field element.
    fn element(&mut self) -> Result<u32, VerifyError> {
        match self.number()? {
            element if element < MODULUS => Ok(element),
            element => Err(VerifyError::Encoding(format!("{element} is no field element"))),
        }
    }

    fn elements<const N: usize>(&mut self) -> Result<[u32; N], VerifyError> {
        let mut elements = [0; N];
        for element in &mut elements {
            *element = self.element()?;
        }
        Ok(elements)
    }

    fn end(&self) -> Result<(), VerifyError> {
        match self.0.len() {
            0 => Ok(()),
            rest => Err(VerifyError::Encoding(format!("{rest} bytes after the end"))),
        }
    }
}

fn put(elements: &[u32], bytes: &mut Vec<u8>) {
    for element in elements {
        bytes.extend_from_slice(&element.to_le_bytes());
    }
}

fn encode_header(header: &Header, bytes: &mut Vec<u8>) {
    put(&header.scalars(), bytes);
    for digest in [
        &header.code_root,
        &header.entry_root,
        &header.initial_root,
        &header.interface_digest,
    ] {
        put(digest, bytes);
    }
}

fn decode_header(reader: &mut Reader<'_>) -> Result<Header, VerifyError> {
    let [
        isa_version,
        variant,
        verdict,
        initial_pages,
        max_pages,
        code_rows,
        functions,
        start,
    ] = reader.elements()?;
    let verdict = u8::try_from(verdict)
        .ok()
        .and_then(Verdict::from_u8)
        .ok_or_else(|| VerifyError::Encoding(format!("{verdict} is no verdict")))?;
    Ok(Header {
        isa_version,
        variant,
        verdict,
        initial_pages,
        max_pages,
        code_rows,
        functions,
        start,
        code_root: reader.elements()?,
        entry_root: reader.elements()?,
        initial_root: reader.elements()?,
        interface_digest: reader.elements()?,
    })
}

fn encode_record(record: &SegmentRecord, bytes: &mut Vec<u8>) {
    put(&record.program_root, bytes);
    put(&record.input_root, bytes);
    for point in [&record.start, &record.end] {
        let tuple = [
            point.pc,
            point.frame_pointer,
            point.context,
            point.pages,
            point.gas_left,
            point.stack_left,
        ];
        put(&tuple, bytes);
        put(&point.memory_root, bytes);
        put(&point.sandbox_root, bytes);
    }
    put(&[record.end_time, u32::from(record.output.is_some())], bytes);
    put(&record.output.unwrap_or_default().map(u32::from), bytes);
}

fn decode_record(reader: &mut Reader<'_>) -> Result<SegmentRecord, VerifyError> {
    let (program_root, input_root) = (reader.elements()?, reader.elements()?);
    let (start, end) = (decode_point(reader)?, decode_point(reader)?);
    let [end_time, halted] = reader.elements()?;
    let mut output = [0; 16];
    for (to, limb) in output.iter_mut().zip(reader.elements::<16>()?) {
        *to = u16::try_from(limb).map_err(|_| VerifyError::Encoding(format!("{limb} is no limb of an output")))?;
    }
    let output = match halted {
        0 if output == [0; 16] => None,
        1 => Some(output),
        _ => return Err(VerifyError::Encoding("an output without a halt".into())),
    };
    Ok(SegmentRecord {
        program_root,
        input_root,
        start,
        end,
        end_time,
        output,
    })
}

fn decode_point(reader: &mut Reader<'_>) -> Result<Point, VerifyError> {
    let [pc, frame_pointer, context, pages, gas_left, stack_left] = reader.elements()?;
    Ok(Point {
        pc,
        frame_pointer,
        context,
        pages,
        gas_left,
        stack_left,
        memory_root: reader.elements()?,
        sandbox_root: reader.elements()?,
    })
}
