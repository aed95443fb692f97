/** Who writes, by language. The first names of the demo; handles are made from them. */
export const people: Record<string, string[]> = {
  en: ['Rosa', 'Ade', 'Wren', 'Hal', 'Bex', 'Priya', 'Odile', 'Sunniva', 'Marcus Lee', 'Ffion', 'Joel', 'Tess Okafor', 'Niamh', 'Grant'],
  es: ['Tomás', 'Lucía Ferrer', 'Mateo', 'Inés', 'Carmen Soto'],
  de: ['Jonas', 'Anneliese', 'Matthis', 'Frau Krüger', 'Birgit'],
  pt: ['Beatriz', 'João Pires', 'Lara Nunes', 'Rui'],
  fr: ['Maëlle', 'Étienne', 'Solène'],
  it: ['Giulia', 'Lorenzo'],
  ar: ['ليلى', 'نور', 'سامي'],
  he: ['נועה', 'איתן', 'מיכל'],
  ja: ['圭', '美咲', '田中ゆい'],
  ko: ['민서'],
  hi: ['अनन्या'],
  uk: ['Оксана'],
  tr: ['Elif'],
  nl: ['Sanne'],
  pl: ['Zosia'],
}
