#!/usr/bin/env node
// A partner's program written from proto/PROTOCOL.md alone, to find out whether that text is enough. Not for use.
//   client.mjs org FOLDER HANDLE KIND NAME     keys and FOLDER/org.pub
//   client.mjs sign FOLDER REGION              the founder's signature on a region file
//   client.mjs request FOLDER REGION           FOLDER/join.req
//   client.mjs welcome FOLDER                  takes FOLDER/welcome
//   client.mjs fill FOLDER NUMBER COUNT        so many acts, which a log is made of: cases that it opens
//   client.mjs lies FOLDER FOLDER2 NUMBER NUMBER2 HOLDER   two partners, of which one lies: lies.mjs
//   client.mjs talk FOLDER NUMBER HOLDER       derives, waits for a report, asks, opens, verifies; a line of JSON for each step
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { newNode, newOrganisation, readWelcome } from './lib/join.mjs';
import { readNote, readRegion, signatureLine } from './lib/note.mjs';
import { load, path, save } from './lib/state.mjs';
import { lies } from './lies.mjs';
import { fill, talk } from './talk.mjs';

const commands = {
    org(folder, handle, kind, name) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const org = newOrganisation(handle, kind, name);
        save(folder, { org });
        writeFileSync(path(folder, 'org.pub'), org.file);
    },
    sign(folder, file) {
        const { org } = load(folder);
        const text = readFileSync(file, 'utf8');
        readRegion(text, { complete: false });
        appendFileSync(file, signatureLine(org.handle, org.root, readNote(text).text));
    },
    async request(folder, file) {
        const { org } = load(folder);
        const region = readRegion(readFileSync(file, 'utf8'));
        const { node, request } = await newNode(region, org);
        save(folder, { org, region, node });
        writeFileSync(path(folder, 'join.req'), request);
    },
    welcome(folder) {
        const state = load(folder);
        save(folder, { ...state, welcome: readWelcome(state.region, state.org, readFileSync(path(folder, 'welcome'))) });
    },
    fill: (folder, number, count) => fill(load(folder), number, Number(count)),
    lies: (folder, second, ...rest) => lies(load(folder), load(second), ...rest),
    talk: (folder, number, holder) => talk(load(folder), number, holder),
};

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) { console.error('usage: client.mjs org|sign|request|welcome|talk|fill|lies FOLDER ...'); process.exit(64); }
try {
    await commands[name](...args);
} catch (e) {
    console.error(`client.mjs ${name}: ${e.stack}`);
    process.exit(1);
}
