// The main job, as another program does it: derive a pseudonym, hear of an absence, ask, open, report, verify.
import { b64, hex, same, sha256, now, Reader } from './lib/bytes.mjs';
import { open } from './lib/envelope.mjs';
import { USE } from './lib/join.mjs';
import { isConsistent, leafHash, rebuildLeaf, rootOf } from './lib/log.mjs';
import { KIND, newId, readEvent, readGrant } from './lib/message.mjs';
import { readCertificate, readCheckpoint } from './lib/note.mjs';
import { Partner } from './lib/partner.mjs';
import { openRelease, sealPart } from './lib/seal.mjs';

const PURPOSE = 'att_followup', WAIT_S = 25, PATIENCE_S = 30 * Number(process.env.SCHAKEL_TEST_PATIENCE ?? 4);
const say = (step, more = {}) => console.log(JSON.stringify({ step, ...more }));

/** Fetch until this kind is there. What else comes is acknowledged when it is a statement. */
async function wait(p, name, found) {
    const until = Date.now() + PATIENCE_S * 1000;
    while (Date.now() < until) {
        for (const mail of await p.fetch(Math.min(WAIT_S, 5))) {
            const m = mail.message;
            if (mail.name === 'statement') {
                await p.must('ack', { to: m.from, case: m.case, subject: m.subject, purpose: m.purpose, refers: m.id, digest: sha256(m.original), code: 1 });
            }
            if (mail.name === name) {
                const value = await found(mail);
                if (value) return value;
            }
        }
    }
    throw new Error(`no ${name} within ${PATIENCE_S} s`);
}

export async function reported(p, subject, holder) {
    return wait(p, 'statement', async (mail) => {
        const { name, body, partner } = await p.signer(mail.message.original, USE.staff, mail.receipt.time);
        if (name !== 'say-event') return null;
        const event = readEvent(body);
        if (!same(event.setter, partner.id) || !same(partner.id, holder.id) || !same(event.subject, subject)) throw new Error('a report by or about somebody else');
        return { ...event, message: mail.message.id, digest: sha256(mail.message.original) };
    });
}

export async function openCase(p, subject) {
    const id = newId();
    const { original } = p.say('membership', { case: id, subject, purpose: PURPOSE }, (w) => w.u8(1).bytes(Buffer.alloc(16)));
    await p.must('statement', { case: id, subject, purpose: PURPOSE, original, ...p.person });
    return id;
}

async function hpkeKeyOf(p, partner) {
    const answer = await p.must('query', { code: 4, partner: partner.id });
    const r = new Reader(answer.payload);
    for (const envelope of r.list(() => r.blob16(), 40)) {
        const { body, keys } = open(envelope), c = readCertificate(body);
        if (c.use === USE.hpke && same(c.partner, partner.id) && same(keys[0], partner.root) && c.from <= now() && now() < c.until) return c.key;
    }
    throw new Error(`${partner.handle} has no key to seal to`);
}

export async function ask(p, subject, about, holder, event) {
    const id = newId();
    const check = JSON.stringify({ birth_date: process.env.BIRTH_DATE ?? '', name_prefix: process.env.NAME_PREFIX ?? '', note: '' });
    const part = { region: p.region.hash, from: p.org.id, to: holder.id, id };
    const reply = await p.must('request', {
        id, to: holder.id, case: about, subject, purpose: PURPOSE, sections: ['att', 'ident', 'need'], statements: [event.id], ...p.person,
        sealed: await sealPart(await hpkeKeyOf(p, holder), part, Buffer.from(check)),
    });
    return { id, rows: reply.receipt.rows, reply };
}

