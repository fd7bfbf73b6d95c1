/** The opcode map behind 0F 38. Columns as in `ONE_BYTE_MAP`. */
export const THREE_BYTE_MAP = `
F0 MOVBE Gv,Mv p=np movbe
F0 MOVBE Gv,Mv p=66 movbe
F1 MOVBE Mv,Gv p=np movbe
F1 MOVBE Mv,Gv p=66 movbe
`;
