/** What people say to each other, or after an answer, by occasion. English unless a language says otherwise. */
export const chatter: string[] = [
  'Same here, I would like to know too.',
  'Mine has lived in a pannier since May. It only gets better.',
  'I asked them once and they answered within the hour, give it a moment.',
  'It does not, I have had mine for two years.',
  'Cold water and a soft brush worked for me.',
  'Not my experience at all, but I see what you mean.',
  'Ooh, tell us how it turned out.',
  'We should start a club.',
  'Yours too? I thought I was the only one.',
  'You will not regret it.',
]

/** Thanks after the brand answered, by language. */
export const thanks: Record<string, string[]> = {
  en: [
    'Thank you, that helps!',
    'Perfect, thanks for the quick answer.',
    'Ah, that explains it. Thank you 🙏',
    'You are the best.',
    'Lovely, ordering now.',
  ],
  es: ['¡Muchas gracias por responder!', 'Perfecto, gracias 🙏'],
  de: ['Danke für die schnelle Antwort!', 'Super, vielen Dank.'],
  pt: ['Obrigada pela resposta!', 'Perfeito, muito obrigado.'],
  fr: ['Merci beaucoup !'],
  it: ['Grazie mille!'],
  ar: ['شكراً جزيلاً على الرد 🌿'],
  he: ['תודה רבה על התשובה!'],
  ja: ['ありがとうございます！助かりました。'],
  ko: ['답변 감사합니다!'],
}

/** A further question after the brand answered, by language. */
export const followUps: Record<string, string[]> = {
  en: [
    'And how long would that take?',
    'Good to know. Is that the same for the indigo one?',
    'Thanks! Where do I find that on the site?',
    'Hm, I tried that already. Anything else?',
    'Does that cost extra?',
  ],
  es: ['¿Y cuánto tardaría?', 'Gracias. ¿Y eso tiene coste adicional?'],
  de: ['Und was würde das kosten?', 'Gilt das auch für die kleine Tasche?'],
  pt: ['E quanto tempo demora?'],
  fr: ['Et pour la Belgique ?'],
  ar: ['وكم التكلفة؟'],
  he: ['וכמה זה עולה?'],
  ja: ['費用はいくらかかりますか？'],
}

/** Posts elsewhere that name the brand, or ask it something out of the blue. */
export const mentionLines: string[] = [
  'is the small one coming back in clay? 🤞🏾🧡 asking for my shoulder',
  'ordered one after your comment here, thank you for the honest answer about the strap',
  'your bag survived a canoe. I did not stay as dry.',
  'do you sell thread in the walnut colour? I want to mend something in style',
  'saw your stall in Bristol on Sunday, are you there next month as well?',
  'any plans for a camera insert?',
  'I have been waiting for an answer by mail since Tuesday. Could you look? Order 20399',
  'what is the blue on the cover of your catalogue called?',
]

/** What people write above a post of the brand that they quote. */
export const quoteLines: string[] = [
  'This is how it should be done.',
  'Somebody take my card away from me.',
  'Look at that blue!',
  'Would this work with oak galls? Asking the dyers here.',
  'Been following them for years, never disappointed. Well, once.',
]

/** Written by visitors on the brand's own page. */
export const visitorPosts: string[] = [
  'Found my old tote in the attic, 2015, first logo! Can you tell me which batch it is from?',
  'A big thank you to the person on the phone this morning. You saved a birthday.',
  'Does anybody know whether they open on bank holidays?',
]
