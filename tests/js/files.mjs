#!/usr/bin/env node
// What our programs export, read by a program that is not ours: written from C2SP's texts and proto/PROTOCOL.md alone (section 10), without keys.
//   files.mjs REGION COPY [ARCHIVE]   COPY: a copy of the log, of the hub or of a node. ARCHIVE: a folder with *.tlog-proof
// Everything is read and verified; then byte after byte is changed, one at a time, and each change has to be refused. A line of JSON, or an error.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rootOf } from './lib/log.mjs';
import { same } from './lib/bytes.mjs';
import { readRegion } from './lib/note.mjs';
import { checkBegins, levels, readCopy, readRegistry, tileNames } from './lib/tiles.mjs';
import { openCheckpoint, readProof } from './lib/tlog.mjs';

const SPOTS = 48;                     // in a file of any length, the first and the last byte among them
const BITS = [0x01, 0x20, 0x80];

function openProof(bytes, region, copy) {
    const proof = readProof(bytes), point = openCheckpoint(proof.checkpoint, region);
    if (proof.index >= point.size || point.size > copy.size) throw new Error('a proof of what is not in the copy');
    if (!same(rootOf(proof.index, point.size, copy.leafHashes[Number(proof.index)], proof.path), point.root)) throw new Error('the leaf is not under the checkpoint');
    checkBegins(copy, point);
    return { index: proof.index, size: point.size };
}

function openAnchored(bytes, region, copy) {
    const point = openCheckpoint(bytes, region);
    checkBegins(copy, point);
    if (!point.anchored) throw new Error('too few cosigned it');
    return point;
}

/** The file with one byte changed, at each of these places; with one too few; with one too many. */
function* changes(bytes, places) {
    for (const at of places) {
        for (const bit of BITS) {
            const changed = Buffer.from(bytes);
            changed[at] ^= bit;
            yield { changed, what: `byte ${at} xor ${bit}` };
        }
    }
    yield { changed: bytes.subarray(0, -1), what: 'cut short' };
    for (const more of [0, 10, 65]) yield { changed: Buffer.concat([bytes, Buffer.from([more])]), what: `${more} behind it` };
}

const all = (bytes) => bytes.keys();
const some = (bytes) => new Set(Array.from({ length: SPOTS }, (_, i) => Math.round((i * (bytes.length - 1)) / (SPOTS - 1))));

/** Each change is refused: check throws. Gives how many. */
function spoil(name, bytes, places, check) {
    let count = 0;
    for (const { changed, what } of changes(bytes, places)) {
        let taken = true;
        try { check(changed); } catch { taken = false; }
        if (taken) throw new Error(`${name} is believed although changed: ${what}`);
        count++;
    }
    return count;
}

function spoilCopy(read, region, names, hashes) {
    let count = spoil('checkpoint', read('checkpoint'), all(read('checkpoint')), (b) => openCheckpoint(b, region));
    for (const name of names)
        count += spoil(name, read(name), some(read(name)), (b) => readCopy((n) => (n === name ? b : read(n)), region, { hashes }));
    return count;
}

/** A line under another name is one that nobody asked for, so a changed note may be good; then it has one cosignature less. */
function spoilAnchored(bytes, region, copy, before) {
    return spoil('checkpoint.anchored', bytes, all(bytes), (b) => {
        if (openAnchored(b, region, copy).cosigned.length < before.cosigned.length) throw new Error('a line less');
    });
}

function files(regionFile, folder, archive) {
    const kept = new Map(), region = readRegion(readFileSync(regionFile, 'utf8'));
    const read = (name) => kept.get(name) ?? kept.set(name, readFileSync(join(folder, name))).get(name);
    const there = (name) => existsSync(join(folder, name)), hashes = there('tile/0');
    const copy = readCopy(read, region, { hashes }), size = Number(copy.size);
    const names = ['entries', ...(hashes ? levels(size).keys() : [])]
        .flatMap((kind) => tileNames(kind, kind === 'entries' ? size : levels(size)[kind]).map((t) => t.name));
    const said = { leaves: size, tiles: names, hashes, changed: spoilCopy(read, region, names, hashes) };
    if (there('checkpoint.anchored')) {
        const bytes = read('checkpoint.anchored'), point = openAnchored(bytes, region, copy);
        Object.assign(said, { anchored: Number(point.size), cosigned: point.cosigned });
        said.changed += spoilAnchored(bytes, region, copy, point);
    }
    if (there('registry')) {
        said.statements = readRegistry(read('registry'), region).statements.length;
        said.changed += spoil('registry', read('registry'), some(read('registry')), (b) => readRegistry(b, region));
    }
    const proofs = archive ? readdirSync(archive).filter((n) => n.endsWith('.tlog-proof')) : [];
    said.proofs = proofs.map((name, i) => {
        const bytes = readFileSync(join(archive, name)), { index } = openProof(bytes, region, copy);
        said.changed += spoil(name, bytes, i === 0 ? all(bytes) : some(bytes), (b) => openProof(b, region, copy));
        return Number(index);
    });
    return said;
}

const [regionFile, folder, archive] = process.argv.slice(2);
if (!folder) { console.error('usage: files.mjs REGION COPY [ARCHIVE]'); process.exit(64); }
try {
    console.log(JSON.stringify(files(regionFile, folder, archive)));
} catch (e) {
    console.error(`files.mjs ${folder}: ${e.stack}`);
    process.exit(1);
}
