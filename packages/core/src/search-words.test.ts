import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { findIn, isEnough, keysOf, queryOf, readWanted, wordsOf } from './search-words.ts'

/** Whether somebody who types this finds a text that says that. */
const finds = (typed: string, ...texts: string[]) => findIn(texts, readWanted(typed)) !== null
/** The parts of the text that would be marked. */
const marked = (typed: string, text: string) => findIn([text], readWanted(typed))?.[0]!.map(([start, end]) => text.slice(start, end))

describe('what is found', () => {
  test.each([
    ['strap', 'Does the STRAP come off?'],
    ['come does', 'Does the strap come off?'],
    ['str', 'Does the strap come off?'],
    ['cafe', 'Ein Café am Eck'],
    ['CAFÉ', 'ein cafe am eck'],
    ['strasse', 'Die Straße'],
    ['ΟΔΟΣ', 'η οδός'],
    ['istanbul', 'İSTANBUL'],
    ['ｂａｇ', 'a bag'],
    ['rosa', '@rosa_lind'],
    ['rosa_lind', '@rosa_lind'],
    ["don't", 'I don’t know'],
    ['19.99', 'It was 19.99 €'],
    ['😍', 'So nice😍😍'],
    ['👩‍💻', 'hello 👩‍💻'],
    ['🇵🇹', 'from 🇵🇹 with love'],
    ['革', '黒い革'],
    ['革靴', '黒い革靴です'],
    ['가방', '이 가방을 샀어요'],
    ['กระเป๋า', 'ฉันชอบกระเป๋าใบนี้'],
    ['“the strap”', 'Does the strap come off?'],
    ['"the str', 'Does the strap come off?'],
  ])('“%s” in “%s”', (typed, text) => expect(finds(typed, text)).toBe(true))

  test.each([
    ['trap', 'Does the strap come off?'],
    ['str off', 'Does the strap come off?'.replace('off', 'on')],
    ['com strap', 'Does the strap come off?'],
    ['"strap the"', 'Does the strap come off?'],
    ['"the str"', 'Does the strap come off?'],
    ['靴革', '黒い革靴です'],
    ['黒靴', '黒い靴'],
    ['😍', 'So nice 😘'],
  ])('“%s” not in “%s”', (typed, text) => expect(finds(typed, text)).toBe(false))

  test('words may stand in different texts, those in quotation marks in one', () => {
    expect(finds('rosa strap', 'Does the strap come off?', 'Rosa Lind')).toBe(true)
    expect(finds('"off rosa"', 'Does the strap come off?', 'Rosa Lind')).toBe(false)
  })

  test('is marked where it stands, whole words, without overlaps', () => {
    expect(marked('str off', 'The Straps: off!')).toBeUndefined()
    expect(marked('off str', 'The Straps: off!')).toEqual(['Straps', 'off'])
    expect(marked('"the straps" str', 'The straps.')).toEqual(['The straps'])
    expect(marked('革靴', '革靴と革靴')).toEqual(['革靴', '革靴'])
    expect(marked('café', 'Un cafe\u0301 !')).toEqual(['cafe\u0301'])
  })
})

describe('what is asked for', () => {
  test.each(['', '   ', '"', '%_\\', "';--", '<b>', '\u0000', '\ud83d', '@#', '…'])('“%s” is nothing, or too little', (typed) => {
    expect(isEnough(readWanted(typed))).toBe(false)
  })

  test.each(['ab', '7', '革', '😍', 'a b c "d e"'])('“%s” is enough', (typed) => expect(isEnough(readWanted(typed))).toBe(true))

  test('a lone letter is not', () => expect([isEnough(readWanted('a')), isEnough(readWanted('a b'))]).toEqual([false, false]))

  test('twelve words at most', () => {
    const typed = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ')
    expect(readWanted(typed)).toHaveLength(12)
    expect(readWanted(`"${typed}"`)[0]!.words).toHaveLength(12)
  })
})

describe('the index', () => {
  test('keeps each word once, pairs of joined signs, and each last one', () => {
    expect(keysOf(['The bag, the BAG', null, '革靴だ'])).toEqual(['the', 'bag', '革靴', '靴だ', 'だ'])
  })

  test('is bounded', () => {
    const text = Array.from({ length: 5_000 }, (_, at) => `w${at}`).join(' ')
    expect(keysOf([text])).toHaveLength(2_000)
    expect(keysOf(['x'.repeat(10_000)])).toEqual(['x'.repeat(64)])
  })

  test('is asked with everything quoted', () => {
    expect(queryOf(readWanted(`it's & !a | bag:* "`))).toEqual({ query: `'it' & 's' & 'a' & 'bag':*`, vague: false })
    expect(queryOf(readWanted('革靴です'))).toEqual({ query: `'革靴' & '靴で' & 'です'`, vague: false })
  })

  test('is not asked for what stands for nearly everything, unless there is nothing else', () => {
    expect(queryOf(readWanted('strap o'))).toEqual({ query: `'strap'`, vague: false })
    expect(queryOf(readWanted('の bag'))).toEqual({ query: `'bag':*`, vague: false })
    expect(queryOf(readWanted('st'))).toEqual({ query: `'st':*`, vague: true })
    expect(queryOf(readWanted('革'))).toEqual({ query: `'革':*`, vague: true })
  })

  test('whatever is written is found by any word of it, and by the index before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(), (text, at) => {
        const words = wordsOf(text)
        if (words.length === 0) return
        const word = words[at % words.length]!
        const typed = text.slice(word.start, word.end)
        const wanted = readWanted(typed)
        expect(findIn([text], wanted)).not.toBeNull()
        const keys = keysOf([text])
        const hasKey = (term: string) => {
          const [, key, open] = /^'(.*)'(:\*)?$/su.exec(term)!
          return keys.some((each) => (open ? each.startsWith(key!) : each === key))
        }
        expect(
          queryOf(wanted)
            .query.split(' & ')
            .filter((term) => !hasKey(term)),
        ).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('nothing typed breaks anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 80 }), (typed, text) => {
        const wanted = readWanted(typed)
        isEnough(wanted)
        findIn([text, null], wanted)
        expect(queryOf(wanted).query).not.toContain('\0')
      }),
      { numRuns: 500 },
    )
  })
})
