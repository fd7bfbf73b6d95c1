import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: a script, with no types
import { compileDsdt, dsdtModule } from '../../scripts/build-dsdt.mjs';
import { ACPI_TABLES, acpiTables } from './acpi-tables.ts';

const hasIasl = spawnSync('iasl', ['-v']).status === 0;
if (!hasIasl) console.warn('SKIPPED: iasl is not installed: the ACPI tables are not compiled and not disassembled');

const bytes = acpiTables();
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const word = (at: number): number => view.getUint32(at, true);
const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length));
const sum = (at: number, length: number): number =>
  bytes.subarray(at, at + length).reduce((total, byte) => total + byte, 0) & 0xff;

describe('the ACPI tables', () => {
  it('lead from the RSDP to all others, each with its checksum', () => {
    expect(text(0, 8)).toBe('RSD PTR ');
    expect(sum(0, 20)).toBe(0);
    const rsdt = word(16) - ACPI_TABLES;
    const fadt = word(rsdt + 36) - ACPI_TABLES;
    const madt = word(rsdt + 40) - ACPI_TABLES;
    const [facs, dsdt] = [word(fadt + 36) - ACPI_TABLES, word(fadt + 40) - ACPI_TABLES];
    expect([rsdt, fadt, madt, facs, dsdt].map((at) => text(at, 4))).toEqual(['RSDT', 'FACP', 'APIC', 'FACS', 'DSDT']);
    for (const at of [rsdt, fadt, madt, dsdt]) expect(sum(at, word(at + 4))).toBe(0);
    // ACPI 1.0b, table 5-8: aligned on 64 bytes.
    expect(facs % 64).toBe(0);
    expect(dsdt + word(dsdt + 4)).toBe(bytes.length);
  });

  it.skipIf(!hasIasl)('have the definition block of acpi/dsdt.asl', () => {
    const module = readFileSync(new URL('./dsdt.ts', import.meta.url), 'utf8');
    expect(module).toBe(dsdtModule(compileDsdt()));
  });

  it.skipIf(!hasIasl)('are what another implementation takes for such tables', () => {
    const folder = mkdtempSync(join(tmpdir(), 'picovm-acpi-'));
    try {
      const fadt = word(word(16) - ACPI_TABLES + 36) - ACPI_TABLES;
      writeFileSync(join(folder, 'facp.aml'), bytes.subarray(fadt, fadt + word(fadt + 4)));
      const { status, stdout, stderr } = spawnSync('iasl', ['-d', 'facp.aml'], { cwd: folder, encoding: 'utf8' });
      expect({ status, stderr, stdout }).toMatchObject({ status: 0 });
      const listing = readFileSync(join(folder, 'facp.dsl'), 'utf8');
      expect(listing).toMatch(/SCI Interrupt : 0009/);
      expect(listing).toMatch(/PM1A Control Block Address : 00000604/);
      expect(listing).toMatch(/PM Timer Block Address : 00000608/);
      expect(listing).not.toMatch(/Incorrect checksum/);
      const madt = word(word(16) - ACPI_TABLES + 40) - ACPI_TABLES;
      writeFileSync(join(folder, 'apic.aml'), bytes.subarray(madt, madt + word(madt + 4)));
      expect(spawnSync('iasl', ['-d', 'apic.aml'], { cwd: folder }).status).toBe(0);
      const apics = readFileSync(join(folder, 'apic.dsl'), 'utf8');
      for (const type of ['Processor Local APIC', 'I/O APIC', 'Interrupt Source Override', 'Local APIC NMI']) {
        expect(apics).toContain(`[${type}]`);
      }
      expect(apics).not.toMatch(/Incorrect checksum|Unknown|Invalid/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
