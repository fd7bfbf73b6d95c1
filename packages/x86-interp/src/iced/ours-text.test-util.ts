import type { DecodedInstruction } from '../decode/decode-instruction.ts';
import type { DecodedOperand } from '../decode/decoded-operand.ts';
import { addressText, memoryText, type OperandText } from './iced-text.test-util.ts';

/** The operands of an instruction that the interpreter's decoder decoded at address 0. */
export function oursText(decoded: DecodedInstruction): OperandText[] {
  return decoded.operands.map((operand) => operandText(operand, decoded));
}

function operandText(operand: DecodedOperand, decoded: DecodedInstruction): OperandText {
  switch (operand.kind) {
    case 'register':
      return operand.name;
    case 'memory': {
      const { segment, base, index, scale, displacement, size } = operand;
      return memoryText(segment, addressText(base, index, scale, displacement, decoded.addressSize), size);
    }
    case 'immediate':
      return `imm ${operand.value.toString(16)}`;
    case 'relative': {
      const target = decoded.length + operand.displacement;
      return `to ${(decoded.operandSize === 16 ? target & 0xffff : target >>> 0).toString(16)}`;
    }
    case 'far':
      return `far ${operand.selector.toString(16)}:${operand.offset.toString(16)}`;
  }
}
