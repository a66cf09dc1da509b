import { setTimeout as sleep } from 'node:timers/promises';

import { CODE, Refusal } from './codes.mjs';

// Ways in which an emulator differs from the server that it stands for. Most are legal, and no suite may fail them.

const SHOWN_LATE_MS = 400;
const SLOW_MS = 12;
const refuse = (code, detail) => {
  throw new Refusal(code, detail);
};

const recoded = (wrong, right, isMeant) => (Base) => class extends Base {
  failure(error) {
    const outcome = super.failure(error);
    return outcome.code === wrong && isMeant(outcome.detail) ? { ...outcome, code: right } : outcome;
  }
};

const changedEnvelope = (change) => (Base) => class extends Base {
  envelope(outcome, locale) {
    return change(super.envelope(outcome, locale), outcome, locale);
  }
};

const changedReply = (change) => (Base) => class extends Base {
  async answer(call) {
    return change(await super.answer(call), call);
  }
};

export const DIFFERENCES = {
  'last-number-code': {
    description: 'deleting all numbers is refused with 02000009',
    mixin: recoded(CODE.PARAMETER_ERROR, CODE.COMBINATION, (detail) => detail.startsWith('at least')),
  },
  'too-many-code': {
    description: 'more than 100 numbers are refused with 02000005',
    mixin: recoded(CODE.TOO_MANY, CODE.LENGTH_RANGE, (detail) => detail === 'callerNo'),
  },
  'empty-text-code': {
    description: 'an empty accessCode is refused with 02000004',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        return accessCode === '' ? refuse(CODE.TOO_SHORT, 'accessCode') : super.text(accessCode);
      }
    },
  },
  'null-item-code': {
    description: 'a null item is refused with 02000006',
    mixin: (Base) => class extends Base {
      requireItem(item) {
        if (item === null) refuse(CODE.WRONG_TYPE, 'callerNo');
        super.requireItem(item);
      }
    },
  },
  'absent-ignored': {
    description: 'numbers that the campaign lacks are ignored',
    mixin: (Base) => class extends Base {
      requirePresent() {}
    },
  },
  'duplicates-ignored': {
    description: 'a number named twice is a number named once',
    mixin: (Base) => class extends Base {
      numbers(items) {
        return [...new Set(items.map((item) => this.number(item)))];
      }
    },
  },
  'num-remaining': {
    description: 'num tells how many numbers are left',
    mixin: (Base) => class extends Base {
      async deleteNumbers(campaign, call) {
        await super.deleteNumbers(campaign, call);
        return this.deleted(campaign.numbers.length);
      }
    },
  },
  charset: {
    description: 'replies are application/json;charset=UTF-8',
    mixin: changedReply((reply) => reply.body === undefined ? reply : { ...reply, type: 'application/json;charset=UTF-8' }),
  },
  'extra-member': {
    description: 'replies have one more member',
    mixin: changedEnvelope((body) => ({ ...body, cost: 3 })),
  },
  'returned-text': {
    description: 'returnDesc repeats resultDesc',
    mixin: changedEnvelope((body) => ({ ...body, returnDesc: body.resultDesc })),
  },
  'english-only': {
    description: 'descriptions are in English whatever the locale',
    mixin: (Base) => class extends Base {
      envelope(outcome) {
        return super.envelope(outcome, 'en_US');
      }
    },
  },
  'other-methods-404': {
    description: 'other methods are answered with 404',
    mixin: changedReply((reply) => reply.status === 405 ? { status: 404 } : reply),
  },
  'unknown-campaign-404': {
    description: 'an unknown campaign is answered with HTTP 404 beside the code',
    mixin: changedReply((reply) => reply.body?.resultCode === CODE.NO_CAMPAIGN ? { ...reply, status: 404 } : reply),
  },
  '401-members': {
    description: 'an unauthorised call is answered with the four members',
    mixin: changedReply((reply) => {
      const told = { resultCode: '401', resultDesc: 'unauthorised', returnCode: '401', returnDesc: 'unauthorised' };
      return reply.status === 401 ? { ...reply, body: told } : reply;
    }),
  },
  'signature-15-minutes': {
    description: 'a signature is valid for a quarter of an hour',
    mixin: (Base) => class extends Base {
      authorized(call) {
        const stamp = Date.parse((call.headers.authorization ?? '').split('/')[2]);
        return super.authorized(call) && (this.keys === null || Math.abs(Date.now() - stamp) < 900_000);
      }
    },
  },
  'every-call-slow': {
    description: 'every call takes longer',
    mixin: (Base) => class extends Base {
      async answer(call) {
        await sleep(SLOW_MS);
        return super.answer(call);
      }
    },
  },
  'refusals-slow': {
    description: 'refusals take longer: they are written to a log first',
    mixin: (Base) => class extends Base {
      async answer(call) {
        const reply = await super.answer(call);
        if (reply.body && reply.body.resultCode !== CODE.SUCCESS) await sleep(2 * SLOW_MS);
        return reply;
      }
    },
  },
  '23-digits-at-most': {
    description: 'a number of 24 digits is too long, wherever it is named',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        const text = super.text(accessCode);
        return /^[0-9]{24}$/.test(text) ? refuse(CODE.TOO_LONG, 'accessCode') : text;
      }
    },
  },
  'one-digit-refused': {
    description: 'a number of one digit is too short',
    mixin: (Base) => class extends Base {
      text(accessCode) {
        const text = super.text(accessCode);
        return /^[0-9]$/.test(text) ? refuse(CODE.TOO_SHORT, 'accessCode') : text;
      }
    },
  },
  'same-call-again': {
    description: 'a deletion that is repeated at once is answered as it was the first time',
    mixin: (Base) => class extends Base {
      async deleteNumbers(campaign, call) {
        const text = `${campaign.campaignId} ${call.body}`;
        if (this.last?.text === text) return this.last.outcome;
        const outcome = await super.deleteNumbers(campaign, call);
        this.last = { text, outcome };
        return outcome;
      }

      addNumbers(campaign, call) {
        this.last = undefined;
        return super.addNumbers(campaign, call);
      }
    },
  },
  'more-than-100-held': {
    description: 'of a list only the first number is deleted while a campaign holds more than 100',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, campaign.numbers.length > 100 ? numbers.slice(0, 1) : numbers);
      }
    },
  },
  'fifty-at-a-time': {
    description: 'of a long list only the first fifty numbers are deleted',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, numbers.slice(0, 50));
      }
    },
  },
  'limit-99': {
    description: 'a hundred numbers are too many',
    mixin: (Base) => class extends Base {
      requireCount(items) {
        if (items.length === 100) refuse(CODE.TOO_MANY, 'callerNo');
        super.requireCount(items);
      }

      addNumbers(campaign, call) {
        const requireCount = this.requireCount;
        this.requireCount = Base.prototype.requireCount;
        try {
          return super.addNumbers(campaign, call);
        } finally {
          this.requireCount = requireCount;
        }
      }
    },
  },
  'two-stay': {
    description: 'at least two numbers stay',
    mixin: (Base) => class extends Base {
      requireRemainder(campaign, numbers) {
        super.requireRemainder(campaign, numbers);
        if (campaign.numbers.length > 1 && campaign.numbers.length - numbers.length < 2) {
          refuse(CODE.PARAMETER_ERROR, 'at least two callerNo stay');
        }
      }
    },
  },
  'batch-of-three': {
    description: 'of three numbers that are named only two are deleted',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, numbers.length === 3 ? numbers.slice(0, 2) : numbers);
      }
    },
  },
  'in-order-only': {
    description: 'numbers must be named in the order in which they were added',
    mixin: (Base) => class extends Base {
      requirePresent(campaign, numbers) {
        super.requirePresent(campaign, numbers);
        const places = numbers.map((number) => campaign.numbers.indexOf(number)).filter((place) => place >= 0);
        if (places.some((place, at) => at > 0 && place < places[at - 1])) refuse(CODE.COMBINATION, 'order');
      }
    },
  },
  'readd-refused': {
    description: 'a number that was deleted cannot be added again in the next call',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        super.remove(campaign, numbers);
        this.buried = numbers;
      }

      add(campaign, numbers) {
        const buried = this.buried ?? [];
        this.buried = [];
        if (numbers.length === 1 && buried.includes(numbers[0])) refuse(CODE.COMBINATION, 'accessCode');
        super.add(campaign, numbers);
      }
    },
  },
  'refusal-undoes': {
    description: 'a refused call takes back what the call before deleted',
    mixin: (Base) => class extends Base {
      remove(campaign, numbers) {
        this.before = { campaign, numbers: campaign.numbers };
        super.remove(campaign, numbers);
      }

      add(campaign, numbers) {
        this.before = undefined;
        super.add(campaign, numbers);
      }

      failure(error) {
        if (this.before !== undefined) this.before.campaign.numbers = this.before.numbers;
        this.before = undefined;
        return super.failure(error);
      }
    },
  },
  'locked-after-three': {
    description: 'after three refusals in a row the next deletion is refused',
    mixin: (Base) => class extends Base {
      refusals = 0;

      failure(error) {
        this.refusals += 1;
        return super.failure(error);
      }

      requireRemainder(campaign, numbers) {
        super.requireRemainder(campaign, numbers);
        const refusals = this.refusals;
        this.refusals = 0;
        if (refusals >= 3) {
          this.refusals = -1;
          refuse(CODE.PARAMETER_ERROR, 'wait');
        }
      }
    },
  },
  'seen-late': {
    description: 'what a campaign holds is shown as it was a moment ago',
    mixin: (Base) => class extends Base {
      showCampaign(campaign) {
        const old = campaign.old !== undefined && Date.now() < campaign.old.until ? campaign.old.numbers : campaign.numbers;
        return super.showCampaign({ ...campaign, numbers: old });
      }

      remove(campaign, numbers) {
        campaign.old = { numbers: campaign.numbers, until: Date.now() + SHOWN_LATE_MS };
        super.remove(campaign, numbers);
      }

      add(campaign, numbers) {
        campaign.old = undefined;
        super.add(campaign, numbers);
      }
    },
  },
  'commas': {
    description: 'numbers are shown with commas between them',
    mixin: (Base) => class extends Base {
      showCampaign(campaign) {
        const shown = super.showCampaign(campaign);
        return { ...shown, returnObject: { ...shown.returnObject, callerNo: campaign.numbers.join(',') } };
      }
    },
  },
  'members-refused': {
    description: 'a member that the interface does not know is refused',
    mixin: (Base) => class extends Base {
      requireBody(body) {
        super.requireBody(body);
        if (Object.keys(body).some((name) => !['callerNo', 'hour', 'minute'].includes(name))) refuse(CODE.COMBINATION, 'body');
      }
    },
  },
  'hours-not-looked-at': {
    description: 'an hour without a minute in an item does not matter',
    mixin: (Base) => class extends Base {
      number(item) {
        const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
        const { hour, minute, ...others } = isObject ? item : {};
        return super.number(isObject ? others : item);
      }
    },
  },
  'body-before-ids': {
    description: 'the body is read before the ids of the path are looked at',
    mixin: (Base) => class extends Base {
      async outcome(action, segments, call) {
        try {
          if (action === 'deleteNumbers') this.numbers(this.items(this.body(call)));
        } catch (error) {
          return this.failure(error);
        }
        return super.outcome(action, segments, call);
      }
    },
  },
  'items-before-count': {
    description: 'the items of a list are looked at before it is counted',
    mixin: (Base) => class extends Base {
      items(body) {
        if (Array.isArray(body.callerNo)) body.callerNo.forEach((item) => this.number(item));
        return super.items(body);
      }
    },
  },
  'any-type': {
    description: 'the Content-Type of a call is not looked at',
    mixin: (Base) => class extends Base {
      body(call) {
        return super.body({ ...call, headers: { ...call.headers, 'content-type': 'application/json' } });
      }
    },
  },
  'vdn-not-checked': {
    description: 'a vdnId out of range is an unknown campaign',
    mixin: recoded(CODE.WRONG_VALUE, CODE.NO_CAMPAIGN, (detail) => detail === 'vdnId'),
  },
  'adding-again-ignored': {
    description: 'adding a number that is there changes nothing and succeeds',
    mixin: (Base) => class extends Base {
      addNumbers(campaign, call) {
        const { numbers } = campaign;
        const named = this.numbers(this.items(this.body(call)));
        campaign.numbers = numbers.filter((number) => !named.includes(number));
        try {
          return super.addNumbers(campaign, call);
        } catch (error) {
          campaign.numbers = numbers;
          throw error;
        }
      }
    },
  },
};
