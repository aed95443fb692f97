/** The words for taking everything along as a file. */
export const exporting = {
  button: 'Download',
  label: 'Download as a table (CSV)',
  shown: 'Who waits, as shown here',
  all: 'Everything: all who ever waited, with answers and reasons',
  making: 'Making the file…',
  done: 'The file is among your downloads.',
  failed: 'There is no file: {why}',
} as const
