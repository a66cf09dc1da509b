export const CODE = Object.freeze({
  SUCCESS: '0200000',
  PARAMETER_ERROR: '0200001',
  NO_CAMPAIGN: '0200007',
  EMPTY: '02000001',
  CHARACTERS: '02000002',
  TOO_LONG: '02000003',
  TOO_SHORT: '02000004',
  LENGTH_RANGE: '02000005',
  WRONG_TYPE: '02000006',
  WRONG_VALUE: '02000007',
  CONVERSION: '02000008',
  COMBINATION: '02000009',
  HOUR_MINUTE: '02000010',
  TOO_MANY: '02000011',
});

const FAILURES = {
  [CODE.PARAMETER_ERROR]: { zh_CN: '参数错误', en_US: 'Bad parameter' },
  [CODE.NO_CAMPAIGN]: { zh_CN: '外呼任务不存在', en_US: 'Unknown campaign' },
  [CODE.EMPTY]: { zh_CN: '参数为空', en_US: 'Nothing given' },
  [CODE.CHARACTERS]: { zh_CN: '参数含有非法字符', en_US: 'Character not allowed' },
  [CODE.TOO_LONG]: { zh_CN: '参数超过最大长度', en_US: 'Too long' },
  [CODE.TOO_SHORT]: { zh_CN: '参数小于最小长度', en_US: 'Too short' },
  [CODE.LENGTH_RANGE]: { zh_CN: '参数长度不在范围内', en_US: 'Length out of range' },
  [CODE.WRONG_TYPE]: { zh_CN: '参数类型错误', en_US: 'Type mismatch' },
  [CODE.WRONG_VALUE]: { zh_CN: '参数值错误', en_US: 'Value not allowed' },
  [CODE.CONVERSION]: { zh_CN: '参数转换错误', en_US: 'Not convertible' },
  [CODE.COMBINATION]: { zh_CN: '参数组合错误', en_US: 'Combination not allowed' },
  [CODE.HOUR_MINUTE]: { zh_CN: '小时和分钟必须同时设置', en_US: 'Hour and minute belong together' },
  [CODE.TOO_MANY]: { zh_CN: '参数个数超过限制', en_US: 'Too many' },
};

const ENDINGS = {
  zh_CN: { done: '操作成功', failed: '操作失败' },
  en_US: { done: 'OK', failed: 'Request refused' },
};

export class Refusal extends Error {
  constructor(code, detail) {
    super(`${code} ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

export function describe(outcome, locale) {
  if (outcome.code === CODE.SUCCESS) {
    return { result: outcome.done[locale], return: ENDINGS[locale].done };
  }
  const text = FAILURES[outcome.code]?.[locale] ?? '';
  return { result: `${text}: ${outcome.detail}`, return: ENDINGS[locale].failed };
}
