#!/usr/bin/env node
// A gate that was taken over: it passes frames between nodes and a hub on plain tcp, and does to them what a file says at that moment.
//   gate.mjs PORT TARGET FILE       FILE holds the name of a lie, or "honest"
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Reader, Writer, hex, random, zeros } from './lib/bytes.mjs';
import { frame, unframe } from './lib/envelope.mjs';
import { KIND, readReceipt, readReply } from './lib/message.mjs';

const [port, target, file] = process.argv.slice(2);
const GREETING = 8, WITNESS = 35;
/** Of a mail: behind its number and kind the receipt begins, with the leaf's index and time, then the seed. */
const RECEIPT_AT = 9, SEED_AT = RECEIPT_AT + 16;
const lie = () => readFileSync(file, 'utf8').trim();

/** What it kept to tell again, by kind of the message: whole answers. */
const kept = new Map();

const isAct = (kind) => kind < 32;
const flip = (b, at) => { const c = Buffer.from(b); c[at < 0 ? c.length + at : at] ^= 1; return c; };
const withId = (reply, id) => frame(128, Buffer.concat([reply.subarray(0, 1), id, reply.subarray(17)]));

/** With the time of this reply, so that nobody thinks the clocks differ. */
const atTime = (f, reply) => frame(128, Buffer.concat([unframe(f).body.subarray(0, 17), reply.subarray(17, 25), unframe(f).body.subarray(25)]));

/** A reply with no receipt, of any result. */
const made = (id, result, payload = zeros(0)) => frame(128, new Writer().u8(result).bytes(id).u64(Math.floor(Date.now() / 1000)).u8(0).blob32(payload).blob32(zeros(0)).end());

function payloadOf(reply) {
    const at = reply.length - 4 - readReply(reply).payload.length;
    return { before: reply.subarray(0, at - 4), payload: reply.subarray(at, reply.length - 4) };
}
const withPayload = (before, payload) => frame(128, new Writer().bytes(before).blob32(payload).blob32(zeros(0)).end());

/** Mail is u16 count and the mails: what is in front of the envelope is of changing length, so the lies go from its end. */
function mailLie(reply, change) {
    const { before, payload } = payloadOf(reply);
    return payload.length > 2 && payload.readUInt16BE() > 0 ? withPayload(before, change(Buffer.from(payload))) : frame(128, reply);
}

/** Where each mail begins. A node that had to send something twice is given again what it has, before what is new. */
function mailStarts(payload) {
    const r = new Reader(payload);
    return Array.from({ length: r.u16() }, () => {
        const at = r.at;
        r.bytes(RECEIPT_AT);
        readReceipt(r);
        r.blob32();
        r.list(() => r.blob32(), 32);
        return at;
    });
}

/** What is said of the registry: its leaves, what to cosign of it, and what is anchored. Which of them; null: something else. */
function ofRegistry(kind, reply) {
    if (kind !== KIND.query && kind !== WITNESS) return null;
    const { payload } = payloadOf(reply), text = payload.toString('latin1');
    if (!text.includes('/registry\n')) return null;
    return `registry ${kind} ${kind === KIND.query && !text.startsWith('old ') ? 'leaves' : 'cosign'}`;
}

// name: (kind of the question, its id, the hub's reply) gives the frame that goes to the node.
const ANSWERS = {
    'accepted-without-receipt': (kind, id, reply) => (isAct(kind) ? made(id, 0) : frame(128, reply)),
    'receipt-of-another-act': (kind, id, reply) => (isAct(kind) && kept.has(kind) ? atTime(withId(kept.get(kind), id), reply) : frame(128, reply)),
    'answer-to-another': (kind, id, reply) => (isAct(kind) ? withId(reply, random(16)) : frame(128, reply)),
    'receipt-changed': (kind, id, reply) => (isAct(kind) && reply[25] === 1 ? frame(128, flip(reply, 60)) : frame(128, reply)),
    'leaf-time-changed': (kind, id, reply) => (isAct(kind) && reply[25] === 1 ? frame(128, flip(reply, 41)) : frame(128, reply)),
    'cut-short': (kind, id, reply) => (isAct(kind) ? frame(128, reply.subarray(0, reply.length / 2)) : frame(128, reply)),
    'not-a-frame': (kind, id, reply) => (isAct(kind) ? random(300) : frame(128, reply)),
    'mail-changed': (kind, id, reply) => (kind === KIND.fetch ? mailLie(reply, (p) => flip(p, -40)) : frame(128, reply)),
    'mail-receipt-changed': (kind, id, reply) => (kind === KIND.fetch ? mailLie(reply, (p) => mailStarts(p).reduce((b, at) => flip(b, at + SEED_AT), p)) : frame(128, reply)),
    'mail-cut': (kind, id, reply) => (kind === KIND.fetch ? mailLie(reply, (p) => p.subarray(0, p.length - 9)) : frame(128, reply)),
    'mail-again': (kind, id, reply) => {
        if (kind !== KIND.fetch) return frame(128, reply);
        return kept.has('mail') ? atTime(withId(kept.get('mail'), id), reply) : frame(128, reply);
    },
    'registry-refused': (kind, id, reply) => (ofRegistry(kind, reply) ? atTime(made(id, 24), reply) : frame(128, reply)),
    'registry-frozen': (kind, id, reply) => {
        const what = ofRegistry(kind, reply);
        return what && kept.has(what) ? atTime(withId(kept.get(what), id), reply) : frame(128, reply);
    },
    'mail-withheld': (kind, id, reply) => (kind === KIND.fetch ? mailLie(reply, () => Buffer.from([0, 0])) : frame(128, reply)),
};

