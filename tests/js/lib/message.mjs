// Messages (sections 4 and 5), statements (6), replies and mail (8).
import { Reader, Writer, random, sha256, zeros } from './bytes.mjs';

export const KIND = {
    statement: 1, request: 2, offer: 3, grant: 4, refuse: 5, release: 6, answer: 7, cancel: 8, report: 9, ack: 10, publish: 11, breakglass: 12,
    fetch: 32, query: 33, derive: 34,
};

const HEAD = {
    region: 32, id: 16, from: 16, to: 16, issued: 'time', until: 'time', case: 16, subject: 33, purpose: 'name', pack: 32,
    seenSize: 'u64', seenRoot: 32, running: 'u64', actor: 32, role: 'u8',
};

function header(h) {
    const w = new Writer();
    for (const [field, kind] of Object.entries(HEAD)) {
        const v = h[field];
        if (kind === 'time' || kind === 'u64') w.u64(v ?? 0);
        else if (kind === 'name') w.name(v ?? '', 24);
        else if (kind === 'u8') w.u8(v ?? 0);
        else w.bytes(v ?? zeros(kind));
    }
    return w;
}

function readHeader(r) {
    const h = {};
    for (const [field, kind] of Object.entries(HEAD)) {
        if (kind === 'time') h[field] = r.time();
        else if (kind === 'u64') h[field] = r.u64();
        else if (kind === 'name') h[field] = r.name(24);
        else if (kind === 'u8') h[field] = r.u8();
        else h[field] = r.bytes(kind);
    }
    return h;
}

/** The fields behind the header, of the kinds that this client sends. */
const SEND = {
    statement: (w, m) => w.blob32(m.original),
    request: (w, m) => w.sections(m.sections).ids(m.statements).blob32(m.weighing ?? zeros(0)).blob16(m.sealed ?? zeros(0)),
    offer: (w, m) => w.sections(m.sections).ids(m.statements ?? []).u64(m.ends).bytes(m.digest).blob32(m.original).blob32(zeros(0)).blob32(zeros(0))
        .blob16(m.sealed ?? zeros(0)),
    grant: (w, m) => w.bytes(m.refers).sections(m.sections).ids(m.statements ?? []).u64(m.ends).bytes(m.digest).blob32(m.original).blob32(zeros(0))
        .blob32(zeros(0)),
    refuse: (w, m) => w.bytes(m.refers).u8(m.code).blob16(zeros(0)),
    release: (w, m) => w.bytes(m.refers).bytes(m.digest).blob32(m.ciphertext),
    cancel: (w, m) => w.bytes(m.refers),
    report: (w, m) => w.bytes(m.refers).u8(m.code).sections(m.sections ?? []),
    ack: (w, m) => w.bytes(m.refers).bytes(m.digest).u8(m.code),
    publish: (w, m) => w.blob32(m.original),
    breakglass: (w, m) => w.sections(m.sections).blob32(m.original).blob16(zeros(0)),
    fetch: (w, m) => w.u64(m.wait),
    query: (w, m) => w.u8(m.code).bytes(m.refers ?? zeros(16)).bytes(m.key ?? zeros(32)).bytes(m.partner ?? zeros(16)).u64(m.a ?? 0).u64(m.b ?? 0),
    derive: (w, m) => w.blob32(m.elements).blob16(m.certificate),
};

export const newId = () => random(16);
export const encode = (kind, m) => SEND[kind](header(m), m).end();

const READ = {
    statement: (r) => ({ original: r.blob32() }),
    request: (r) => ({ sections: r.sections(), statements: r.list(() => r.bytes(16), 32), weighing: r.blob32(), sealed: r.blob16() }),
    grant: (r) => ({
        refers: r.bytes(16), sections: r.sections(), statements: r.list(() => r.bytes(16), 32), ends: r.time(), digest: r.bytes(32),
        original: r.blob32(), weighing: r.blob32(), approval: r.blob32(),
    }),
    refuse: (r) => ({ refers: r.bytes(16), code: r.u8(), sealed: r.blob16() }),
    release: (r) => ({ refers: r.bytes(16), digest: r.bytes(32), ciphertext: r.blob32() }),
    report: (r) => ({ refers: r.bytes(16), code: r.u8(), sections: r.sections() }),
    ack: (r) => ({ refers: r.bytes(16), digest: r.bytes(32), code: r.u8() }),
};

