import { CODE, Refusal } from './codes.mjs';

// What an honest server keeps, and what it refuses.

const LATE_MS = 250;
const refuse = (code, detail) => {
  throw new Refusal(code, detail);
};

const limitedTo = (total) => (Base) => class extends Base {
  largest() {
    return total;
  }
};

// Refuses numbers of this kind where they would be added.
const withoutAdding = (isRefused, code) => (Base) => class extends Base {
  requireAddable(campaign, numbers) {
    if (numbers.some(isRefused)) refuse(code, 'accessCode');
    super.requireAddable(campaign, numbers);
  }
};

export const STORES = {
  'never-again': {
    description: 'a number that was deleted anywhere cannot be added again, anywhere',
    mixin: (Base) => class extends Base {
      deletedOnce = new Set();

      remove(campaign, numbers) {
        numbers.forEach((number) => this.deletedOnce.add(number));
        return super.remove(campaign, numbers);
      }

      requireAddable(campaign, numbers) {
        const isSpent = (number) => this.deletedOnce.has(number);
        if (numbers.some(isSpent)) refuse(CODE.COMBINATION, 'accessCode');
        super.requireAddable(campaign, numbers);
      }
    },
  },
  'again-once': {
    description: 'a number that was deleted can be added again once, not twice',
    mixin: (Base) => class extends Base {
      deletions = new Map();

      remove(campaign, numbers) {
        const count = (number) => this.deletions.get(number) ?? 0;
        numbers.forEach((number) => this.deletions.set(number, count(number) + 1));
        return super.remove(campaign, numbers);
      }

      requireAddable(campaign, numbers) {
        const isSpent = (number) => (this.deletions.get(number) ?? 0) > 1;
        if (numbers.some(isSpent)) refuse(CODE.COMBINATION, 'accessCode');
        super.requireAddable(campaign, numbers);
      }
    },
  },
  'priority-mandatory': {
    description: 'a number is added with a priority or not at all',
    mixin: (Base) => class extends Base {
      requirePriority(item) {
        if (item.priority === undefined) refuse(CODE.EMPTY, 'priority');
        super.requirePriority(item);
      }
    },
  },
  'priority-reset': {
    description: 'whatever priority is named, an added number gets 1',
    mixin: (Base) => class extends Base {
      keepPriorities(campaign, items) {
        super.keepPriorities(campaign, items.map((item) => ({ ...item, priority: 1 })));
      }
    },
  },
  'priority-unknown': {
    description: 'an added number that names a priority is refused',
    mixin: (Base) => class extends Base {
      requirePriority(item) {
        if (item.priority !== undefined) refuse(CODE.COMBINATION, 'priority');
      }
    },
  },
  'priority-none': {
    description: 'campaigns hold numbers without priorities, also those they are given',
    mixin: (Base) => class extends Base {
      constructor(options) {
        super(options);
        this.campaigns.forEach((campaign) => campaign.priorities?.clear());
      }

      keepPriorities() {}
    },
  },
  'total-155': { description: 'a campaign holds 155 numbers at most', mixin: limitedTo(155) },
  'total-150': { description: 'a campaign holds 150 numbers at most', mixin: limitedTo(150) },
  'zeros-dropped': {
    description: 'numbers are kept without leading zeros',
    mixin: (Base) => class extends Base {
      constructor(options) {
        super(options);
        for (const campaign of this.campaigns.values()) {
          const { numbers, priorities } = campaign;
          const ranks = [...(priorities ?? [])].map(([number, rank]) => [this.stored(number), rank]);
          campaign.priorities = new Map(ranks);
          campaign.numbers = [...new Set(numbers.map((number) => this.stored(number)))];
        }
      }

      stored(number) {
        return super.stored(number).replace(/^0+(?=\d)/, '');
      }
    },
  },
  'zeros-dropped-when-added': {
    description: 'added numbers lose leading zeros; older ones have kept theirs',
    mixin: (Base) => class extends Base {
      stored(number) {
        return super.stored(number).replace(/^0+(?=\d)/, '');
      }
    },
  },
  'eleven-digits': {
    description: 'numbers of more than 11 digits cannot be added',
    mixin: withoutAdding((number) => number.length > 11, CODE.TOO_LONG),
  },
  'company-range': {
    description: 'only numbers that begin with 5245 can be added',
    mixin: withoutAdding((number) => !number.startsWith('5245'), CODE.WRONG_VALUE),
  },
  'adding-refused': {
    description: 'no number can be added',
    mixin: withoutAdding(() => true, CODE.PARAMETER_ERROR),
  },
  'adding-missing': {
    description: 'there is no way to add a number: 405',
    mixin: (Base) => class extends Base {
      actions(route) {
        const { POST, ...others } = super.actions(route);
        return others;
      }
    },
  },
  'deleting-refused': {
    description: 'every deletion is refused: the campaign is running',
    mixin: (Base) => class extends Base {
      remove() {
        refuse(CODE.PARAMETER_ERROR, 'campaign is running');
      }
    },
  },
  'added-first': {
    description: 'added numbers stand before those that are there',
    mixin: (Base) => class extends Base {
      add(campaign, numbers) {
        const count = campaign.numbers.length;
        super.add(campaign, numbers);
        campaign.numbers = [...campaign.numbers.slice(count), ...campaign.numbers.slice(0, count)];
      }
    },
  },
  'absent-uncounted': {
    description: 'numbers that a campaign lacks are ignored and not counted',
    mixin: (Base) => class extends Base {
      requirePresent() {}

      async deleteNumbers(campaign, call) {
        const count = campaign.numbers.length;
        await super.deleteNumbers(campaign, call);
        return this.deleted(count - campaign.numbers.length);
      }
    },
  },
  'late-effect': {
    description: `a deletion is answered at once and made ${LATE_MS} ms later`,
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        setTimeout(() => super.remove(campaign, numbers), LATE_MS);
      }
    },
  },
  'one-a-call': {
    description: 'numbers are added one a call',
    mixin: (Base) => class extends Base {
      requireAddable(campaign, numbers) {
        if (numbers.length > 1) refuse(CODE.TOO_MANY, 'callerNo');
        super.requireAddable(campaign, numbers);
      }
    },
  },
  'throttled': {
    description: 'more than 40 calls within a second are refused with 429',
    mixin: (Base) => class extends Base {
      moments = [];

      async answer(call) {
        const now = Date.now();
        this.moments = this.moments.filter((moment) => now - moment < 1000);
        if (this.moments.length >= 40) return { status: 429, headers: { 'Retry-After': '1' } };
        this.moments.push(now);
        return super.answer(call);
      }
    },
  },
};