async function read(p, request, subject, about, holder) {
    const grant = await wait(p, 'grant', async (mail) => {
        const m = mail.message;
        if (!same(m.refers, request)) return null;
        const { body, partner } = await p.signer(m.original, USE.staff, mail.receipt.time), own = readGrant(body);
        if (!same(partner.id, holder.id) || !same(own.refers, request) || !same(own.receiver, p.org.id) || own.ends !== m.ends || !same(own.digest, m.digest))
            throw new Error('the person granted something else');
        return m;
    });
    say('granted', { sections: grant.sections, ends: grant.ends });
    const release = await wait(p, 'release', (mail) => (same(mail.message.refers, grant.id) ? mail.message : null));
    const data = await openRelease(p.node.hpke, {
        region: p.region.hash, from: holder.id, to: p.org.id, id: request, purpose: PURPOSE, ends: grant.ends, pack: p.region.pack, case: about, subject,
        digest: grant.digest,
    }, release.ciphertext);
    await p.must('report', { to: holder.id, case: about, subject, purpose: PURPOSE, refers: grant.id, code: 1, sections: grant.sections, ...p.person });
    return JSON.parse(data);
}

/** Every own act again, asked by its index: its leaf is under the newest checkpoint. */
async function verify(p) {
    for (const act of p.acts) {
        const answer = await p.must('query', { code: 3, a: act.receipt.index });
        const r = new Reader(answer.payload), leaf = r.bytes(226), point = readCheckpoint(r.blob16(), p.region.log), path = r.list(() => r.bytes(32), 64);
        r.end();
        if (!same(leaf, rebuildLeaf(act.kind, act.m, act.envelope, act.receipt))) throw new Error(`leaf ${act.receipt.index} is another one now`);
        if (!same(rootOf(act.receipt.index, point.size, leafHash(leaf), path), point.root)) throw new Error(`leaf ${act.receipt.index} is not in the log`);
    }
    const answer = await p.must('query', { code: 2, a: 1, b: 0 });
    const r = new Reader(answer.payload), newest = readCheckpoint(r.blob16(), p.region.log), proof = r.list(() => r.bytes(32), 64);
    const first = p.acts.find((a) => a.receipt.index === 0n);
    r.end();
    if (first && !isConsistent(1n, leafHash(rebuildLeaf(first.kind, first.m, first.envelope, first.receipt)), newest.size, newest.root, proof))
        throw new Error('the log does not begin with its first leaf');
    return newest;
}

/** What a program that gets it wrong is told. */
async function mistakes(p, request) {
    const { message, envelope } = request.reply;
    const again = await p.hub.ask(KIND.request, envelope);
    const spoilt = Buffer.from(envelope);
    spoilt[spoilt.length - 1] ^= 1;
    const forged = await p.hub.ask(KIND.request, spoilt);
    const other = await p.send('request', { ...message, sections: ['ident'] });
    const elsewhere = await p.send('report', { ...message, id: newId(), region: Buffer.alloc(32, 7), refers: request.id, code: 1, sections: [] });
    const kind = await p.hub.ask(KIND.grant, envelope);
    return { again: again.result, forged: forged.result, other: other.result, elsewhere: elsewhere.result, kind: kind.result };
}

/** Acts for a log of more than one tile: cases about one child. */
export async function fill(state, number, count) {
    const p = new Partner(state);
    await p.connect();
    const subject = await p.pseudonym(number);
    for (let i = 0; i < count; i++) await openCase(p, subject);
    say('filled', { acts: p.acts.length });
    p.close();
}

export async function talk(state, number, handle) {
    const p = new Partner(state), holder = p.region.partners.find((o) => o.handle === handle);
    if (!holder) throw new Error(`there is no ${handle} in the region`);
    await p.connect();
    for (const original of [...p.node.publish, p.node.staffCertificate]) await p.must('publish', { original });
    say('joined', { partner: hex(p.org.id) });
    const subject = await p.pseudonym(number);
    if (!same(subject, await p.pseudonym(number))) throw new Error('two pseudonyms for one number');
    say('derived', { pseudonym: b64(subject) });
    const event = await reported(p, subject, holder);
    say('reported', { event: event.event });
    const about = await openCase(p, subject);
    const request = await ask(p, subject, about, holder, event);
    say('asked', { request: hex(request.id), rows: request.rows });
    say('refused', await mistakes(p, request));
    say('opened', { data: await read(p, request.id, subject, about, holder) });
    const newest = await verify(p);
    say('verified', { leaves: p.acts.length, log_size: Number(newest.size), last_number: p.checkNumbers() });
    p.close();
}
