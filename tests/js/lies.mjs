// A partner that lies, with keys that are certified. Each lie names what it must be told; it must be told nothing else, and harm nobody.
import { hex, now, random, sha256, zeros } from './lib/bytes.mjs';
import { publicOf, sign } from './lib/envelope.mjs';
import { USE, certificate } from './lib/join.mjs';
import { newId } from './lib/message.mjs';
import { Partner } from './lib/partner.mjs';
import { reported, openCase, ask } from './talk.mjs';

const PURPOSE = 'att_followup', HOUR = 3600, DAY = 86400;

/** A statement, as its message carries it. */
function statement(w, name, s, tail, more = {}) {
    const about = { subject: w.subject, case: zeros(16), purpose: '', ...s };
    const { id, original } = w.p.say(name, about, tail);
    const to = about.addressees?.[0] ?? zeros(16);
    return w.p.send('statement', { to, subject: about.subject, case: about.case, purpose: about.purpose, original, ...w.p.person, ...more }).then((r) => ({ ...r, said: id, original }));
}

const event = (name, occurred = now() - HOUR) => (x) => x.name(name, 16).u64(occurred).u64(occurred + 30 * DAY).name('', 16).u64(0).bytes(zeros(32));
const report = (w, s, more, name = 'LRV') => statement(w, 'event', { addressees: [w.holder.id], ...s }, event(name), more);

function request(w, more = {}) {
    return w.p.send('request', { to: w.holder.id, case: w.about, subject: w.subject, purpose: PURPOSE, sections: ['att', 'ident'], statements: [w.event.id], ...w.p.person, ...more });
}

/** A grant of something that it was never asked for. */
function grant(w, more = {}) {
    const m = { to: w.holder.id, case: w.about, subject: w.subject, purpose: PURPOSE, refers: w.request.id, sections: ['att'], ends: now() + DAY, digest: sha256('none'), ...more };
    const said = w.p.say('grant', { case: m.case, subject: m.subject, purpose: PURPOSE }, (x) => x.bytes(m.refers).bytes(m.to).sections(m.sections).u64(m.ends).bytes(m.digest));
    return w.p.send('grant', { ...m, original: said.original, ...w.p.person });
}

const about = (w) => ({ to: w.holder.id, case: w.about, subject: w.subject, purpose: PURPOSE });
const staff = (w, partner, role, by) => certificate(w.p.region, partner, USE.staff, role, publicOf(random(32)), 7, by);

