import type { Earlier } from '../rhythm/earlier.ts'

/** Who reviewed Fieldnote's app before the demo begins, oldest first. The first is older than the week that the API shows. */
export const earlier: Earlier[] = [
  { minutesAgo: 11_400, who: 'Otto', rating: 4, text: 'Does what it promises. Would like a dark mode.' },
  {
    minutesAgo: 4_100,
    who: 'Ximena',
    rating: 2,
    text: 'Se cierra cada vez que quiero subir una foto de la costura rota.',
    answer: { afterMinutes: 95, text: 'Lo hemos arreglado en la versión 2.4. Gracias por avisar, Ximena.' },
  },
  { minutesAgo: 700, who: 'Brandt', rating: 3, text: 'Repair status says “in the workshop” since two weeks. Is anybody in the workshop?' },
]
