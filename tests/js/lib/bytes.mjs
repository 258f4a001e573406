// Bytes in and out: numbers are unsigned and big-endian (P-001), times are below 2^48 (P-010).
import { createHash, createHmac, randomBytes, webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;           // Node 18 has it under another name only

export const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
export const hmac = (key, ...parts) => parts.reduce((h, p) => h.update(p), createHmac('sha256', key)).digest();
export const random = (n) => randomBytes(n);
export const hex = (b) => Buffer.from(b).toString('hex');
export const unhex = (s) => Buffer.from(s, 'hex');
export const b64 = (b) => Buffer.from(b).toString('base64');
export const zeros = (n) => Buffer.alloc(n);
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;
export const now = () => Math.floor(Date.now() / 1000) + Number(process.env.SCHAKEL_CLOCK_OFFSET_S ?? 0);

export class Writer {
    parts = [];
    bytes(b) { this.parts.push(Buffer.from(b)); return this; }
    text(s) { return this.bytes(Buffer.from(s, 'utf8')); }
    u8(n) { return this.bytes([n]); }
    u16(n) { const b = Buffer.alloc(2); b.writeUInt16BE(n); return this.bytes(b); }
    u32(n) { const b = Buffer.alloc(4); b.writeUInt32BE(n); return this.bytes(b); }
    u64(n) { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return this.bytes(b); }
    blob16(b) { return this.u16(b.length).bytes(b); }
    blob32(b) { return this.u32(b.length).bytes(b); }
    /** P-002: characters, then zeros to the end of the field. */
    name(s, width) {
        if (s.length > width || !/^[a-zA-Z0-9_.:-]*$/.test(s)) throw new Error(`not a name of ${width}: ${s}`);
        return this.text(s).bytes(zeros(width - s.length));
    }
    /** P-005: strictly ascending. */
    sections(names) {
        this.u8(names.length);
        for (const n of [...names].sort()) this.name(n, 16);
        return this;
    }
    ids(list) {
        this.u8(list.length);
        for (const id of list) this.bytes(id);
        return this;
    }
    end() { return Buffer.concat(this.parts); }
}

export class Reader {
    constructor(buf) { this.buf = Buffer.from(buf); this.at = 0; }
    bytes(n) {
        if (this.at + n > this.buf.length) throw new Error(`cut short: ${n} bytes wanted at ${this.at} of ${this.buf.length}`);
        this.at += n;
        return this.buf.subarray(this.at - n, this.at);
    }
    u8() { return this.bytes(1).readUInt8(); }
    u16() { return this.bytes(2).readUInt16BE(); }
    u32() { return this.bytes(4).readUInt32BE(); }
    u64() { return this.bytes(8).readBigUInt64BE(); }
    time() {
        const t = this.u64();
        if (t >= 2n ** 48n) throw new Error('not a time');
        return Number(t);
    }
    blob16() { return this.bytes(this.u16()); }
    blob32() { return this.bytes(this.u32()); }
    name(width) {
        const m = /^([a-zA-Z0-9_.:-]*)\0*$/.exec(this.bytes(width).toString('latin1'));
        if (!m) throw new Error('not a name');
        return m[1];
    }
    list(of, max) {
        const n = this.u8();
        if (n > max) throw new Error(`${n} of at most ${max}`);
        return Array.from({ length: n }, of);
    }
    sections() {
        const names = this.list(() => this.name(16), 40);
        for (let i = 1; i < names.length; i++) if (names[i - 1] >= names[i]) throw new Error('sections out of order');
        return names;
    }
    left() { return this.buf.length - this.at; }
    /** P-009: with more left it is refused. */
    end() { if (this.left() !== 0) throw new Error(`${this.left()} bytes too many`); }
}
