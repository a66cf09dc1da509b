import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

const KEEP_ALIVE_MS = 5000;

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readCall(request) {
  // Callers behind a proxy may send the absolute form of the target.
  const target = request.url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  return {
    method: request.method,
    target: request.url,
    path: mark < 0 ? target : target.slice(0, mark),
    rawQuery: mark < 0 ? '' : target.slice(mark + 1),
    headers: request.headers,
    body: await readBody(request),
  };
}

function write(response, reply) {
  const type = reply.type ?? (reply.body === undefined ? 'text/plain' : 'application/json');
  const text = reply.body === undefined ? (reply.text ?? '') : JSON.stringify(reply.body);
  const headers = { ...reply.headers, 'Content-Length': Buffer.byteLength(text) };
  if (text !== '') headers['Content-Type'] = type;
  response.writeHead(reply.status, headers);
  response.end(text);
}

function handler(service) {
  return async (request, response) => {
    try {
      write(response, await service.answer(await readCall(request)));
    } catch {
      // The caller went away while sending, or a fault let an error through: nobody is left to answer.
      request.socket.destroy();
    }
  };
}

// Without this Node closes the connection of a CONNECT without a word.
function refuseConnect(request, socket) {
  socket.on('error', () => socket.destroy());
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
}

export function createListener(service, tls) {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS };
  const listener =
    tls === null
      ? createHttpServer(options, handler(service))
      : createHttpsServer({ ...options, ...tls, minVersion: 'TLSv1.2' }, handler(service));
  return listener.on('connect', refuseConnect);
}
