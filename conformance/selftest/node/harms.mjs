import { posix } from 'node:path';

import { Chance, takeOne } from './chance.mjs';
import { CODE, Refusal } from './codes.mjs';

// Servers that lose, move or bring back numbers by themselves.

const LATE_MS = 1000;

const parsed = (call) => {
  try {
    return JSON.parse(call.body.toString('utf8'));
  } catch {
    return undefined;
  }
};

const sameAs = (isSame) => (Base) => class extends Base {
  same(held, named) {
    return super.same(held, named) || isSame(held, named);
  }
};

// A deletion for which this holds takes all that the campaign holds.
const clearing = (isAll) => (Base) => class extends Base {
  async deleteNumbers(campaign, call) {
    if (!isAll(call)) return super.deleteNumbers(campaign, call);
    const count = campaign.numbers.length;
    campaign.numbers = [];
    return this.deleted(count);
  }
};

const expressionOf = (pattern) => {
  const quoted = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${quoted.replace(/[%*]/g, '.*').replace(/[_?]/g, '.')}$`);
};

const siblings = (service, isSibling) => [...service.campaigns.values()].filter(isSibling);

const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const REWRITES = ['x-original-url', 'x-rewrite-url', 'x-original-uri', 'x-forwarded-uri'];

const overridden = (call) => {
  const query = new URLSearchParams(call.rawQuery);
  const asked = OVERRIDES.map((name) => call.headers[name]).find(Boolean);
  const method = asked ?? query.get('_method') ?? query.get('method') ?? call.method;
  const path = REWRITES.map((name) => call.headers[name]).find(Boolean) ?? call.path;
  return { ...call, method: method.toUpperCase(), path: path.split('?')[0] };
};

// As a chain of proxies and frameworks might read it, each with its own idea of a path.
const sloppy = (path) => {
  let text = path;
  for (let round = 0; round < 3; round += 1) {
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
  }
  const slashed = text.replaceAll('\\', '/');
  const bare = slashed.replace(/;[^/]*/g, '').replace(/[\s\0]+/g, '');
  const lower = (start) => start.toLowerCase();
  const known = bare.replace(/^\/+rest\/.*campaigns(?=\/)/i, lower).replace(/callerno/i, 'callerNo');
  return posix.normalize(known.replace(/^\/*/, '/')).replace(/(?<=.)\/$/, '');
};

export const HARMS = {
  'nothing-clears': {
    description: 'a missing, null or empty body, callerNo, item or accessCode means all numbers',
    mixin: clearing((call) => {
      const body = parsed(call);
      const list = body?.callerNo;
      if (call.body.length === 0 || body === null || list === null) return true;
      if (typeof body === 'object' && list === undefined) return true;
      if (!Array.isArray(list)) return list === '';
      const isEmpty = (item) => [null, undefined, ''].includes(item?.accessCode);
      return list.length === 0 || list.some(isEmpty);
    }),
  },
  'too-many-clear': {
    description: 'more than 100 numbers in a deletion mean all numbers',
    mixin: clearing((call) => (parsed(call)?.callerNo?.length ?? 0) > 100),
  },
  'wrong-type-clears': {
    description: 'a callerNo or accessCode of another type means all numbers',
    mixin: clearing((call) => {
      const list = parsed(call)?.callerNo;
      if (list === undefined || list === null) return false;
      const isOdd = (item) => !['string', 'undefined'].includes(typeof item?.accessCode);
      return !Array.isArray(list) || list.some(isOdd);
    }),
  },
  'unknown-member-clears': {
    description: 'a member that is not known, in the body or an item, makes a deletion take all',
    mixin: clearing((call) => {
      const body = parsed(call);
      const isUnknown = (name) => !['callerNo', 'accessCode', 'priority'].includes(name);
      const isOdd = (value) => Object(value) === value && Object.keys(value).some(isUnknown);
      const list = Array.isArray(body?.callerNo) ? body.callerNo : [];
      return Boolean((!Array.isArray(body) && isOdd(body)) || list.some(isOdd));
    }),
  },
  'patterns': {
    description: '% and * in a number stand for any digits, _ and ? for one',
    mixin: (Base) => class extends Base {
      number(item) {
        const text = item?.accessCode;
        const isPattern = typeof text === 'string' && /[%*_?]/.test(text);
        return isPattern ? text : super.number(item);
      }

      requireAddable(campaign, numbers) {
        const isPattern = (number) => /\D/.test(number);
        if (numbers.some(isPattern)) throw new Refusal(CODE.CHARACTERS, 'accessCode');
        super.requireAddable(campaign, numbers);
      }

      same(held, named) {
        return /\D/.test(named) ? expressionOf(named).test(held) : super.same(held, named);
      }
    },
  },
  'suffix-delete': {
    description: 'a number deletes every number that ends with it',
    mixin: sameAs((held, named) => held.endsWith(named)),
  },
  'part-delete': {
    description: 'a number deletes every number in which it stands',
    mixin: sameAs((held, named) => held.includes(named)),
  },
  'shorter-delete': {
    description: 'a number deletes every number that it begins or ends with',
    mixin: sameAs((held, named) => named.startsWith(held) || named.endsWith(held)),
  },
  'seven-digits': {
    description: 'numbers are the same where their last seven digits are',
    mixin: sameAs((held, named) => held.length >= 7 && held.slice(-7) === named.slice(-7)),
  },
  'eighteen-digits': {
    description: 'numbers are the same where their first eighteen digits are',
    mixin: sameAs((held, named) => held.slice(0, 18) === named.slice(0, 18)),
  },
  'every-vdn': {
    description: 'a deletion reaches the campaigns of that id in every VDN',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        const alike = siblings(this, ({ campaignId }) => campaignId === campaign.campaignId);
        alike.forEach((each) => super.remove(each, numbers));
      }
    },
  },
  'other-vdns': {
    description: 'a deletion reaches every campaign of the other VDNs',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, numbers);
        siblings(this, ({ vdnId }) => vdnId !== campaign.vdnId).forEach((each) => super.remove(each, numbers));
      }
    },
  },
  'id-alone': {
    description: 'deletions find their campaign by its id, in whatever VDN it is',
    mixin: (Base) => class extends Base {
      deleteNumbers(campaign, call) {
        const [first] = siblings(this, ({ campaignId }) => campaignId === campaign.campaignId);
        return super.deleteNumbers(first, call);
      }

      find(vdnId, campaignId) {
        const [other] = siblings(this, (campaign) => campaign.campaignId === campaignId);
        return super.find(vdnId, campaignId) ?? other;
      }
    },
  },
  'next-campaign': {
    description: 'deletions are made in the campaign of the next id',
    mixin: (Base) => class extends Base {
      deleteNumbers(campaign, call) {
        const next = this.find(campaign.vdnId, campaign.campaignId + 1);
        return super.deleteNumbers(next ?? campaign, call);
      }
    },
  },
  'add-elsewhere': {
    description: 'numbers are added to the campaign of the next id',
    mixin: (Base) => class extends Base {
      addNumbers(campaign, call) {
        const next = this.find(campaign.vdnId, campaign.campaignId + 1);
        return super.addNumbers(next ?? campaign, call);
      }
    },
  },
  'fallback': {
    description: 'an unknown campaign is the first one',
    mixin: (Base) => class extends Base {
      campaignOf(segments) {
        try {
          return super.campaignOf(segments);
        } catch {
          return [...this.campaigns.values()][0];
        }
      }
    },
  },
  'late-loss': {
    description: 'a second after a deletion one more number goes',
    mixin: (Base) => class extends Base {
      chance = new Chance(11);

      async remove(campaign, numbers) {
        await super.remove(campaign, numbers);
        setTimeout(() => takeOne(campaign, this.chance), LATE_MS);
      }
    },
  },
  'random-loss': {
    description: 'one call in 40 takes a number of its campaign along',
    mixin: (Base) => class extends Base {
      chance = new Chance(7);

      campaignOf(segments) {
        const campaign = super.campaignOf(segments);
        if (this.chance.oneIn(40)) takeOne(campaign, this.chance);
        return campaign;
      }
    },
  },
  'add-takes': {
    description: 'one addition in 10 takes the oldest number out',
    mixin: (Base) => class extends Base {
      additions = 0;

      add(campaign, numbers) {
        super.add(campaign, numbers);
        this.additions += 1;
        if (this.additions % 10 === 0) campaign.numbers = campaign.numbers.slice(1);
      }
    },
  },
  'add-replaces': {
    description: 'added numbers take the place of all that were there',
    mixin: (Base) => class extends Base {
      add(campaign, numbers) {
        campaign.numbers = [];
        super.add(campaign, numbers);
      }
    },
  },
  'come-back': {
    description: 'a second after it was deleted, one number in three is there again',
    mixin: (Base) => class extends Base {
      removals = 0;

      async remove(campaign, numbers) {
        await super.remove(campaign, numbers);
        for (const number of numbers) {
          this.removals += 1;
          if (this.removals % 3 === 0) setTimeout(() => this.bringBack(campaign, number), LATE_MS);
        }
      }

      bringBack(campaign, number) {
        if (!campaign.numbers.includes(number)) super.add(campaign, [number]);
      }
    },
  },
  'twenty-kept': {
    description: 'of longer numbers the first twenty digits are kept',
    mixin: (Base) => class extends Base {
      stored(number) {
        return super.stored(number).slice(0, 20);
      }
    },
  },
  'unsigned': {
    description: 'a deletion needs no signature',
    mixin: (Base) => class extends Base {
      authorized(call) {
        return call.method === 'DELETE' || super.authorized(call);
      }
    },
  },
  'override': {
    description: 'headers and query members that ask for another method or path are obeyed',
    mixin: (Base) => class extends Base {
      authorized(call) {
        return call.isTrusted || super.authorized(call);
      }

      async answer(call) {
        const isTrusted = this.authorized(call);
        return super.answer(isTrusted ? { ...overridden(call), isTrusted } : call);
      }
    },
  },
  'sloppy-paths': {
    description: 'paths are decoded, resolved, trimmed and read in any case',
    mixin: (Base) => class extends Base {
      authorized(call) {
        return call.isTrusted || super.authorized(call);
      }

      async answer(call) {
        const isTrusted = this.authorized(call);
        return super.answer({ ...call, path: sloppy(call.path), isTrusted });
      }
    },
  },
};
