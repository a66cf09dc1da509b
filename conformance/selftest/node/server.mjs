import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { BREAKDOWNS } from './breakdowns.mjs';
import { createControl } from './control.mjs';
import { DIFFERENCES } from './differences.mjs';
import { FAULTS } from './faults.mjs';
import { HARMS } from './harms.mjs';
import { createListener } from './listener.mjs';
import { LOOKS } from './looks.mjs';
import { Service } from './service.mjs';
import { STORES } from './stores.mjs';
import { Witness } from './witness.mjs';

const BEHAVIOURS = { ...LOOKS, ...STORES, ...HARMS, ...BREAKDOWNS };
const MIXINS = { ...FAULTS, ...DIFFERENCES, ...BEHAVIOURS };

const OPTIONS = {
  port: { type: 'string', default: '0' },
  campaign: { type: 'string', multiple: true, default: [] },
  ak: { type: 'string' },
  fault: { type: 'string', multiple: true, default: [] },
  cert: { type: 'string' },
  key: { type: 'string' },
  control: { type: 'boolean', default: false },
  'list-faults': { type: 'boolean', default: false },
  'list-differences': { type: 'boolean', default: false },
  'list-behaviours': { type: 'boolean', default: false },
};

function readCampaign(text) {
  const match = /^(\d+)\/(\d+)=([\d:,]*)$/.exec(text);
  if (match === null) throw new Error(`--campaign ${text}: expected VDN/ID=NUMBER,NUMBER:PRIORITY,...`);
  const [, vdnId, campaignId, listed] = match;
  const entries = listed.split(',').filter(Boolean).map((entry) => entry.split(':'));
  return {
    vdnId: Number(vdnId),
    campaignId: Number(campaignId),
    numbers: entries.map(([number]) => number),
    priorities: new Map(entries.map(([number, priority]) => [number, priority && Number(priority)])),
  };
}

function readKeys({ ak }) {
  if (ak === undefined) return null;
  if (!process.env.ISALES_SK) throw new Error('--ak needs the secret key in ISALES_SK');
  return { accessKey: ak, secretKey: process.env.ISALES_SK };
}

function readTls({ cert, key }) {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) throw new Error('--cert and --key belong together');
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

function requireFaults(names) {
  const unknown = names.filter((name) => !Object.hasOwn(MIXINS, name));
  if (unknown.length > 0) throw new Error(`--fault ${unknown.join(', ')}: known are ${Object.keys(MIXINS).join(', ')}`);
  return names;
}

function list(mixins) {
  const entries = Object.entries(mixins).map(([name, { description }]) => [name, description]);
  console.log(JSON.stringify(Object.fromEntries(entries)));
}

function stopWithParent() {
  const stop = () => process.exit(0);
  process.on('SIGTERM', stop);
  process.stdin.on('close', stop).on('end', stop).resume();
}

function serve(options) {
  const FaultyService = requireFaults(options.fault).reduce((Base, name) => MIXINS[name].mixin(Base), Service);
  const keys = readKeys(options);
  const create = () => new FaultyService({ campaigns: options.campaign.map(readCampaign), keys });
  const witness = new Witness(create);
  const tls = readTls(options);
  const listener = createListener(witness, tls);
  const control = options.control ? createControl(witness) : null;
  const ready = () => {
    const { port } = listener.address();
    const place = { base_url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port };
    if (control) place.control_url = `http://127.0.0.1:${control.address().port}`;
    console.log(JSON.stringify(place));
  };
  const listen = () => listener.listen(Number(options.port), '127.0.0.1', ready);
  if (control) control.listen(0, '127.0.0.1', listen);
  else listen();
  stopWithParent();
}

function main() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (values['list-faults']) list(FAULTS);
    else if (values['list-differences']) list(DIFFERENCES);
    else if (values['list-behaviours']) list(BEHAVIOURS);
    else serve(values);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}

main();
