// node policy.js REQUESTS.json MS: the rules and requests that bench-policy wrote, answered by cedar-wasm and casbin.
// Prints "figure value" lines. An answer that differs from Schakel's ends it with 70: then there is nothing to compare.
'use strict';
const { readFileSync } = require('fs');

const { rules, requests } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const limit = Number(process.argv[3]);

function measure(name, decide) {
  for (const [i, r] of requests.entries()) {
    if (decide(r) !== r.permit) {
      console.error(`${name}: request ${i} is answered otherwise: ${JSON.stringify(r)}`);
      process.exit(70);
    }
  }
  let done = 0;
  let took = 0;
  const began = process.cpuUsage();
  while (took < limit) {
    for (let i = 0; i < 64; i++) decide(requests[done++ % requests.length]);
    const used = process.cpuUsage(began);
    took = (used.user + used.system) / 1000;
  }
  console.log(`${name}_per_second ${Math.round((done / took) * 1000)}`);
}

function ofCedar(rule) {
  const list = (names) => `[${names.map((n) => JSON.stringify(n)).join(',')}]`;
  const when = [
    `${list(rule.askers)}.contains(context.asker)`,
    `${list(rule.purposes)}.contains(context.purpose)`,
    `${list(rule.holders)}.contains(context.holder)`,
    `${list(rule.sections)}.contains(context.section)`,
    `context.age >= ${rule.min}`,
    `context.age <= ${rule.max}`,
    ...rule.needs.map((n) => `context.events.containsAny(${list(n.one_of)})`),
  ];
  if (rule.mode === 'C') when.push('context.consent');
  return `${rule.mode === 'N' ? 'forbid' : 'permit'}(principal, action, resource) when { ${when.join(' && ')} };`;
}

function cedar() {
  const engine = require('@cedar-policy/cedar-wasm/nodejs');
  const made = engine.preparsePolicySet('pack', { staticPolicies: rules.map(ofCedar).join('\n') });
  if (made.type !== 'success') throw new Error(JSON.stringify(made));
  for (const r of requests) {
    r.cedar = {
      principal: { type: 'Partner', id: 'p' },
      action: { type: 'Action', id: 'share' },
      resource: { type: 'Case', id: 'c' },
      context: { asker: r.asker, purpose: r.purpose, holder: r.holder, section: r.section, events: r.events, age: r.age,
        consent: r.consent },
      entities: [],
      preparsedPolicySetId: 'pack',
    };
  }
  measure('cedar', (r) => {
    const answer = engine.statefulIsAuthorized(r.cedar);
    if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
    return answer.response.decision === 'allow';
  });
}

async function casbin() {
  const { newEnforcer, newModel } = require('casbin');
  const enforcer = await newEnforcer(newModel(`
[request_definition]
r = asker, purpose, holder, section, age, events, consent
[policy_definition]
p = askers, purposes, holders, sections, min, max, needs, mode, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = has(p.askers, r.asker) && has(p.purposes, r.purpose) && has(p.holders, r.holder) && has(p.sections, r.section) && \
between(p.min, p.max, r.age) && meets(p.needs, r.events) && agreed(p.mode, r.consent)
`));
  const words = (names) => `|${names.join('|')}|`;
  enforcer.addFunction('has', (set, name) => set.includes(`|${name}|`));
  enforcer.addFunction('between', (min, max, age) => age >= Number(min) && age <= Number(max));
  enforcer.addFunction('agreed', (mode, consent) => mode !== 'C' || consent);
  enforcer.addFunction('meets', (needs, events) =>
    needs === '' || needs.split('&').every((one) => events.some((e) => one.includes(`|${e}|`))));
  await enforcer.addPolicies(rules.map((r) => [words(r.askers), words(r.purposes), words(r.holders), words(r.sections),
    String(r.min), String(r.max), r.needs.map((n) => words(n.one_of)).join('&'), r.mode, r.mode === 'N' ? 'deny' : 'allow']));
  measure('casbin', (r) => enforcer.enforceSync(r.asker, r.purpose, r.holder, r.section, r.age, r.events, r.consent));
}

cedar();
casbin().catch((e) => {
  console.error(e);
  process.exit(70);
});
