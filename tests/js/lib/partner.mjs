// A partner that talks to hub and keyholder: sends acts and checks their receipts, fetches mail and checks where it comes from.
import { Reader, now, random, same, zeros } from './bytes.mjs';
import { open, publicOf, sign } from './envelope.mjs';
import { USE, certificate } from './join.mjs';
import { Link } from './link.mjs';
import { checkReceipt, isConsistent } from './log.mjs';
import { KIND, block, decode, encode, readMail } from './message.mjs';
import { readCertificate } from './note.mjs';
import { derive } from './pseudonym.mjs';

const NAMES = ['ACCEPTED', 'NOT_A_FRAME', 'MALFORMED', 'WRONG_KIND', 'UNKNOWN_KEY', 'BAD_SIGNATURE', 'WRONG_REGION', 'NOT_YOURS', 'STALE', 'REPLAYED',
    'UNKNOWN_PARTNER', 'BLOCKED', 'OTHER_PACK', 'UNKNOWN_NAME', 'NOT_FOUND', 'WRONG_STATE', 'NOT_ADDRESSED', 'DENIED', 'DIGEST_DIFFERS', 'QUOTA',
    'FULL', 'NOT_YET', 'ROLE_NOT_ALLOWED', 'OVERTAKEN', 'TROUBLE'];
const COORDINATOR = 2;

export class Partner {
    seen = { size: 0n, root: Buffer.alloc(32) };
    received = 0n;
    acts = [];
    keys = new Map();

    constructor(state) { Object.assign(this, state); }

    async connect() {
        this.hub = await Link.open(this.welcome.address, this.region.tls, this.node, this.welcome.certificate);
        if (this.region.keyholder)
            this.keyholder = await Link.open(this.region.keyholder, this.region['keyholder-tls'], this.node, this.welcome.certificate);
    }

    close() { this.hub.close(); this.keyholder?.close(); }

