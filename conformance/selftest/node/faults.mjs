import { setTimeout as sleep } from 'node:timers/promises';

import { CODE, Refusal } from './codes.mjs';
import { readAuthorization } from './signature.mjs';

// Long enough for a second connection's call to arrive inside, short enough for a nightly run.
const WINDOW_MS = 100;

const unanswered = () => new Promise(() => {});

export const FAULTS = {
  'parse-int': {
    description: 'accessCode goes through parseInt: numbers and digits followed by letters are accepted',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        const parsed = parseInt(accessCode, 10);
        return Number.isNaN(parsed) ? super.text(accessCode) : String(parsed);
      }
    },
  },
  'leading-zeros': {
    description: 'numbers are compared as Number: leading zeros and the last digits of long numbers do not count',
    mixin: (Base) => class extends Base {
      same(held, named) {
        return Number(held) === Number(named);
      }
    },
  },
  'loose-equality': {
    description: 'the type of accessCode is not checked and numbers are compared with ==',
    mixin: (Base) => class extends Base {
      number(item) {
        return typeof item?.accessCode === 'number' ? item.accessCode : super.number(item);
      }

      same(held, named) {
        return held == named;
      }
    },
  },
  'splice-neighbour': {
    description: 'several numbers are spliced out at positions found before the first splice: neighbours go',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        const positions = numbers.map((number) => campaign.numbers.indexOf(number)).sort((a, b) => a - b);
        positions.forEach((position) => campaign.numbers.splice(position, 1));
      }
    },
  },
  'prefix-delete': {
    description: 'a number deletes every number that starts with it',
    mixin: (Base) => class extends Base {
      same(held, named) {
        return held.startsWith(named);
      }
    },
  },
  'lost-update': {
    description: 'the list is read, awaited and written back: of two deletions at once one is lost',
    mixin: (Base) => class extends Base {
      async remove(campaign, numbers) {
        const kept = campaign.numbers.filter((held) => !numbers.includes(held));
        await sleep(WINDOW_MS);
        campaign.numbers = kept;
      }
    },
  },
  'check-then-act': {
    description: 'the last-number rule is checked before an await: two deletions at once empty a campaign',
    mixin: (Base) => class extends Base {
      async remove(campaign, numbers) {
        await sleep(WINDOW_MS);
        super.remove(campaign, numbers);
      }
    },
  },
  'limit-101': {
    description: '101 numbers are accepted in one call',
    mixin: (Base) => class extends Base {
      requireCount(items) {
        if (items.length !== 101) super.requireCount(items);
      }
    },
  },
  'late-limit': {
    description: 'the limit of 100 is checked after the work: the call fails and has deleted',
    mixin: (Base) => class extends Base {
      requireCount() {}

      remove(campaign, numbers) {
        super.remove(campaign, numbers);
        super.requireCount(numbers);
      }

      add(campaign, numbers) {
        super.requireCount(numbers);
        super.add(campaign, numbers);
      }
    },
  },
  'null-body-500': {
    description: 'the JSON body null answers 500 with a stack trace',
    mixin: (Base) => class extends Base {
      async answer(call) {
        try {
          return await super.answer(call);
        } catch (error) {
          return { status: 500, text: error.stack };
        }
      }

      failure(error) {
        if (error instanceof TypeError) throw error;
        return super.failure(error);
      }

      requireBody(body) {
        if (body !== null) super.requireBody(body);
      }
    },
  },
  'dropped-connection': {
    description: 'a null item ends in an unhandled error that drops the connection',
    mixin: (Base) => class extends Base {
      failure(error) {
        if (error instanceof TypeError) throw error;
        return super.failure(error);
      }

      requireItem(item) {
        if (item !== null) super.requireItem(item);
      }
    },
  },
  'endless-answer': {
    description: 'an object where the list callerNo is due is never answered',
    mixin: (Base) => class extends Base {
      async deleteNumbers(campaign, call) {
        const { callerNo } = this.body(call);
        const isMap = typeof callerNo === 'object' && callerNo !== null && !Array.isArray(callerNo);
        return isMap ? unanswered() : super.deleteNumbers(campaign, call);
      }
    },
  },
  'error-leak': {
    description: 'broken JSON is answered with the stack of the parser in resultDesc',
    mixin: (Base) => class extends Base {
      parse(text) {
        try {
          return JSON.parse(text);
        } catch (error) {
          throw new Refusal(CODE.CONVERSION, error.stack);
        }
      }
    },
  },
  'vdn-ignored': {
    description: 'a campaign is found by its campaignId alone, under any vdnId',
    mixin: (Base) => class extends Base {
      find(vdnId, campaignId) {
        return [...this.campaigns.values()].find((campaign) => campaign.campaignId === campaignId);
      }
    },
  },
  'stale-count': {
    description: 'the last-number rule counts from a cache that is filled once and never refreshed',
    mixin: (Base) => class extends Base {
      counts = new Map();

      count(campaign) {
        if (!this.counts.has(campaign)) this.counts.set(campaign, super.count(campaign));
        return this.counts.get(campaign);
      }
    },
  },
  'batch-empties': {
    description: 'the last-number rule is checked only where one number is named',
    mixin: (Base) => class extends Base {
      requireRemainder(campaign, numbers) {
        if (numbers.length === 1) super.requireRemainder(campaign, numbers);
      }
    },
  },
  'empty-list-clears': {
    description: 'an empty list means no filter: every number is deleted',
    mixin: (Base) => class extends Base {
      async deleteNumbers(campaign, call) {
        const { callerNo } = this.body(call);
        if (!Array.isArray(callerNo) || callerNo.length > 0) return super.deleteNumbers(campaign, call);
        const count = campaign.numbers.length;
        campaign.numbers = [];
        return this.deleted(count);
      }
    },
  },
  'long-noop': {
    description: 'numbers of 24 digits are reported as deleted and stay',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, numbers.filter((number) => number.length < 24));
      }
    },
  },
  'long-truncated': {
    description: 'a number of 25 or more digits deletes the number of its first 24',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        return super.text(accessCode).slice(0, 24);
      }
    },
  },
  'cross-campaign': {
    description: 'a deleted number leaves every campaign of its VDN',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        const siblings = [...this.campaigns.values()].filter(({ vdnId }) => vdnId === campaign.vdnId);
        siblings.forEach((sibling) => super.remove(sibling, numbers));
      }
    },
  },
  'partial-delete': {
    description: 'items are deleted one by one: a call that fails at one has deleted those before it',
    mixin: (Base) => class extends Base {
      async deleteItems(campaign, items) {
        for (const item of items) await super.deleteItems(campaign, [item]);
      }
    },
  },
  'trimmed': {
    description: 'spaces around a number are trimmed, so that " 123" deletes 123',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        return super.text(accessCode).trim();
      }
    },
  },
  'wide-digits': {
    description: 'full-width digits are normalized and delete the ASCII number',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        return super.text(accessCode).normalize('NFKC');
      }
    },
  },
  'put-deletes': {
    description: 'PUT deletes as DELETE does',
    mixin: (Base) => class extends Base {
      actions(route) {
        const actions = super.actions(route);
        return actions.DELETE === undefined ? actions : { ...actions, PUT: actions.DELETE };
      }
    },
  },
  'authorization-presence': {
    description: 'any Authorization header is accepted',
    mixin: (Base) => class extends Base {
      authorized(call) {
        return this.keys === null || call.headers.authorization !== undefined;
      }
    },
  },
  'authorization-remembered': {
    description: 'a header that was valid once is valid again, for any method, path and body',
    mixin: (Base) => class extends Base {
      accepted = new Set();

      authorized(call) {
        const { authorization } = call.headers;
        if (!this.accepted.has(authorization) && !super.authorized(call)) return false;
        this.accepted.add(authorization);
        return true;
      }
    },
  },
  'body-unsigned': {
    description: 'a signature over an empty body is accepted with any body',
    mixin: (Base) => class extends Base {
      authorized(call) {
        return super.authorized(call) || super.authorized({ ...call, body: Buffer.alloc(0) });
      }
    },
  },
  'body-skips-signature': {
    description: 'with a body only the access key and the form of the header are checked: a changed body passes',
    mixin: (Base) => class extends Base {
      authorized(call) {
        if (this.keys === null || call.body.length === 0) return super.authorized(call);
        return readAuthorization(call.headers)?.accessKey === this.keys.accessKey;
      }
    },
  },
  'result-code-number': {
    description: 'resultCode is a JSON number',
    mixin: (Base) => class extends Base {
      envelope(outcome, locale) {
        const body = super.envelope(outcome, locale);
        return { ...body, resultCode: Number(body.resultCode) };
      }
    },
  },
  'return-code-success': {
    description: 'returnCode is 0200000 in failures too',
    mixin: (Base) => class extends Base {
      envelope(outcome, locale) {
        return { ...super.envelope(outcome, locale), returnCode: CODE.SUCCESS };
      }
    },
  },
  'return-desc-missing': {
    description: 'failures lack returnDesc',
    mixin: (Base) => class extends Base {
      envelope(outcome, locale) {
        const { returnDesc, ...others } = super.envelope(outcome, locale);
        return outcome.code === CODE.SUCCESS ? { ...others, returnDesc } : others;
      }
    },
  },
  'undocumented-code': {
    description: 'a number named twice is refused with 02000012, which no table holds',
    mixin: (Base) => class extends Base {
      requireDistinct(numbers) {
        if (new Set(numbers).size < numbers.length) throw new Refusal('02000012', 'accessCode');
      }
    },
  },
  'locale-code': {
    description: 'with locale en_US the codes lose their leading zero: 200000',
    mixin: (Base) => class extends Base {
      envelope(outcome, locale) {
        const body = super.envelope(outcome, locale);
        if (locale !== 'en_US') return body;
        const code = String(Number(outcome.code));
        return { ...body, resultCode: code, returnCode: code };
      }
    },
  },
  'flaky-503': {
    description: 'one call in 25 answers 503',
    mixin: (Base) => class extends Base {
      calls = 0;

      async answer(call) {
        this.calls += 1;
        return this.calls % 25 === 0 ? { status: 503 } : super.answer(call);
      }
    },
  },
};
