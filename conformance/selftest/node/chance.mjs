import { createHash } from 'node:crypto';

// Drawn from what was drawn before: a server behaves alike each time that it is started.
export class Chance {
  constructor(seed) {
    this.state = seed;
  }

  below(limit) {
    this.state = createHash('sha256').update(String(this.state)).digest().readUInt32BE(0);
    return this.state % limit;
  }

  oneIn(count) {
    return this.below(count) === 0;
  }

  of(items) {
    return items[this.below(items.length)];
  }
}

export const takeOne = (campaign, chance) => {
  const gone = chance.of(campaign.numbers);
  campaign.numbers = campaign.numbers.filter((number) => number !== gone);
};