    #head(more) {
        return {
            region: this.region.hash, id: random(16), from: this.org.id, issued: now(), until: now() + 3600, pack: this.region.pack,
            to: zeros(16), case: zeros(16), subject: zeros(33), purpose: '', actor: zeros(32), role: 0,
            seenSize: this.seen.size, seenRoot: this.seen.root, running: this.received, ...more,
        };
    }

    /** Sends a message; for an act the receipt is checked before anything is believed. */
    async send(kind, more) {
        const m = this.#head(more), body = encode(kind, m), envelope = sign(kind, body, ...(more.keys ?? [this.node.key]));
        const reply = await this.hub.ask(KIND[kind], envelope);
        if (!same(reply.id, m.id) && !(more.keys && same(reply.id, zeros(16)))) throw new Error('the answer is to another message');
        if (reply.receipt) await this.#proven(0, KIND[kind], m, envelope, reply.receipt, reply.result);
        else if (KIND[kind] < 32 && reply.result === 0) throw new Error(`${kind}: accepted without a receipt`);
        return { ...reply, word: NAMES[reply.result], message: m, envelope };
    }

    async must(kind, more) {
        const reply = await this.send(kind, more);
        if (reply.result !== 0) throw new Error(`${kind}: ${reply.word}`);
        return reply;
    }

    async #proven(side, kind, m, envelope, receipt, result) {
        const point = checkReceipt(this.region, side, kind, m, envelope, receipt);
        if (side === 0 && receipt.result !== result) throw new Error('the answer is not the one in the log');
        this.acts.push({ side, kind, m, envelope, receipt });
        await this.#newer(point);
    }

    /** The log only grew since what was seen before. */
    async #newer(point) {
        if (this.seen.size === 0n || point.size < this.seen.size) {
            if (this.seen.size === 0n) this.seen = point;
            return;
        }
        if (point.size === this.seen.size) {
            if (!same(point.root, this.seen.root)) throw new Error('two logs of one size');
            return;
        }
        const before = this.seen;
        const answer = await this.must('query', { code: 2, a: before.size, b: point.size });
        const r = new Reader(answer.payload);
        r.blob16();                                 // the newest checkpoint: it may be newer than the one asked about
        const proof = r.list(() => r.bytes(32), 64);
        r.end();
        if (!isConsistent(before.size, before.root, point.size, point.root, proof))
            throw new Error('the log does not continue the one that was seen');
        this.seen = point;
    }

    /** P-087: sent and received together, the numbers go 1, 2, 3, and each names the leaf before it. */
    checkNumbers() {
        const sorted = [...this.acts].sort((a, b) => Number(a.receipt.running - b.receipt.running));
        let previous = 2n ** 64n - 1n, number = 0n;
        for (const { receipt } of sorted) {
            if (receipt.running !== ++number || receipt.previous !== previous) throw new Error(`between ${number - 1n} and ${receipt.running} something is missing`);
            previous = receipt.index;
        }
        return Number(number);
    }

    /** A certificate of this use, and for whom; the node key above it is certified by the root key of the region file. */
    async #certified(key, use) {
        const answer = await this.must('query', { code: 5, key });
        const r = new Reader(answer.payload), list = r.list(() => open(r.blob16()), 40);
        r.end();
        const certs = list.map((c) => ({ ...readCertificate(c.body), by: c.keys[0] }));
        const own = certs.find((c) => same(c.key, key) && c.use === use);
        const owner = own && this.region.partners.find((p) => same(p.id, own.partner));
        if (!owner || !same(own.region, this.region.hash)) throw new Error('a key that nobody certified');
        const above = use === USE.staff ? certs.find((c) => same(c.key, own.by) && c.use === USE.node) : own;
        if (!above || !same(above.partner, owner.id) || !same(above.by, owner.root)) throw new Error('a certificate that its root key did not sign');
        return { partner: owner, from: Math.max(own.from, above.from), until: Math.min(own.until, above.until) };
    }

    async signer(envelope, use, at) {
        const opened = open(envelope), word = opened.keys[0].toString('hex') + use;
        if (!this.keys.has(word)) this.keys.set(word, await this.#certified(opened.keys[0], use));
        const k = this.keys.get(word);
        if (at < k.from || at >= k.until) throw new Error('a certificate that was not valid at the time of the leaf');
        return { ...opened, partner: k.partner };
    }

    /** One fetch; of each mail: is it in the log, from who says so, and the next number? */
    async fetch(wait) {
        const answer = await this.must('fetch', { wait });
        const mails = readMail(answer.payload);
        for (const mail of mails) {
            const { name, body, partner } = await this.signer(mail.envelope, USE.node, mail.receipt.time);
            mail.name = name;
            if (KIND[name] !== mail.kind) throw new Error('the kind is not that of the envelope');
            mail.message = decode(name, body);
            if (!same(mail.message.from, partner.id) || !same(mail.message.to, this.org.id)) throw new Error('mail from somebody else, or for somebody else');
            if (mail.running !== mail.receipt.running || mail.running <= this.received) throw new Error('mail out of order');
            await this.#proven(1, mail.kind, mail.message, mail.envelope, mail.receipt);
            this.received = mail.running;
        }
        return mails;
    }

    async pseudonym(number) {
        const shares = this.keyholder ? ['pseudonym-hub', 'pseudonym-keyholder'] : ['pseudonym-hub'];
        let envelope;
        const value = await derive(this.region, number, shares.map((s) => this.region[s]), async (elements, i) => {
            envelope ??= sign('derive', encode('derive', {
                ...this.#head({ seenSize: 0n, seenRoot: zeros(32), running: 0n }), elements, certificate: this.node.certificate,
            }), this.node.key);
            const reply = await [this.hub, this.keyholder][i].ask(KIND.derive, envelope);
            if (reply.result !== 0) throw new Error(`derive: ${NAMES[reply.result]}`);
            return reply.payload;
        });
        return Buffer.concat([Buffer.from([1]), value]);
    }

    /** A statement by the client's only person. */
    say(name, s, tail) {
        const full = { region: this.region.hash, id: random(16), setter: this.org.id, made: now(), addressees: [], ...s };
        return { id: full.id, original: sign(`say-${name}`, tail(block(full)).end(), this.node.staff) };
    }

    get person() { return { actor: publicOf(this.node.staff), role: COORDINATOR }; }
}
