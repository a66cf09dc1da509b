import { setTimeout as sleep } from 'node:timers/promises';

import { Chance, takeOne } from './chance.mjs';
import { CODE } from './codes.mjs';

// Servers that break down on the way, and servers out of their mind.

const SOUND_CALLS = 250;
const LATE_MS = 500;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const CODES = Object.values(CODE);

// After so many calls the server is another one, until it is mended.
const afterwards = (answer) => (Base) => class extends Base {
  count = 0;
  mended = false;

  mend() {
    this.mended = true;
  }

  async answer(call) {
    this.count += 1;
    const isSound = this.mended || this.count <= SOUND_CALLS;
    return isSound ? super.answer(call) : answer(call, () => super.answer(call));
  }
};

const gone = () => {
  throw new Error('this server is gone');
};

const refusal = (code) => ({
  status: 200,
  body: { resultCode: code, resultDesc: 'refused', returnCode: code, returnDesc: 'refused' },
});

const ODD_TEXTS = ['<html>Bad gateway</html>', '{"resultCode":', '', 'null', '[]', '"0200000"', '\ud83d{', '42'];

export const BREAKDOWNS = {
  'gone-later': {
    description: `after ${SOUND_CALLS} calls every connection is closed without a word`,
    mixin: afterwards(gone),
  },
  'refusing-later': {
    description: `after ${SOUND_CALLS} calls every change is refused`,
    mixin: afterwards((call, answer) => (
      READING.has(call.method) ? answer() : refusal(CODE.PARAMETER_ERROR)
    )),
  },
  'no-adding-later': {
    description: `after ${SOUND_CALLS} calls nothing can be added any more`,
    mixin: afterwards((call, answer) => (
      call.method === 'POST' ? refusal(CODE.PARAMETER_ERROR) : answer()
    )),
  },
  'failing-later': {
    description: `after ${SOUND_CALLS} calls everything is answered with 503`,
    mixin: afterwards(() => ({ status: 503 })),
  },
  'unauthorised-later': {
    description: `after ${SOUND_CALLS} calls the keys are no longer valid`,
    mixin: afterwards(() => ({ status: 401 })),
  },
  'random-codes': {
    description: 'whatever was done, the codes of the reply are drawn',
    mixin: (Base) => class extends Base {
      chance = new Chance(3);

      envelope(outcome, locale) {
        const body = super.envelope(outcome, locale);
        return { ...body, resultCode: this.chance.of(CODES), returnCode: this.chance.of(CODES) };
      }
    },
  },
  'garbage': {
    description: 'every fifth reply to a change has a body that is none',
    mixin: (Base) => class extends Base {
      changes = 0;

      async answer(call) {
        const reply = await super.answer(call);
        this.changes += READING.has(call.method) ? 0 : 1;
        if (READING.has(call.method) || this.changes % 5) return reply;
        const text = ODD_TEXTS[(this.changes / 5) % ODD_TEXTS.length];
        return { status: 200, type: 'application/json', text };
      }
    },
  },
  'always-success': {
    description: 'every change is answered with success, none is made',
    mixin: (Base) => class extends Base {
      async addNumbers() {
        return this.deleted(1);
      }

      async deleteNumbers() {
        return this.deleted(1);
      }
    },
  },
  'always-failure': {
    description: 'every change is made and answered with a failure',
    mixin: (Base) => class extends Base {
      envelope(outcome, locale) {
        const isLook = outcome.returnObject !== undefined;
        const failed = { code: CODE.PARAMETER_ERROR, detail: 'failed' };
        return super.envelope(isLook ? outcome : failed, locale);
      }
    },
  },
  'silent-effect': {
    description: 'every fourth change is made and the connection closed instead of a reply',
    mixin: (Base) => class extends Base {
      changes = 0;

      async answer(call) {
        const reply = await super.answer(call);
        this.changes += READING.has(call.method) ? 0 : 1;
        if (!READING.has(call.method) && this.changes % 4 === 0) gone();
        return reply;
      }
    },
  },
  'failing-effect': {
    description: 'every fourth change is made and answered with 500',
    mixin: (Base) => class extends Base {
      changes = 0;

      async answer(call) {
        const reply = await super.answer(call);
        this.changes += READING.has(call.method) ? 0 : 1;
        return !READING.has(call.method) && this.changes % 4 === 0 ? { status: 500 } : reply;
      }
    },
  },
  'moody': {
    description: 'a third of all changes is not made, and one deletion in eight takes a number more',
    mixin: (Base) => class extends Base {
      chance = new Chance(5);

      async remove(campaign, numbers) {
        if (this.chance.oneIn(3)) return;
        await super.remove(campaign, numbers);
        if (this.chance.oneIn(8)) takeOne(campaign, this.chance);
      }

      add(campaign, numbers) {
        if (!this.chance.oneIn(3)) super.add(campaign, numbers);
      }
    },
  },
  'slow-loss': {
    description: 'a deletion is made after its reply, and takes its neighbour along',
    mixin: (Base) => class extends Base {
      async remove(campaign, numbers) {
        sleep(LATE_MS).then(() => {
          const places = numbers.map((number) => campaign.numbers.indexOf(number));
          const found = places.filter((place) => place >= 0);
          const taken = new Set(found.flatMap((place) => [place, place + 1]));
          campaign.numbers = campaign.numbers.filter((_, place) => !taken.has(place));
        });
      }
    },
  },
};
