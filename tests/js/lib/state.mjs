// What the client keeps between its commands: one JSON file in its folder. A real one would encrypt it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pack = (_, v) => (v?.type === 'Buffer' ? { b64: Buffer.from(v.data).toString('base64') } : v);
const unpack = (_, v) => (v && typeof v === 'object' && 'b64' in v ? Buffer.from(v.b64, 'base64') : v);

export const path = (folder, name) => join(folder, name);
export const load = (folder) => JSON.parse(readFileSync(path(folder, 'state.json'), 'utf8'), unpack);
export const save = (folder, state) => writeFileSync(path(folder, 'state.json'), JSON.stringify(state, pack), { mode: 0o600 });
