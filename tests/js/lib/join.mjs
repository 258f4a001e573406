// Keys, certificates and the two files of joining (section 13).
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { Reader, Writer, now, random, same, sha256 } from './bytes.mjs';
import { open, publicOf, sign } from './envelope.mjs';
import { partnerId, signNote } from './note.mjs';
import { newPair } from './seal.mjs';

export const USE = { node: 1, hpke: 2, officer: 3, tls: 4, staff: 5 };
const DAY = 86400;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

x509.cryptoProvider.set(webcrypto);

/** P-156 */
export function certificate(region, partner, use, role, key, days, signer) {
    const from = now() - 60;
    const body = new Writer().bytes(region.hash).bytes(partner).u8(use).u8(role).bytes(key).u64(from).u64(from + days * DAY).end();
    return sign('cert', body, signer);
}

/** A new organisation: its root key and its public file, P-155. */
export function newOrganisation(handle, kind, name) {
    const root = random(32);
    const text = `schakel-org/v1\nhandle ${handle}\nkind ${kind}\nkey ${publicOf(root).toString('hex')}\nname ${name}\n`;
    return { handle, root, id: partnerId(publicOf(root)), file: signNote(handle, root, text) };
}

/** Keys of a node and its join.req, P-158. */
export async function newNode(region, org) {
    const tls = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: `CN=${org.handle}`, keys: tls, signingAlgorithm: P256 });
    const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', tls.publicKey));
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', tls.privateKey));
    const node = { key: random(32), staff: random(32), hpke: await newPair(), officer: await newPair(), tls: pkcs8 };
    const certs = [
        [USE.node, publicOf(node.key)], [USE.hpke, node.hpke.key], [USE.officer, node.officer.key], [USE.tls, sha256(spki)],
    ].map(([use, key]) => certificate(region, org.id, use, 0, key, 90, org.root));
    node.certificate = certs[0];
    node.publish = certs;
    node.staffCertificate = certificate(region, org.id, USE.staff, 2, publicOf(node.staff), 7, node.key);
    const body = new Writer().bytes(region.hash).bytes(org.id).u8(certs.length);
    for (const c of certs) body.blob16(c);
    return { node, request: sign('join', body.blob16(Buffer.from(csr.rawData)).end(), org.root) };
}

/** P-159, of this region's hub and for this partner. */
export function readWelcome(region, org, envelope) {
    const { name, body, keys } = open(envelope);
    const r = new Reader(body);
    const w = { region: r.bytes(32), partner: r.bytes(16), address: r.blob16().toString(), certificate: r.blob16() };
    r.end();
    if (name !== 'welcome' || keys.length !== 1 || !same(keys[0], region.log.key)) throw new Error('not a welcome of this hub');
    if (!same(w.region, region.hash) || !same(w.partner, org.id)) throw new Error('a welcome for somebody else');
    return w;
}