// name: what it makes of the node's question; the hub must see through it.
const QUESTIONS = {
    'question-changed': (f) => flip(f, 12 + 120),
    'question-of-other-kind': (f) => { const c = Buffer.from(f); c[5] = c[5] === KIND.cancel ? KIND.refuse : KIND.cancel; return c; },
    'question-twice': (f) => [f, f],
};

function remember(kind, reply) {
    const what = lie() === 'honest' ? ofRegistry(kind, reply) : null;
    if (what) kept.set(what, Buffer.from(reply));
    if (isAct(kind) && reply[0] === 0 && reply[25] === 1 && !kept.has(kind)) kept.set(kind, Buffer.from(reply));
    if (kind === KIND.fetch && !kept.has('mail') && payloadOf(reply).payload.length > 2) kept.set('mail', Buffer.from(reply));
}

/** Whole messages out of a stream. */
function messages(each) {
    let left = Buffer.alloc(0);
    return (data) => {
        left = Buffer.concat([left, data]);
        while (left.length >= 8 && left.length >= 8 + Number(left.readBigUInt64BE())) {
            const length = Number(left.readBigUInt64BE());
            each(left.subarray(8, 8 + length));
            left = left.subarray(8 + length);
        }
    };
}
const send = (socket, bytes) => socket.write(new Writer().u64(bytes.length).bytes(bytes).end());

function question(asked, hub, bytes) {
    const r = new Reader(bytes), id = r.u32(), f = r.bytes(r.left());
    let kind = 0;
    try { kind = unframe(f).kind; } catch { /* passed on as it is */ }
    asked.set(id, { kind, doubles: 0 });
    const name = lie(), change = isAct(kind) ? QUESTIONS[name] : undefined;
    const list = change ? [change(f)].flat() : [f];
    if (change) console.log(JSON.stringify({ lie: name, kind }));
    asked.get(id).doubles = list.length - 1;
    for (const one of list) send(hub, new Writer().u32(id).bytes(one).end());
}

function answer(asked, node, bytes) {
    const r = new Reader(bytes), id = r.u32(), f = r.bytes(r.left()), q = asked.get(id);
    if (q === undefined) return;
    if (q.doubles-- === 0) asked.delete(id);
    const reply = unframe(f).body;
    remember(q.kind, reply);
    const name = lie(), told = ANSWERS[name] ? ANSWERS[name](q.kind, reply.subarray(1, 17), reply) : f;
    if (ANSWERS[name] && !told.equals(f)) console.log(JSON.stringify({ lie: name, kind: q.kind, id: hex(reply.subarray(1, 17)) }));
    send(node, new Writer().u32(id).bytes(told).end());
}

createServer((node) => {
    const hub = connect(Number(target), '127.0.0.1'), asked = new Map();
    const pass = (from, to, each) => {
        let greeted = false, early = Buffer.alloc(0);
        const take = messages(each);
        from.on('data', (d) => {
            if (greeted) { take(d); return; }
            early = Buffer.concat([early, d]);
            if (early.length < GREETING) return;
            greeted = true;
            to.write(early.subarray(0, GREETING));
            take(early.subarray(GREETING));
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
    };
    pass(node, hub, (b) => question(asked, hub, b));
    pass(hub, node, (b) => answer(asked, node, b));
}).listen(Number(port), '127.0.0.1');
