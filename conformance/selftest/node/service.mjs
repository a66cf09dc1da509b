import { randomUUID } from 'node:crypto';

import { CODE, Refusal, describe } from './codes.mjs';
import { isSigned } from './signature.mjs';

const ROUTES = [
  {
    pattern: /^\/rest\/isales\/v1\/openapi\/campaigns\/([^/]+)\/callerNo\/([^/]+)$/,
    actions: { DELETE: 'deleteNumbers', POST: 'addNumbers' },
  },
  {
    pattern: /^\/rest\/isales\/v1\/openapi\/campaigns\/([^/]+)\/([^/]+)$/,
    actions: { GET: 'showCampaign' },
  },
];

const LONGEST_ID_TEXT = 20;
const LONGEST_NUMBER = 24;
const LARGEST_CAMPAIGN_ID = 2 ** 31 - 1;
const LARGEST_CAMPAIGN = 1000;
const ABSENT = [undefined, null];

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function demand(condition, code, detail) {
  if (!condition) throw new Refusal(code, detail);
}

function decodeSegment(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

// The grammar of Java's Integer.parseInt: a sign and leading zeros are an integer too.
function readId(segment, { name, largest, otherwise }) {
  const text = decodeSegment(segment);
  demand(text.length <= LONGEST_ID_TEXT, CODE.LENGTH_RANGE, name);
  demand(/^[+-]?[0-9]+$/.test(text), otherwise, name);
  const id = Number(text);
  demand(id >= 1 && id <= largest, CODE.WRONG_VALUE, name);
  return id;
}

function requireHourWithMinute(has, where) {
  demand(has('hour') === has('minute'), CODE.HOUR_MINUTE, where);
}

function requireJsonType(headers) {
  const mediaType = (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  demand(mediaType === 'application/json', CODE.PARAMETER_ERROR, 'Content-Type');
}

/** Every step is a method, so that a fault is a subclass that gets one step wrong. */
export class Service {
  constructor({ campaigns, keys }) {
    this.campaigns = new Map(campaigns.map((campaign) => [`${campaign.vdnId}/${campaign.campaignId}`, campaign]));
    this.keys = keys;
  }

  async answer(call) {
    if (!this.authorized(call)) return { status: 401 };
    const route = ROUTES.find(({ pattern }) => pattern.test(call.path));
    if (route === undefined) return { status: 404 };
    const actions = this.actions(route);
    if (!Object.hasOwn(actions, call.method)) {
      return { status: 405, headers: { Allow: Object.keys(actions).join(', ') } };
    }
    const outcome = await this.outcome(actions[call.method], route.pattern.exec(call.path).slice(1), call);
    const locale = call.headers.locale === 'en_US' ? 'en_US' : 'zh_CN';
    return { status: 200, body: this.envelope(outcome, locale) };
  }

  authorized(call) {
    return this.keys === null || isSigned(call, this.keys);
  }

  actions(route) {
    return route.actions;
  }

  async outcome(action, segments, call) {
    try {
      const campaign = this.campaignOf(segments);
      const query = new URLSearchParams(call.rawQuery);
      requireHourWithMinute((name) => query.has(name), 'query');
      return { code: CODE.SUCCESS, ...(await this[action](campaign, call)) };
    } catch (error) {
      return this.failure(error);
    }
  }

  failure(error) {
    if (error instanceof Refusal) return { code: error.code, detail: error.detail };
    return { code: CODE.PARAMETER_ERROR, detail: 'request' };
  }

  envelope(outcome, locale) {
    const texts = describe(outcome, locale);
    return {
      requestId: randomUUID(),
      returnCode: outcome.code,
      returnDesc: texts.return,
      resultCode: outcome.code,
      resultDesc: texts.result,
      returnObject: outcome.returnObject,
    };
  }

  campaignOf([vdnSegment, campaignSegment]) {
    const vdnId = readId(vdnSegment, { name: 'vdnId', largest: 9999, otherwise: CODE.WRONG_TYPE });
    const campaignId = readId(campaignSegment, {
      name: 'campaignId',
      largest: LARGEST_CAMPAIGN_ID,
      otherwise: CODE.CONVERSION,
    });
    const campaign = this.find(vdnId, campaignId);
    demand(campaign !== undefined, CODE.NO_CAMPAIGN, 'campaignId');
    return campaign;
  }

  find(vdnId, campaignId) {
    return this.campaigns.get(`${vdnId}/${campaignId}`);
  }

  showCampaign(campaign) {
    const { vdnId, campaignId } = campaign;
    return {
      done: { zh_CN: '查询外呼任务成功', en_US: 'campaign found' },
      returnObject: { vdnId, campaignId, callerNo: this.written(this.entries(campaign)) },
    };
  }

  entries({ numbers, priorities }) {
    return numbers.map((number) => ({ accessCode: number, priority: priorities?.get(number) }));
  }

  written(entries) {
    return entries.map(({ accessCode }) => accessCode).join(';');
  }

  addNumbers(campaign, call) {
    const items = this.items(this.body(call));
    const numbers = this.numbers(items);
    items.forEach((item) => this.requirePriority(item));
    this.requireAddable(campaign, numbers);
    this.add(campaign, numbers);
    this.keepPriorities(campaign, items);
    return {
      done: { zh_CN: `添加主叫号码成功.num:${numbers.length}`, en_US: `callerNo added.num:${numbers.length}` },
    };
  }

  requireAddable(campaign, numbers) {
    const isThere = (number) => campaign.numbers.includes(this.stored(number));
    demand(!numbers.some(isThere), CODE.COMBINATION, 'accessCode');
    const total = campaign.numbers.length + numbers.length;
    demand(total <= this.largest(), CODE.TOO_MANY, 'campaign');
  }

  largest() {
    return LARGEST_CAMPAIGN;
  }

  keepPriorities(campaign, items) {
    campaign.priorities ??= new Map();
    for (const item of items) campaign.priorities.set(this.stored(this.number(item)), item.priority);
  }

  async deleteNumbers(campaign, call) {
    const items = this.items(this.body(call));
    await this.deleteItems(campaign, items);
    return this.deleted(items.length);
  }

  deleted(count) {
    return { done: { zh_CN: `删除主叫号码成功.num:${count}`, en_US: `callerNo deleted.num:${count}` } };
  }

  async deleteItems(campaign, items) {
    const numbers = this.numbers(items);
    this.requirePresent(campaign, numbers);
    this.requireRemainder(campaign, numbers);
    await this.remove(campaign, numbers);
  }

  body(call) {
    requireJsonType(call.headers);
    const text = this.decode(call.body);
    demand(text.trim() !== '', CODE.EMPTY, 'body');
    const body = this.parse(text);
    this.requireBody(body);
    requireHourWithMinute((name) => Object.hasOwn(body, name), 'body');
    return body;
  }

  decode(bytes) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new Refusal(CODE.CONVERSION, 'body');
    }
  }

  parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      throw new Refusal(CODE.CONVERSION, 'body');
    }
  }

  requireBody(body) {
    demand(body !== null, CODE.EMPTY, 'body');
    demand(isObject(body), CODE.CONVERSION, 'body');
  }

  items({ callerNo }) {
    demand(!ABSENT.includes(callerNo), CODE.EMPTY, 'callerNo');
    demand(Array.isArray(callerNo), CODE.WRONG_TYPE, 'callerNo');
    demand(callerNo.length > 0, CODE.TOO_SHORT, 'callerNo');
    this.requireCount(callerNo);
    return callerNo;
  }

  requireCount(items) {
    demand(items.length <= 100, CODE.TOO_MANY, 'callerNo');
  }

  numbers(items) {
    const numbers = items.map((item) => this.number(item));
    this.requireDistinct(numbers);
    return numbers;
  }

  number(item) {
    this.requireItem(item);
    requireHourWithMinute((name) => Object.hasOwn(item, name), 'callerNo');
    const text = this.text(item.accessCode);
    demand(text !== '', CODE.EMPTY, 'accessCode');
    demand(/^[0-9]+$/.test(text), CODE.CHARACTERS, 'accessCode');
    demand(text.length <= LONGEST_NUMBER, CODE.TOO_LONG, 'accessCode');
    return text;
  }

  requirePriority(item) {
    if (item.priority === undefined) return;
    demand(Number.isInteger(item.priority), CODE.WRONG_TYPE, 'priority');
    demand(item.priority >= 1 && item.priority <= 5, CODE.WRONG_VALUE, 'priority');
  }

  requireItem(item) {
    demand(!ABSENT.includes(item), CODE.EMPTY, 'callerNo');
    demand(isObject(item), CODE.WRONG_TYPE, 'callerNo');
  }

  text(accessCode) {
    demand(!ABSENT.includes(accessCode), CODE.EMPTY, 'accessCode');
    demand(typeof accessCode === 'string', CODE.WRONG_TYPE, 'accessCode');
    return accessCode;
  }

  requireDistinct(numbers) {
    demand(new Set(numbers).size === numbers.length, CODE.COMBINATION, 'accessCode');
  }

  requirePresent(campaign, numbers) {
    const absent = numbers.filter((number) => !campaign.numbers.some((held) => this.same(held, number)));
    demand(absent.length === 0, CODE.COMBINATION, 'accessCode');
  }

  requireRemainder(campaign, numbers) {
    demand(this.count(campaign) - numbers.length >= 1, CODE.PARAMETER_ERROR, 'at least one callerNo stays');
  }

  count(campaign) {
    return campaign.numbers.length;
  }

  same(held, named) {
    return held === named;
  }

  // Nothing is awaited between the checks and this step: that is what makes a deletion atomic.
  remove(campaign, numbers) {
    campaign.numbers = campaign.numbers.filter((held) => !numbers.some((number) => this.same(held, number)));
  }

  add(campaign, numbers) {
    campaign.numbers = [...campaign.numbers, ...numbers.map((number) => this.stored(number))];
  }

  stored(number) {
    return number;
  }
}