export function decode(kind, body) {
    const r = new Reader(body);
    const m = { ...readHeader(r), ...READ[kind](r) };
    r.end();
    return m;
}

// --- statements ---

/** The common first block, P-060, without sealed parts. */
export function block(s) {
    const w = new Writer().bytes(s.region).bytes(s.id).bytes(s.setter).bytes(s.case ?? zeros(16)).bytes(s.subject ?? zeros(33));
    w.name(s.purpose ?? '', 24).u64(s.made).u8(s.addressees.length);
    for (const a of s.addressees) w.bytes(a);
    return w.u8(0);
}

export function readBlock(r) {
    const s = { region: r.bytes(32), id: r.bytes(16), setter: r.bytes(16), case: r.bytes(16), subject: r.bytes(33), purpose: r.name(24), made: r.time() };
    s.addressees = r.list(() => r.bytes(16), 16);
    s.parts = r.list(() => ({ to: r.bytes(16), sealed: r.blob16() }), 16);
    return s;
}

export function readEvent(body) {
    const r = new Reader(body);
    const s = { ...readBlock(r), event: r.name(16), occurred: r.time(), until: r.time(), reference: r.name(16), referenceDate: r.time(), referenceDigest: r.bytes(32) };
    r.end();
    return s;
}

export function readGrant(body) {
    const r = new Reader(body);
    const s = { ...readBlock(r), refers: r.bytes(16), receiver: r.bytes(16), sections: r.sections(), ends: r.time(), digest: r.bytes(32) };
    r.end();
    return s;
}

// --- replies ---

function readRows(r) {
    const row = () => ({ section: r.name(16), verdict: r.u8(), reason: r.u8(), atHolder: r.u8(), rule: r.name(8) });
    return r.list(row, 40);
}

export function writeRows(rows) {
    const w = new Writer().u8(rows.length);
    for (const row of rows) w.name(row.section, 16).u8(row.verdict).u8(row.reason).u8(row.atHolder).name(row.rule, 8);
    return w.end();
}

export function readReceipt(r) {
    return {
        index: r.u64(), time: r.time(), seed: r.bytes(32), senderSide: r.bytes(32), addresseeSide: r.bytes(32), side: r.u8(), running: r.u64(),
        previous: r.u64(), salt: r.bytes(32), result: r.u8(), rows: readRows(r), size: r.u64(), path: r.list(() => r.bytes(32), 64), checkpoint: r.blob16(),
    };
}

export function readReply(body) {
    const r = new Reader(body);
    const reply = { result: r.u8(), id: r.bytes(16), time: r.time() };
    reply.receipt = r.u8() === 1 ? readReceipt(r) : null;
    reply.payload = r.blob32();
    if (r.blob32().some((b) => b !== 0)) throw new Error('padding that is not zero');
    r.end();
    return reply;
}

export function readMail(payload) {
    const r = new Reader(payload);
    const mails = Array.from({ length: r.u16() }, () => ({
        running: r.u64(), kind: r.u8(), receipt: readReceipt(r), envelope: r.blob32(), originals: r.list(() => r.blob32(), 32),
    }));
    r.end();
    return mails;
}

/** P-083, for a message that is sent again: without issued, seen size, seen root and running. */
export function repeatDigest(kind, body) {
    const cut = [[80, 88], [201, 209], [209, 241], [241, 249]];
    let at = 0;
    const parts = [];
    for (const [from, to] of cut) { parts.push(body.subarray(at, from)); at = to; }
    return sha256(Buffer.from([kind]), ...parts, body.subarray(at));
}
