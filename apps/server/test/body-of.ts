/** What was answered: JSON as what it says, a file as its text, nothing as null. */
export async function bodyOf(response: Response): Promise<any> {
  const text = await response.text()
  const isJson = !response.headers.has('content-disposition')
  return text === '' ? null : isJson ? JSON.parse(text) : text
}
