// Sealed parts and releases (section 11): HPKE base mode by @hpke.
import { CipherSuite, HkdfSha256 } from '@hpke/core';
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';
import { Reader, Writer, same, sha256, zeros } from './bytes.mjs';

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
const slice = (b) => Uint8Array.from(b).buffer;

export async function newPair() {
    const pair = await suite.kem.generateKeyPair();
    return {
        secret: Buffer.from(await suite.kem.serializePrivateKey(pair.privateKey)),
        key: Buffer.from(await suite.kem.serializePublicKey(pair.publicKey)),
    };
}

/** P-130: the smallest bucket that fits. */
export function bucket(length) {
    let b = 256;
    while (b < length + 4) b = Math.ceil((b * 107) / 1600) * 16;
    return b;
}

async function seal(key, info, aad, data) {
    const plain = new Writer().blob32(data).bytes(zeros(bucket(data.length) - 4 - data.length)).end();
    const recipientPublicKey = await suite.kem.deserializePublicKey(slice(key));
    const sender = await suite.createSenderContext({ recipientPublicKey, info: slice(info) });
    return Buffer.concat([Buffer.from(sender.enc), Buffer.from(await sender.seal(slice(plain), slice(aad)))]);
}

async function unseal(pair, info, aad, sealed) {
    const recipientKey = {
        privateKey: await suite.kem.deserializePrivateKey(slice(pair.secret)),
        publicKey: await suite.kem.deserializePublicKey(slice(pair.key)),
    };
    const receiver = await suite.createRecipientContext({ recipientKey, enc: slice(sealed.subarray(0, 32)), info: slice(info) });
    const plain = Buffer.from(await receiver.open(slice(sealed.subarray(32)), slice(aad)));
    const r = new Reader(plain);
    const data = r.blob32();
    if (plain.length !== bucket(data.length) || r.bytes(r.left()).some((b) => b !== 0)) throw new Error('the padding is not that of P-130');
    return data;
}

const partInfo = (p) => new Writer().text('schakel sealed v1').bytes(p.region).bytes(p.from).bytes(p.to).bytes(p.id).end();
export const sealPart = (key, p, data) => seal(key, partInfo(p), zeros(0), data);
export const openPart = (pair, p, sealed) => unseal(pair, partInfo(p), zeros(0), sealed);

/** P-134 and P-135. */
export function openRelease(pair, p, ciphertext) {
    const info = new Writer().text('schakel release v1').bytes(p.region).bytes(p.from).bytes(pair.key).bytes(p.id).name(p.purpose, 24).u64(p.ends).bytes(p.pack).end();
    const header = new Writer().bytes(p.region).bytes(p.from).bytes(p.to).bytes(p.case).bytes(p.subject).name(p.purpose, 24).bytes(p.id).u64(p.ends).end();
    if (!same(sha256(ciphertext), p.digest)) throw new Error('the release is not the one of the grant');
    return unseal(pair, info, sha256(header), ciphertext);
}
