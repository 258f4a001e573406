// A copy of the log in a folder: c2sp.org/tlog-tiles and P-201. The root is computed twice, from the leaves and from the tiles of hashes.
import { Reader, same, sha256 } from './bytes.mjs';
import { leafHash, nodeHash } from './log.mjs';
import { openCheckpoint } from './tlog.mjs';

const WIDTH = 256, LEAF = 226;
const refuse = (why) => { throw new Error(why); };

/** RFC 6962 section 2.1, over hashes of leaves or of subtrees of one height. */
export function treeRoot(hashes) {
    if (hashes.length === 0) return sha256();
    if (hashes.length === 1) return hashes[0];
    let k = 1;
    while (2 * k < hashes.length) k *= 2;
    return nodeHash(treeRoot(hashes.slice(0, k)), treeRoot(hashes.slice(k)));
}

/** 1234067 of 70 is x001/x234/067.p/70. */
export function tileName(kind, n, width) {
    const groups = String(n).padStart(3 * Math.ceil(String(n).length / 3), '0').match(/.{3}/g);
    return `tile/${kind}/${groups.map((g, i) => (i < groups.length - 1 ? `x${g}` : g)).join('/')}${width < WIDTH ? `.p/${width}` : ''}`;
}

/** The tiles of one level that so many hashes need: name and width. */
export const tileNames = (kind, count) => Array.from({ length: Math.ceil(count / WIDTH) }, (_, n) => {
    const width = Math.min(WIDTH, count - n * WIDTH);
    return { name: tileName(kind, n, width), width };
});

export const levels = (size) => {
    const counts = [];
    for (let count = size; count > 0; count = Math.floor(count / WIDTH)) counts.push(count);
    return counts;
};

function readLeaves(read, size) {
    const leaves = [];
    for (const { name, width } of tileNames('entries', size)) {
        const r = new Reader(read(name));
        for (let i = 0; i < width; i++) {
            const leaf = r.blob16();
            if (leaf.length !== LEAF || leaf[0] !== 1 || leaf[1] !== 0 || leaf.subarray(210).some((b) => b !== 0)) refuse(`${name}: entry ${i} is not a leaf`);
            leaves.push(leaf);
        }
        r.end();
    }
    return leaves;
}

function readHashes(read, level, count) {
    return tileNames(level, count).flatMap(({ name, width }) => {
        const r = new Reader(read(name)), hashes = Array.from({ length: width }, () => r.bytes(32));
        r.end();
        return hashes;
    });
}

/** From the parts that are in no tile above, right to left: what a program does that has no leaves. */
function rootOfTiles(tiles) {
    let root = null;
    for (const hashes of tiles) {
        const rest = hashes.slice(hashes.length - (hashes.length % WIDTH));
        for (let width = 1; rest.length > 0; width *= 2) {
            if (rest.length % (2 * width) === 0) continue;
            const left = treeRoot(rest.splice(rest.length - width));
            root = root ? nodeHash(left, root) : left;
        }
    }
    return root;
}

/** The tiles of all levels, each hash of a level being the root of a whole tile below it. */
function readTiles(read, size, leafHashes) {
    const tiles = levels(size).map((count, level) => readHashes(read, level, count));
    const below = (level, i) => (level === 0 ? leafHashes[i] : treeRoot(tiles[level - 1].slice(i * WIDTH, (i + 1) * WIDTH)));
    tiles.forEach((hashes, level) => hashes.forEach((hash, i) => {
        if (!same(hash, below(level, i))) refuse(`hash ${i} of level ${level} is not that of what is below it`);
    }));
    return rootOfTiles(tiles);
}

/** The whole copy; read(name) gives the bytes of a file. With the tiles of hashes where the copy has them. */
export function readCopy(read, region, { hashes }) {
    const point = openCheckpoint(read('checkpoint'), region), size = Number(point.size);
    const leaves = readLeaves(read, size), leafHashes = leaves.map(leafHash);
    if (!same(treeRoot(leafHashes), point.root)) refuse('the leaves do not give the root that is signed');
    if (hashes && !same(readTiles(read, size, leafHashes), point.root)) refuse('the tiles do not give the root that is signed');
    return { ...point, leafHashes };
}

/** Another checkpoint of the log, of that size or less, is over the beginning of the copy. */
export function checkBegins(copy, point) {
    if (point.size > copy.size || point.size === 0n) refuse('a checkpoint that the copy does not reach');
    if (!same(treeRoot(copy.leafHashes.slice(0, Number(point.size))), point.root)) refuse('a checkpoint of another log');
}

/** The registry beside it (P-201): its checkpoint, then all its statements. */
export function readRegistry(bytes, region) {
    const r = new Reader(bytes), point = openCheckpoint(r.blob16(), region, `${region.log.name}/registry`);
    const statements = Array.from({ length: r.u16() }, () => r.blob16());
    r.end();
    if (BigInt(statements.length) !== point.size) refuse('statements are missing');
    if (!same(treeRoot(statements.map(leafHash)), point.root)) refuse('the statements do not give the root that is signed');
    return { ...point, statements };
}
