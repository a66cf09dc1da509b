// Stands before the service: counts calls, keeps what could have changed something as it came, and
// can hold the call of a given number, so that a caller is caught at a known place.

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const REDIRECTING = /^(x-.*(method|url|uri|path|forward)|forwarded)/;
const MOMENTS = new Set(['before', 'late', 'after']);

const isText = (bytes) => Buffer.compare(Buffer.from(bytes.toString('utf8'), 'utf8'), bytes) === 0;

function redirections(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => REDIRECTING.test(name)));
}

function isChanging(call) {
  const asksOtherwise = Object.keys(redirections(call.headers)).length > 0 || call.rawQuery !== '';
  return !READING.has(call.method) || call.body.length > 0 || asksOtherwise;
}

function recorded(call, place) {
  const text = isText(call.body);
  return {
    call: place,
    method: call.method,
    target: call.target,
    redirections: redirections(call.headers),
    body: call.body.toString(text ? 'utf8' : 'base64'),
    encoding: text ? 'utf8' : 'base64',
    signed: call.headers.authorization !== undefined,
  };
}

export class Witness {
  calls = 0;
  changes = [];
  hold = null;
  held = false;
  waiting = [];

  constructor(create) {
    this.create = create;
    this.service = create();
  }

  /** As if the server had been started anew. */
  reset() {
    this.release();
    this.service = this.create();
    this.calls = 0;
    this.changes = [];
  }

  async answer(call) {
    this.calls += 1;
    const moment = this.hold?.at === this.calls ? this.hold.moment : null;
    const entry = isChanging(call) ? recorded(call, this.calls) : null;
    if (entry) this.changes.push(entry);
    if (moment === 'before') {
      await this.released();
      throw new Error('the caller is gone');
    }
    if (moment === 'late') await this.released();
    const reply = await this.service.answer(call);
    if (entry) Object.assign(entry, { status: reply.status, code: reply.body?.resultCode });
    if (moment === 'after') await this.released();
    return reply;
  }

  /** `before`: the call is never made; `late`: it is made when released; `after`: it was made. */
  holdAt(at, moment) {
    if (!Number.isInteger(at) || !MOMENTS.has(moment)) return false;
    this.hold = { at, moment };
    this.held = false;
    return true;
  }

  released() {
    this.held = true;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  release() {
    this.hold = null;
    this.held = false;
    this.waiting.splice(0).forEach((resolve) => resolve());
  }

  progress() {
    return { calls: this.calls, held: this.held };
  }

  contents() {
    return Object.fromEntries([...this.service.campaigns].map(([name, campaign]) => [
      name,
      campaign.numbers.map((number) => [number, campaign.priorities?.get(number) ?? null]),
    ]));
  }
}
