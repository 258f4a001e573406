// What carries frames: TLS (P-160), inside it the handshake, lengths and request ids of nng's request/reply protocol.
import { X509Certificate, randomBytes } from 'node:crypto';
import { connect } from 'node:tls';
import { Reader, Writer } from './bytes.mjs';
import { frame, unframe } from './envelope.mjs';
import { readReply } from './message.mjs';

const REQUESTER = 0x30, REPLIER = 0x31;
const greeting = (protocol) => new Writer().bytes([0]).text('SP').bytes([0]).u16(protocol).u16(0).end();
const pem = (what, der) => `-----BEGIN ${what}-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END ${what}-----\n`;

export class Link {
    #waiting = [];
    #left = Buffer.alloc(0);
    #greeted = false;

    /** authority: DER of who may have signed the other side's certificate. */
    static open(address, authority, node, certificate) {
        const at = address.lastIndexOf(':');
        const link = new Link();
        return new Promise((done, failed) => {
            link.socket = connect({
                host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)), servername: 'schakel-hub',
                ca: new X509Certificate(authority).toString(), cert: pem('CERTIFICATE', certificate), key: pem('PRIVATE KEY', node.tls),
            }, () => { link.socket.write(greeting(REQUESTER)); done(link); });
            link.socket.on('error', (e) => { failed(e); link.#end(e); });
            link.socket.on('close', () => link.#end(new Error(`${address} hung up`)));
            link.socket.on('data', (d) => link.#take(d));
        });
    }

    #end(e) { for (const w of this.#waiting.splice(0)) w.failed(e); }

    #take(data) {
        this.#left = Buffer.concat([this.#left, data]);
        if (!this.#greeted) {
            if (this.#left.length < 8) return;
            if (!this.#left.subarray(0, 8).equals(greeting(REPLIER))) { this.socket.destroy(new Error('not a replier')); return; }
            this.#left = this.#left.subarray(8);
            this.#greeted = true;
        }
        while (this.#left.length >= 8) {
            const length = Number(this.#left.readBigUInt64BE());
            if (this.#left.length < 8 + length) return;
            const r = new Reader(this.#left.subarray(8, 8 + length));
            this.#left = this.#left.subarray(8 + length);
            const id = r.u32(), at = this.#waiting.findIndex((w) => w.id === id);
            if (at >= 0) this.#waiting.splice(at, 1)[0].done(r.bytes(r.left()));
        }
    }

    /** One frame there, its reply back. */
    ask(kind, envelope) {
        const id = (randomBytes(4).readUInt32BE() | 0x80000000) >>> 0;
        const body = new Writer().u32(id).bytes(frame(kind, envelope)).end();
        return new Promise((done, failed) => {
            this.#waiting.push({ id, failed, done: (b) => {
                const answer = unframe(b);
                if (answer.kind !== 128) failed(new Error('the answer is not a reply'));
                else done(readReply(answer.body));
            } });
            this.socket.write(new Writer().u64(body.length).bytes(body).end());
        });
    }

    close() { this.socket.end(); }
}
