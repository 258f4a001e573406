// Leaves, proofs and receipts (section 10; RFC 6962 section 2.1).
import { Writer, hmac, same, sha256, zeros } from './bytes.mjs';
import { readCheckpoint } from './note.mjs';
import { writeRows } from './message.mjs';

export const nodeHash = (l, r) => sha256(Buffer.from([1]), l, r);
export const leafHash = (leaf) => sha256(Buffer.from([0]), leaf);

/** The root that a leaf at this index has under this path. */
export function rootOf(index, size, hash, path) {
    if (index >= size) throw new Error('no such leaf');
    let fn = index, sn = size - 1n, r = hash;
    for (const p of path) {
        if (sn === 0n) throw new Error('the path is too long');
        if ((fn & 1n) === 1n || fn === sn) {
            r = nodeHash(p, r);
            while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
        } else r = nodeHash(r, p);
        fn >>= 1n;
        sn >>= 1n;
    }
    if (sn !== 0n) throw new Error('the path is too short');
    return r;
}

/** RFC 9162 section 2.1.4.2. */
export function isConsistent(first, firstRoot, second, secondRoot, proof) {
    if (first === 0n || first === second) return proof.length === 0 && (first === 0n || same(firstRoot, secondRoot));
    const path = [...proof];
    if ((first & (first - 1n)) === 0n) path.unshift(firstRoot);
    let fn = first - 1n, sn = second - 1n;
    while ((fn & 1n) === 1n) { fn >>= 1n; sn >>= 1n; }
    if (path.length === 0) return false;
    let fr = path[0], sr = path[0];
    for (const c of path.slice(1)) {
        if (sn === 0n) return false;
        if ((fn & 1n) === 1n || fn === sn) {
            fr = nodeHash(c, fr);
            sr = nodeHash(c, sr);
            while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
        } else sr = nodeHash(sr, c);
        fn >>= 1n;
        sn >>= 1n;
    }
    return sn === 0n && same(fr, firstRoot) && same(sr, secondRoot);
}

const GROUPS = ['routing', 'subject', 'actor', 'purpose', 'outcome', 'evidence'];

function commit(seed, i, fields) {
    const w = new Writer().text(`schakel ${GROUPS[i]}`.padEnd(16, '\0'));
    for (const f of fields) w.blob16(f);
    return hmac(hmac(seed, Buffer.from('schakel leaf salt'), Buffer.from([i])), w.end());
}

const u64 = (n) => new Writer().u64(n).end();

/** P-111 to P-117. */
export function rebuildLeaf(kind, m, envelope, receipt) {
    const inside = [m.original, m.weighing, m.approval].filter((b) => b?.length > 0);
    const groups = [
        [m.from, m.to, m.id, u64(receipt.time), [kind], receipt.senderSide, receipt.addresseeSide],
        [m.subject.subarray(0, 1), m.subject.subarray(1), m.case],
        [m.actor, [m.role]],
        [Buffer.from(m.purpose), Buffer.concat(m.statements ?? []), m.pack],
        [[receipt.result], writeRows(receipt.rows)],
        [sha256(envelope), ...inside.map((b) => sha256(b))],
    ];
    const w = new Writer().u8(1).u8(0).bytes(m.id);
    groups.forEach((fields, i) => w.bytes(commit(receipt.seed, i, fields.map((f) => Buffer.from(f)))));
    return w.bytes(zeros(16)).end();
}

/** P-118: throws unless the receipt proves this act to this side. Gives the checkpoint. */
export function checkReceipt(region, side, kind, m, envelope, receipt) {
    const commitment = side === 0 ? receipt.senderSide : receipt.addresseeSide;
    const opened = hmac(receipt.salt, Buffer.from('schakel side v1'), u64(receipt.running), u64(receipt.previous));
    if (!same(m.region, region.hash)) throw new Error('another region');
    if (receipt.side !== side || !same(commitment, opened)) throw new Error('the running number is not that of the leaf');
    if (receipt.previous !== 2n ** 64n - 1n && receipt.previous >= receipt.index) throw new Error('the previous leaf is not before it');
    const point = readCheckpoint(receipt.checkpoint, region.log);
    const leaf = rebuildLeaf(kind, m, envelope, receipt);
    if (point.size !== receipt.size || !same(rootOf(receipt.index, receipt.size, leafHash(leaf), receipt.path), point.root))
        throw new Error('the leaf is not in the log');
    return point;
}
