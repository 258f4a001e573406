// Signed notes, verifier keys, checkpoints, the region file and public files (sections 10 and 13).
import { Reader, b64, hex, same, sha256, unhex } from './bytes.mjs';
import { publicOf, signBytes, verifyBytes } from './envelope.mjs';

const keyId = (name, type, key) => sha256(Buffer.from(`${name}\n`), Buffer.from([type]), key).subarray(0, 4);

/** P-154 */
export function readKey(text) {
    const [, name, id, rest] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text);     // base64 may hold a plus, too
    const raw = Buffer.from(rest, 'base64');
    const k = { name, type: raw[0], key: raw.subarray(1) };
    if (hex(keyId(name, k.type, k.key)) !== id) throw new Error(`the id of key ${name} is not its own`);
    return k;
}

export function readNote(text) {
    const cut = text.lastIndexOf('\n\n');
    if (cut < 0) throw new Error('not a signed note');
    const lines = text.slice(cut + 2).split('\n').filter((l) => l !== '');
    const signatures = lines.map((l) => {
        const m = /^— (\S+) (\S+)$/.exec(l);
        if (!m) throw new Error(`not a signature line: ${l}`);
        return { name: m[1], raw: Buffer.from(m[2], 'base64') };
    });
    return { text: text.slice(0, cut + 1), signatures };
}

export function isSigned(note, name, key) {
    const id = keyId(name, 1, key);
    return note.signatures.some((s) => s.name === name && same(s.raw.subarray(0, 4), id) && verifyBytes(key, s.raw.subarray(4), Buffer.from(note.text)));
}

export function signatureLine(name, secret, text) {
    const raw = Buffer.concat([keyId(name, 1, publicOf(secret)), signBytes(secret, Buffer.from(text))]);
    return `— ${name} ${b64(raw)}\n`;
}

export const signNote = (name, secret, text) => `${text}\n${signatureLine(name, secret, text)}`;

export function readCheckpoint(bytes, log) {
    const note = readNote(Buffer.from(bytes).toString('utf8'));
    const [origin, size, root] = note.text.split('\n');
    if (origin !== log.name || !isSigned(note, log.name, log.key)) throw new Error('the checkpoint is not of the log of this region');
    return { origin, size: BigInt(size), root: Buffer.from(root, 'base64') };
}

/** P-150 to P-153: the region, when every founder signed it. */
export function readRegion(text, { complete = true } = {}) {
    const note = readNote(text);
    const region = { hash: sha256(Buffer.from(note.text)), partners: [], witnesses: [], text: note.text };
    const lines = note.text.split('\n').slice(0, -1);
    if (lines.shift() !== 'schakel-region/v1') throw new Error('not a region file');
    for (const line of lines) {
        const [word, ...rest] = line.split(' ');
        if (word === 'partner') {
            const [id, handle, kind, root, ...name] = rest;
            region.partners.push({ id: unhex(id), handle, kind, root: unhex(root), name: name.join(' ') });
        } else if (word === 'log') region.log = readKey(rest[0]);
        else if (word === 'tls' || word === 'keyholder-tls') region[word] = Buffer.from(rest[0], 'base64');
        else if (/^(pack|pseudonym-.*)$/.test(word)) region[word] = unhex(rest[0]);
        else if (word === 'witness') region.witnesses.push({ outsider: rest[0] === 'outsider', ...readKey(rest[1]) });
        else region[word] = rest.join(' ');
    }
    for (const p of region.partners) {
        if (!same(p.id, partnerId(p.root))) throw new Error(`the id of ${p.handle} is not its key's`);
        if (complete && !isSigned(note, p.handle, p.root)) throw new Error(`${p.handle} has not signed the region file`);
    }
    return region;
}

export const partnerId = (root) => sha256(Buffer.from('schakel partner v1'), root).subarray(0, 16);

/** P-156 */
export function readCertificate(body) {
    const r = new Reader(body);
    const c = { region: r.bytes(32), partner: r.bytes(16), use: r.u8(), role: r.u8(), key: r.bytes(32), from: r.time(), until: r.time() };
    r.end();
    return c;
}
