// Pseudonyms (section 12): RFC 9497 by @cloudflare/voprf-ts, asked from two holders of a share.
import { createRequire } from 'node:module';
import { Writer, same } from './bytes.mjs';

// Its files for import are not marked as modules, so Node 18 cannot import them.
const require = createRequire(import.meta.url);
const { DLEQProof, Evaluation, Oprf, OPRFClient, VOPRFClient } = require('@cloudflare/voprf-ts');
const { CryptoNoble } = require('@cloudflare/voprf-ts/crypto-noble');

Oprf.Crypto = CryptoNoble;
const SUITE = Oprf.Suite.RISTRETTO255_SHA512;
const group = Oprf.getGroup(SUITE);

const input = (region, number) =>
    new Writer().blob16(Buffer.from('schakel pseudonym v1')).blob16(region.hash).blob16([1]).blob16(Buffer.from(number)).end();

const PROOF = {
    gg: group, hashID: Oprf.getHash(SUITE), hash: Oprf.Crypto.hash, dst: `OPRFV1-${String.fromCharCode(Oprf.Mode.VOPRF)}-${SUITE}`,
};

/** An answer (P-098): n elements and one proof. */
function evaluation(count, answer) {
    if (answer.length !== count * 32 + 64) throw new Error('the answer has not the size of the question');
    const bytes = Uint8Array.from(answer);
    const elements = Array.from({ length: count }, (_, i) => group.desElt(bytes.subarray(i * 32, i * 32 + 32)));
    return new Evaluation(Oprf.Mode.VOPRF, elements, DLEQProof.deserialize(PROOF, bytes.subarray(count * 32)));
}

/** ask(elements, share) gives what the holder of that share answered; shares are public keys. */
export async function derive(region, number, shares, ask) {
    const clients = shares.map((s) => new VOPRFClient(SUITE, Uint8Array.from(s)));
    const [kept, question] = await clients[0].blind([Uint8Array.from(input(region, number))]);
    const elements = Buffer.concat(question.blinded.map((e) => Buffer.from(e.serialize(true))));
    const answers = [];
    for (let i = 0; i < shares.length; i++) {
        const e = evaluation(1, await ask(elements, i));
        await clients[i].finalize(kept, e);         // throws when the proof is wrong
        answers.push(e);
    }
    const joint = shares.map((s) => group.desElt(Uint8Array.from(s))).reduce((a, b) => a.add(b));
    if (!same(joint.serialize(true), region['pseudonym-key'])) throw new Error('the shares do not sum to the joint key');
    const sum = answers[0].evaluated.map((_, i) => answers.map((a) => a.evaluated[i]).reduce((a, b) => a.add(b)));
    const [output] = await new OPRFClient(SUITE).finalize(kept, new Evaluation(Oprf.Mode.OPRF, sum));
    return Buffer.from(output).subarray(0, 32);
}
