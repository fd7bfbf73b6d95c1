// IBM code page 437 as the VGA shows it: the control codes have pictures of their own. NUL has an empty one.
const CONTROL = ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const ASCII = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('');
const UPPER =
  '⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ' +
  'áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * The Unicode character of each of the 256 codes of IBM code page 437, as a VGA text screen shows it: 0x01 to 0x1F and
 * 0x7F are pictures (☺, ►, ⌂), NUL is a space and 0xFF a no-break space (U+00A0).
 */
export const CP437: readonly string[] = [...(CONTROL + ASCII + UPPER)];
