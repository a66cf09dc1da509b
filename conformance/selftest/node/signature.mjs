import { createHmac, timingSafeEqual } from 'node:crypto';

const AUTHORIZATION =
  /^(?<prefix>auth-v2\/(?<accessKey>[^/]+)\/(?<timestamp>[^/]+)\/(?<signedHeaders>[^/]+))\/(?<signature>[0-9a-f]{64})$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const hex = byte.toString(16).toUpperCase().padStart(2, '0');
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${hex}`;
});

const encodeBytes = (bytes) => Array.from(bytes, (byte) => ENCODED[byte]).join('');
const encodeText = (text) => encodeBytes(Buffer.from(text, 'utf8'));
// Node hands header bytes over as latin1 text; this gives the bytes back.
const encodeHeader = (text) => encodeBytes(Buffer.from(text.trim(), 'latin1'));

// Every part but the raw path is ASCII, and Node hands the raw path over as latin1 text too.
const hmacHex = (key, message) => createHmac('sha256', key).update(message, 'latin1').digest('hex');

function canonicalQuery(rawQuery) {
  const pairs = [...new URLSearchParams(rawQuery)];
  return pairs.map(([key, value]) => `${encodeText(key)}=${encodeText(value)}`).sort().join('&');
}

function canonicalRequest(call, names) {
  const headers = names.map((name) => `${encodeText(name)}:${encodeHeader(call.headers[name])}`);
  return [
    call.method,
    call.path,
    ...(call.rawQuery ? [canonicalQuery(call.rawQuery)] : []),
    names.join(';'),
    headers.sort().join('\n'),
    encodeBytes(call.body),
  ].join('\n');
}

function areNamesValid(names, headers) {
  const ordered = [...new Set(names.map((name) => name.toLowerCase()))].sort();
  const present = names.every((name) => typeof headers[name] === 'string');
  return present && names.includes('host') && ordered.join(';') === names.join(';');
}

const isTimestamp = (text) => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text));

export function readAuthorization(headers) {
  return AUTHORIZATION.exec(headers.authorization ?? '')?.groups ?? null;
}

export function isSigned(call, keys) {
  const given = readAuthorization(call.headers);
  if (given === null || given.accessKey !== keys.accessKey || !isTimestamp(given.timestamp)) return false;
  const names = given.signedHeaders.split(';');
  if (!areNamesValid(names, call.headers)) return false;
  const signingKey = hmacHex(keys.secretKey, given.prefix);
  const expected = hmacHex(signingKey, canonicalRequest(call, names));
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given.signature));
}
