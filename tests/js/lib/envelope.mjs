// Signed envelopes (section 3) and frames (section 2). Ed25519 by @noble/curves.
import { ed25519 } from '@noble/curves/ed25519';
import { Reader, Writer } from './bytes.mjs';

const PREFIX = 'application/vnd.schakel.';

/** DSSE pre-authentication encoding, P-021. */
function encoding(type, body) {
    return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body]);
}

export const publicOf = (secret) => Buffer.from(ed25519.getPublicKey(secret));
export const signBytes = (secret, bytes) => Buffer.from(ed25519.sign(bytes, secret));
export const verifyBytes = (key, signature, bytes) => ed25519.verify(signature, bytes, key);

export function sign(name, body, ...secrets) {
    const type = `${PREFIX}${name}.v1`;
    const w = new Writer().blob16(Buffer.from(type)).blob32(body).u8(secrets.length);
    for (const s of secrets) w.bytes(publicOf(s)).bytes(signBytes(s, encoding(type, body)));
    return w.end();
}

/** Verify first, then decode (P-025): gives name, body and who signed; throws when one signature is wrong. */
export function open(envelope) {
    const r = new Reader(envelope);
    const type = r.blob16().toString('latin1');
    const body = r.blob32();
    const signers = r.list(() => ({ key: r.bytes(32), signature: r.bytes(64) }), 4);
    r.end();
    const m = new RegExp(`^${PREFIX.replaceAll('.', '\\.')}([a-z][a-z0-9_-]*)\\.v1$`).exec(type);
    if (!m) throw new Error(`not a type: ${type}`);
    if (signers.length === 0) throw new Error('nobody signed');
    for (const s of signers) if (!verifyBytes(s.key, s.signature, encoding(type, body))) throw new Error(`${m[1]}: a signature is wrong`);
    return { name: m[1], body, keys: signers.map((s) => s.key) };
}

export const frame = (kind, body) => new Writer().text('SCH1').u8(1).u8(kind).u16(0).blob32(body).end();

export function unframe(bytes) {
    const r = new Reader(bytes);
    if (r.bytes(4).toString('latin1') !== 'SCH1' || r.u8() !== 1) throw new Error('not a frame of suite 1');
    const kind = r.u8();
    if (r.u16() !== 0) throw new Error('a reserved byte is not zero');
    const body = r.blob32();
    r.end();
    return { kind, body };
}
