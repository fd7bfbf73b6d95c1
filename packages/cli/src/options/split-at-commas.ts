/** The parts of a text that commas separate; two commas are one of a part. */
export function splitAtCommas(text: string): string[] {
  const items = [''];
  for (const part of text.split(/(,,|,)/)) {
    if (part === ',') items.push('');
    else items[items.length - 1] += part === ',,' ? ',' : part;
  }
  return items;
}
