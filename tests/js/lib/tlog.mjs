// Checkpoints, cosignatures and proofs as files: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof, and what P-119 to P-125 say
// besides. Strict: a byte that means nothing is refused. Ed25519 is node's own here, not the library of the rest.
import { createPublicKey, verify } from 'node:crypto';
import { Reader, same, sha256 } from './bytes.mjs';

const ED25519 = 1, COSIGNATURE = 4, LINES_MAX = 288, SIZE_MAX = 2n ** 62n;
const refuse = (why) => { throw new Error(why); };

/** RFC 4648 section 4; bits that stand for nothing are zero. */
function unbase64(text, length) {
    const raw = Buffer.from(text, 'base64');
    if (raw.toString('base64') !== text || (length !== undefined && raw.length !== length)) refuse(`not base64: ${text}`);
    return raw;
}

function decimal(text, max) {
    if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) refuse(`not a number: ${text}`);
    const n = BigInt(text);
    return n < max ? n : refuse(`too large: ${text}`);
}

function isGood(key, signature, bytes) {
    const made = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }, format: 'jwk' });
    return verify(null, bytes, made, signature);
}

/** The text and its lines; nothing is verified. */
export function readNote(bytes) {
    const all = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const cut = all.lastIndexOf('\n\n');
    if (cut < 1 || !all.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(all)) refuse('not a signed note');
    const lines = all.slice(cut + 2, -1).split('\n').map((line) => {
        const m = /^\u2014 ([^\p{White_Space}+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? refuse(`not a signature line: ${line}`);
        const raw = unbase64(m[2]);
        return raw.length > 4 ? { name: m[1], id: raw.subarray(0, 4), signature: raw.subarray(4) } : refuse('a signature without one');
    });
    return { text: all.slice(0, cut + 1), lines: lines.length <= LINES_MAX ? lines : refuse('too many lines') };
}

function checkLine(line, { type, name, key }, text) {
    const r = new Reader(line.signature), time = type === COSIGNATURE ? r.u64() : 0n, signature = r.bytes(64);
    r.end();
    if (time >= 2n ** 63n) refuse(`${name} signed at no time`);
    const head = type === COSIGNATURE ? `cosignature/v1\ntime ${time}\n` : '';
    if (!isGood(key, signature, Buffer.from(head + text))) refuse(`the signature of ${name} is not over this text`);
    return time;
}

/** Has this key signed? Name and id choose its lines, all of them must verify, others are skipped. Gives the newest time, or undefined. */
export function signedBy(note, key) {
    const id = sha256(Buffer.from(`${key.name}\n`), Buffer.from([key.type]), key.key).subarray(0, 4);
    const times = note.lines.filter((l) => l.name === key.name && same(l.id, id)).map((l) => checkLine(l, key, note.text));
    return times.reduce((newest, t) => (newest === undefined || newest < t ? t : newest), undefined);
}

/** P-122: a witness's line that does not verify counts as none, and takes nothing from the others'. */
function cosignedBy(note, witness) {
    let time;
    try { time = signedBy(note, witness); } catch { return []; }
    return time === undefined ? [] : [{ name: witness.name, outsider: witness.outsider, time: Number(time) }];
}

/** P-121: under this origin, signed by this log; with which cosignatures of the region's witnesses, and whether they anchor it (P-125, of founders). */
export function openCheckpoint(bytes, region, origin = region.log.name) {
    const note = readNote(bytes), lines = note.text.split('\n'), log = { ...region.log, type: ED25519, name: origin };
    if (lines.length !== 4) refuse('a checkpoint has three lines');
    if (lines[0] !== origin) refuse(`the checkpoint is of ${lines[0]}`);
    const size = decimal(lines[1], SIZE_MAX), root = unbase64(lines[2], 32);
    if (region.witnesses.some((w) => w.type !== COSIGNATURE)) refuse('a witness with another type of key');
    if (signedBy(note, log) === undefined) refuse('the log has not signed it');
    const cosigned = region.witnesses.flatMap((w) => cosignedBy(note, w));
    const outsiders = cosigned.filter((w) => w.outsider).length, partners = cosigned.length - outsiders;
    return { size, root, cosigned, anchored: 2 * partners > region.partners.length && outsiders > 0 };
}

/** P-119. Gives index, path and the bytes of the checkpoint. */
export function readProof(bytes) {
    const text = bytes.toString('latin1'), cut = text.indexOf('\n\n');
    if (cut < 0) refuse('a proof without a checkpoint');
    const lines = text.slice(0, cut).split('\n');
    if (lines.shift() !== 'c2sp.org/tlog-proof@v1') refuse('not a tlog-proof');
    if (lines[0]?.startsWith('extra ')) unbase64(lines.shift().slice(6));
    const [, index] = /^index (.*)$/.exec(lines.shift() ?? '') ?? refuse('a proof without an index');
    if (lines.length > 63) refuse('a path of more than 63 hashes');
    return { index: decimal(index, SIZE_MAX), path: lines.map((l) => unbase64(l, 32)), checkpoint: bytes.subarray(cut + 2) };
}
