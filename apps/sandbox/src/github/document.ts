/** A value in a query; variables are put in before it is run. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value } | Variable
export class Variable {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A field, or a part for one type only; named parts are put in where they are used. */
export type Selection =
  | { kind: 'field'; name: string; alias: string; args: Record<string, Value>; selections: Selection[] }
  | { kind: 'part'; type: string | null; selections: Selection[] }
  | { kind: 'use'; part: string }
export type Operation = { type: 'query' | 'mutation'; name: string | null; defaults: Record<string, Value>; selections: Selection[] }
export type Document = { operations: Operation[]; parts: Map<string, Selection & { kind: 'part' }> }

const token =
  /\s*(?:#[^\n]*\n\s*)*(?:,\s*)*("""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|[!$():=@[\]{}|&])/y

/** Reads a GraphQL document: what clients send (operations, variables, parts), no schemas. Directives are passed over. Throws SyntaxError. */
export function readDocument(text: string): Document {
  const reader = new Reader(tokensOf(text))
  const document: Document = { operations: [], parts: new Map() }
  while (!reader.ended) {
    if (reader.take('fragment')) {
      const name = reader.next()
      reader.expect('on')
      const type = reader.next()
      reader.directives()
      document.parts.set(name, { kind: 'part', type, selections: reader.selections() })
    } else document.operations.push(reader.operation())
  }
  return document
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const end = text.replace(/(?:\s|,|#[^\n]*(?=\n|$))+$/, '').length
  token.lastIndex = 0
  while (token.lastIndex < end) {
    const at = token.lastIndex
    const found = token.exec(text)?.[1]
    if (found === undefined) throw new SyntaxError(`Parse error on ${JSON.stringify(text.slice(at, at + 10).trim())}`)
    tokens.push(found)
  }
  return tokens
}

class Reader {
  #tokens: string[]
  #at = 0

  constructor(tokens: string[]) {
    this.#tokens = tokens
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length
  }

  next(): string {
    const found = this.#tokens[this.#at]
    if (found === undefined) throw new SyntaxError('Unexpected end of document')
    this.#at += 1
    return found
  }

  take(wanted: string): boolean {
    if (this.#tokens[this.#at] !== wanted) return false
    this.#at += 1
    return true
  }

  expect(wanted: string): void {
    const found = this.next()
    if (found !== wanted) throw new SyntaxError(`Expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`)
  }

  operation(): Operation {
    const operation: Operation = { type: 'query', name: null, defaults: {}, selections: [] }
    if (this.#tokens[this.#at] !== '{') {
      operation.type = this.take('mutation') ? 'mutation' : (this.expect('query'), 'query')
      if (/^\w/.test(this.#tokens[this.#at] ?? '')) operation.name = this.next()
      if (this.take('(')) while (!this.take(')')) this.#variable(operation)
      this.directives()
    }
    operation.selections = this.selections()
    return operation
  }

  #variable({ defaults }: Operation): void {
    this.expect('$')
    const name = this.next()
    this.expect(':')
    while (/^[\w[\]!]+$/.test(this.#tokens[this.#at] ?? '')) this.#at += 1
    if (this.take('=')) defaults[name] = this.value()
  }

  selections(): Selection[] {
    const selections: Selection[] = []
    this.expect('{')
    while (!this.take('}')) selections.push(this.take('...') ? this.#part() : this.#field())
    return selections
  }

  #part(): Selection {
    const type = this.take('on') ? this.next() : null
    this.directives()
    if (type === null && this.#tokens[this.#at] !== '{') {
      const part = this.next()
      this.directives()
      return { kind: 'use', part }
    }
    return { kind: 'part', type, selections: this.selections() }
  }

  #field(): Selection {
    const alias = this.next()
    const name = this.take(':') ? this.next() : alias
    const args = this.#args()
    this.directives()
    return { kind: 'field', name, alias, args, selections: this.#tokens[this.#at] === '{' ? this.selections() : [] }
  }

  #args(): Record<string, Value> {
    const args: Record<string, Value> = {}
    if (this.take('('))
      while (!this.take(')')) {
        const name = this.next()
        this.expect(':')
        args[name] = this.value()
      }
    return args
  }

  directives(): void {
    while (this.take('@')) {
      this.next()
      this.#args()
    }
  }

  value(): Value {
    const found = this.next()
    if (found === '$') return new Variable(this.next())
    if (found.startsWith('"""')) return found.slice(3, -3).trim()
    if (found.startsWith('"')) return JSON.parse(found) as string
    if (found === '[') return this.#list()
    if (found === '{') return this.#object()
    if (/^-?\d/.test(found)) return Number(found)
    return found === 'null' ? null : found === 'true' ? true : found === 'false' ? false : found
  }

  #list(): Value[] {
    const list: Value[] = []
    while (!this.take(']')) list.push(this.value())
    return list
  }

  #object(): Record<string, Value> {
    const object: Record<string, Value> = {}
    while (!this.take('}')) {
      const name = this.next()
      this.expect(':')
      object[name] = this.value()
    }
    return object
  }
}
