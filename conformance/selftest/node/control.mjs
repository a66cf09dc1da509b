import { createServer } from 'node:http';

// Apart from the interface: what every campaign holds, and what was sent to change it.

const ACTIONS = {
  'GET /progress': (witness) => witness.progress(),
  'GET /contents': (witness) => witness.contents(),
  'GET /changes': (witness) => witness.changes,
  'POST /hold': (witness, query) => {
    return { accepted: witness.holdAt(Number(query.get('at')), query.get('moment')) };
  },
  'POST /release': (witness) => {
    witness.release();
    return witness.progress();
  },
  'POST /reset': (witness) => {
    witness.reset();
    return witness.progress();
  },
  'POST /mend': (witness) => {
    witness.service.mend?.();
    return witness.progress();
  },
};

export function createControl(witness) {
  return createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    const action = ACTIONS[`${request.method} ${url.pathname}`];
    const body = JSON.stringify(action ? action(witness, url.searchParams) : Object.keys(ACTIONS));
    response.writeHead(action ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(body);
  });
}
