import { createHash } from 'node:crypto';

// How a query shows what a campaign holds. The document says that callerNo is a text, and no more.

const LAG_MS = 300;
const LONG_LAG_MS = 1500;
const FIFTY = 50;

const changedEntries = (change) => (Base) => class extends Base {
  entries(campaign) {
    return change(super.entries(campaign), this);
  }
};

const writtenAs = (write) => (Base) => class extends Base {
  written(entries) {
    return write(entries);
  }
};

const withPriority = ({ accessCode, priority }) =>
  priority === undefined ? accessCode : `${accessCode}:${priority}`;

// The nearest that a reader can come to a number that is shown without its middle.
const masked = (number) => number.length < 6
  ? '*'.repeat(number.length)
  : `${number.slice(0, 3)}${'*'.repeat(number.length - 5)}${number.slice(-2)}`;

const digestOf = (text) => createHash('sha256').update(text).digest('hex');
const sortedBy = (entries, rank) => entries.slice().sort((a, b) => (rank(a) < rank(b) ? -1 : 1));

// What campaigns held some time ago: kept after every call, found by its age when one is shown.
// `every`: so many looks for one that is late; `deletionsOnly`: what was added shows at once.
const behind = (milliseconds, { every = 1, deletionsOnly = false } = {}) => (Base) => class extends Base {
  past = new Map();
  shownTimes = 0;

  constructor(options) {
    super(options);
    this.remember();
  }

  async answer(call) {
    const reply = await super.answer(call);
    this.remember();
    return reply;
  }

  remember() {
    for (const campaign of this.campaigns.values()) {
      const states = this.past.get(campaign) ?? [{ at: 0, entries: super.entries(campaign) }];
      const entries = super.entries(campaign);
      if (JSON.stringify(states.at(-1).entries) !== JSON.stringify(entries)) {
        states.push({ at: Date.now(), entries });
      }
      this.past.set(campaign, states.slice(-500));
    }
  }

  entries(campaign) {
    const now = super.entries(campaign);
    this.shownTimes += 1;
    if (this.shownTimes % every) return now;
    const states = this.past.get(this.campaigns.get(`${campaign.vdnId}/${campaign.campaignId}`));
    const old = (states.findLast(({ at }) => at <= Date.now() - milliseconds) ?? states[0]).entries;
    if (!deletionsOnly) return old;
    return [...now, ...old.filter(({ accessCode }) => !now.some((entry) => entry.accessCode === accessCode))];
  }
};

export const LOOKS = {
  'comma-text': {
    description: 'numbers are shown as a text with commas between them',
    mixin: writtenAs((entries) => entries.map(({ accessCode }) => accessCode).join(',')),
  },
  'colon-priority': {
    description: 'numbers are shown as 5245241:3, with commas between them',
    mixin: writtenAs((entries) => entries.map(withPriority).join(',')),
  },
  'json-text': {
    description: 'numbers are shown as the text of a JSON list',
    mixin: writtenAs((entries) => JSON.stringify(entries.map(({ accessCode }) => accessCode))),
  },
  'object-text': {
    description: 'numbers are shown as the text of a JSON list of objects',
    mixin: writtenAs((entries) => JSON.stringify(entries)),
  },
  'object-list': {
    description: 'numbers are shown as a list of objects with accessCode and priority',
    mixin: writtenAs((entries) => entries),
  },
  'number-list': {
    description: 'numbers are shown as a list of texts',
    mixin: writtenAs((entries) => entries.map(({ accessCode }) => accessCode)),
  },
  'first-shown': {
    description: 'of all numbers the first is shown',
    mixin: changedEntries((entries) => entries.slice(0, 1)),
  },
  'last-shown': {
    description: 'of all numbers the last is shown',
    mixin: changedEntries((entries) => entries.slice(-1)),
  },
  'fifty-shown': {
    description: 'of all numbers the first fifty are shown',
    mixin: changedEntries((entries) => entries.slice(0, FIFTY)),
  },
  'sorted-look': {
    description: 'numbers are shown sorted, in whatever order they are held',
    mixin: changedEntries((entries) => sortedBy(entries, ({ accessCode }) => accessCode)),
  },
  'shuffled-look': {
    description: 'numbers are shown in another order at every look',
    mixin: changedEntries((entries, service) => {
      service.looks = (service.looks ?? 0) + 1;
      return sortedBy(entries, ({ accessCode }) => digestOf(`${service.looks} ${accessCode}`));
    }),
  },
  'count-shown': {
    description: 'a campaign shows how many numbers it holds, none of them',
    mixin: writtenAs((entries) => String(entries.length)),
  },
  'masked-look': {
    description: 'numbers are shown without their middle: 524****42',
    mixin: writtenAs((entries) => entries.map(({ accessCode }) => masked(accessCode)).join(',')),
  },
  'nothing-shown': {
    description: 'a campaign shows no member callerNo',
    mixin: writtenAs(() => undefined),
  },
  'empty-text-shown': {
    description: 'callerNo is an empty text, whatever a campaign holds',
    mixin: writtenAs(() => ''),
  },
  'query-missing': {
    description: 'campaigns cannot be queried: 404',
    mixin: (Base) => class extends Base {
      async answer(call) {
        const isQuery = call.method === 'GET' && !call.path.includes('/callerNo/');
        return isQuery && this.authorized(call) ? { status: 404 } : super.answer(call);
      }
    },
  },
  'lag': {
    description: `looks show what campaigns held ${LAG_MS} ms ago`,
    mixin: behind(LAG_MS),
  },
  'long-lag': {
    description: `looks show what campaigns held ${LONG_LAG_MS} ms ago`,
    mixin: behind(LONG_LAG_MS),
  },
  'lag-by-turns': {
    description: `every seventh look shows what campaigns held ${LONG_LAG_MS} ms ago`,
    mixin: behind(LONG_LAG_MS, { every: 7 }),
  },
  'deletions-lag': {
    description: `looks show what was deleted for ${LAG_MS} ms more`,
    mixin: behind(LAG_MS, { deletionsOnly: true }),
  },
  'look-incomplete': {
    description: 'every seventh look leaves the first number out',
    mixin: changedEntries((entries, service) => {
      service.looks = (service.looks ?? 0) + 1;
      return service.looks % 7 === 0 ? entries.slice(1) : entries;
    }),
  },
  'phantom-shown': {
    description: 'every look shows one number more, which the campaign does not hold',
    mixin: changedEntries((entries) => [...entries, { accessCode: '52459990001' }]),
  },
  'look-elsewhere': {
    description: 'a look shows what the campaign of the next id holds',
    mixin: (Base) => class extends Base {
      entries({ vdnId, campaignId, ...campaign }) {
        return super.entries(this.find(vdnId, campaignId + 1) ?? campaign);
      }
    },
  },
};