/** name, what the hub must say, the lie. */
const LIES = [
    // --- whose word it is ---
    ['it speaks for another', 'NOT_YOURS', (w) => request(w, { from: w.q.org.id })],
    ['it signs with a key that nobody certified', 'UNKNOWN_KEY', (w) => request(w, { keys: [random(32)] })],
    ['it signs with its root key', 'UNKNOWN_KEY', (w) => request(w, { keys: [w.p.org.root] })],
    ['a person signs what the node must sign', 'NOT_YOURS', (w) => request(w, { keys: [w.p.node.staff] })],
    ['two nodes sign one message', 'MALFORMED', (w) => request(w, { keys: [w.p.node.key, w.q.node.key] })],
    ['its statement names another setter', 'NOT_YOURS', (w) => report(w, { setter: w.q.org.id })],
    ['its person is of another partner', 'NOT_YOURS', (w) => report(w, {}, { actor: publicOf(w.q.node.staff) })],
    ['its person has a higher role', 'ROLE_NOT_ALLOWED', (w) => report(w, {}, { role: 4 })],
    ['it certifies a person of another partner', 'UNKNOWN_KEY', (w) => w.p.send('publish', { original: staff(w, w.q.org.id, 2, w.p.node.key) })],
    ['it certifies a person by a key that is no node', 'UNKNOWN_KEY', (w) => w.p.send('publish', { original: staff(w, w.p.org.id, 2, w.p.node.staff) })],
    ['it takes over the key of another\'s person', 'NOT_YOURS', (w) => w.p.send('publish', {
        original: certificate(w.p.region, w.p.org.id, USE.staff, 2, publicOf(w.q.node.staff), 7, w.p.node.key) })],
    // --- when, where and again ---
    ['it comes from another region', 'WRONG_REGION', (w) => request(w, { region: random(32) })],
    ['it was said yesterday', 'STALE', (w) => request(w, { issued: now() - DAY })],
    ['it will be said tomorrow', 'STALE', (w) => request(w, { issued: now() + DAY, until: now() + 2 * DAY })],
    ['it ended before it began', 'STALE', (w) => request(w, { until: now() - 1 })],
    ['it is valid for ever', 'STALE', (w) => request(w, { until: now() + 4000 * DAY })],
    ['the same id with more sections', 'REPLAYED', (w) => request(w, { id: w.request.id, sections: ['att', 'effort', 'ident'] })],
    ['another statement under a known id', 'REPLAYED', (w) => report(w, { id: w.event.id })],
    // --- about whom, on what ground ---
    ['it goes by another pack', 'OTHER_PACK', (w) => request(w, { pack: random(32) })],
    ['it has a purpose of its own', 'UNKNOWN_NAME', (w) => request(w, { purpose: 'curiosity' })],
    ['it asks for a section that there is not', 'UNKNOWN_NAME', (w) => request(w, { sections: ['diary'] })],
    ['it relies on a report that nobody made', 'NOT_ADDRESSED', (w) => request(w, { statements: [newId()] })],
    ['it relies on a report about another child', 'NOT_ADDRESSED', (w) => request(w, { subject: w.other, case: w.otherCase })],
    ['it asks without a ground', 'DENIED', (w) => request(w, { statements: [], subject: w.other, case: w.otherCase })],
    ['it relies in a case about another child on what was said of this one', 'NOT_ADDRESSED', (w) => request(w, { subject: w.other })],
    ['it asks for what its task does not need', 'DENIED', (w) => request(w, { sections: ['need'] })],
    ['it sets the event itself that it needs', 'DENIED', async (w) => {
        const own = await report(w, { subject: w.other }, {}, 'VZM');
        if (own.word !== 'ACCEPTED') throw new Error(`its own event: ${own.word}`);
        return request(w, { subject: w.other, case: w.otherCase, statements: [own.said] });
    }],
    ['it asks itself', 'MALFORMED', (w) => request(w, { to: w.p.org.id })],
    ['it asks somebody who is not there', 'UNKNOWN_PARTNER', (w) => request(w, { to: random(16) })],
    // --- what is not its to do ---
    ['it grants what it asked itself', 'NOT_YOURS', (w) => grant(w)],
    ['it grants what nobody asked', 'NOT_FOUND', (w) => grant(w, { refers: newId() })],
    ['it refuses its own request for the holder', 'NOT_YOURS', (w) => w.p.send('refuse', { ...about(w), refers: w.request.id, code: 1, ...w.p.person })],
    ['a third partner cancels the request', 'NOT_FOUND', (w) => w.q.send('cancel', { ...about(w), refers: w.request.id, ...w.q.person })],
    ['a third partner refuses the request', 'NOT_FOUND', (w) => w.q.send('refuse', { ...about(w), refers: w.request.id, code: 1, ...w.q.person })],
    ['it releases without a grant', 'NOT_FOUND', (w) => w.p.send('release', { ...about(w), refers: w.request.id, digest: sha256('x'), ciphertext: Buffer.from('x'), ...w.p.person })],
    ['it opened what was never granted', 'NOT_FOUND', (w) => w.p.send('report', { ...about(w), refers: w.request.id, code: 1, sections: [], ...w.p.person })],
    ['it confirms what was not sent to it', 'NOT_FOUND', (w) => w.q.send('ack', { to: w.holder.id, subject: w.subject, refers: w.eventMessage, digest: w.eventDigest, code: 1 })],
    ['it confirms other words than were sent', 'DIGEST_DIFFERS', (w) => w.p.send('ack', { to: w.holder.id, subject: w.subject, refers: w.eventMessage, digest: sha256('other'), code: 1 })],
    ['it ends the report of another', 'NOT_YOURS', (w) => statement(w, 'event-end', { addressees: [w.holder.id] }, (x) => x.bytes(w.event.id))],
    ['it withdraws a consent that there is not', 'NOT_FOUND', (w) => statement(w, 'withdrawal', { addressees: [w.holder.id] }, (x) => x.bytes(newId()))],
    ['it leaves a case for another', 'NOT_YOURS', (w) => statement(w, 'membership', { setter: w.q.org.id, case: w.about, purpose: PURPOSE, addressees: [w.holder.id] },
        (x) => x.u8(5).bytes(zeros(16)))],
    ['a third partner invites itself', 'NOT_FOUND', (w) => statement({ ...w, p: w.q }, 'membership', { case: w.about, purpose: PURPOSE, addressees: [w.holder.id] },
        (x) => x.u8(2).bytes(w.holder.id))],
    ['a third partner opens the same case', 'WRONG_STATE', (w) => statement({ ...w, p: w.q }, 'membership', { case: w.about, purpose: PURPOSE }, (x) => x.u8(1).bytes(zeros(16)))],
    ['it breaks the glass', 'NOT_YET', async (w) => {
        const said = w.p.say('breakglass', { subject: w.subject, case: w.about, purpose: 'acute_danger' }, (x) => x.bytes(w.holder.id).sections(['ident']).u64(now()));
        return w.p.send('breakglass', { ...about(w), purpose: 'acute_danger', sections: ['ident'], original: said.original, ...w.p.person });
    }],
];

export async function lies(state, other, number, second, handle) {
    const p = new Partner(state), q = new Partner(other), holder = p.region.partners.find((o) => o.handle === handle);
    for (const who of [p, q]) {
        await who.connect();
        for (const original of [...who.node.publish, who.node.staffCertificate]) await who.must('publish', { original });
    }
    console.log(JSON.stringify({ step: 'joined' }));
    const w = { p, q, holder, subject: await p.pseudonym(number), other: await p.pseudonym(second) };
    const told = await reported(p, w.subject, holder);
    Object.assign(w, { event: told, eventMessage: told.message, eventDigest: told.digest });
    w.about = await openCase(p, w.subject);
    w.otherCase = await openCase(p, w.other);
    w.request = await ask(p, w.subject, w.about, holder, w.event);
    let wrong = 0;
    for (const [name, expected, tell] of LIES) {
        const reply = await tell(w);
        const ok = reply.word === expected && (reply.result !== 0 || expected === 'ACCEPTED');
        if (!ok) wrong++;
        console.log(JSON.stringify({ lie: name, expected, told: reply.word, ok }));
    }
    // What comes behind all of it.
    const honest = await report(w, {});
    if (honest.word !== 'ACCEPTED') throw new Error(`an honest report: ${honest.word}`);
    console.log(JSON.stringify({ step: 'lied', lies: LIES.length, wrong, request: hex(w.request.id), behind: hex(honest.said) }));
    for (const who of [p, q]) who.close();
    if (wrong !== 0) throw new Error(`${wrong} of ${LIES.length} lies were told something else`);
}
