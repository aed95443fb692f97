/** How people whose names are not in Latin letters spell themselves in their handles. */
export const latinNames: Record<string, string> = {
  ليلى: 'laila',
  نور: 'nour',
  سامي: 'sami',
  נועה: 'noa',
  איתן: 'eitan',
  מיכל: 'michal',
  圭: 'kei',
  美咲: 'misaki',
  田中ゆい: 'yui-tanaka',
  민서: 'minseo',
  अनन्या: 'ananya',
  Оксана: 'oksana',
}
