import { GraphError } from './errors.ts'

/** One asked-for field: `comments.filter(stream).limit(50){id,from{id}}`. */
export type Field = { name: string; modifiers: Record<string, string>; fields: Field[] | null }

/** Reads a `fields=` expression. Throws code 2500 on bad syntax, as the Graph API does. */
export function readFields(expression: string): Field[] {
  const reader = { text: expression.replaceAll(/\s/g, ''), at: 0 }
  const fields = readList(reader)
  if (reader.at < reader.text.length) throw syntaxError(reader)
  return fields
}

/** The expression that such fields were read from. */
export function writeFields(fields: Field[]): string {
  return fields
    .map(({ name, modifiers, fields: inner }) => {
      const calls = Object.entries(modifiers).map(([key, value]) => `.${key}(${value})`)
      return name + calls.join('') + (inner ? `{${writeFields(inner)}}` : '')
    })
    .join(',')
}

type Reader = { text: string; at: number }

function readList(reader: Reader): Field[] {
  const fields: Field[] = []
  while (reader.at < reader.text.length && reader.text[reader.at] !== '}') {
    fields.push(readField(reader))
    if (reader.text[reader.at] === ',') reader.at += 1
    else break
  }
  return fields
}

function readField(reader: Reader): Field {
  const field: Field = { name: readWord(reader), modifiers: {}, fields: null }
  while (reader.text[reader.at] === '.') {
    reader.at += 1
    const name = readWord(reader)
    expect(reader, '(')
    const end = reader.text.indexOf(')', reader.at)
    if (end < 0) throw syntaxError(reader)
    field.modifiers[name] = reader.text.slice(reader.at, end)
    reader.at = end + 1
  }
  if (reader.text[reader.at] === '{') {
    reader.at += 1
    field.fields = readList(reader)
    expect(reader, '}')
  }
  return field
}

function readWord(reader: Reader): string {
  const word = /^[A-Za-z0-9_]+/.exec(reader.text.slice(reader.at))?.[0]
  if (!word) throw syntaxError(reader)
  reader.at += word.length
  return word
}

function expect(reader: Reader, character: string): void {
  if (reader.text[reader.at] !== character) throw syntaxError(reader)
  reader.at += 1
}

function syntaxError(reader: Reader): GraphError {
  const found = reader.text[reader.at] ?? 'end of string'
  const message = `Syntax error "Expected name at character ${reader.at}, found ${found}" in the fields parameter`
  return new GraphError(2500, message)
}
