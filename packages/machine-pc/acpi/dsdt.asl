// The devices of the machine that nothing else tells of, for guests that ask ACPI: `node scripts/build-dsdt.mjs` compiles it.
// ACPI specification 1.0b, chapters 5, 6 and 16; PCI interrupts lead where setUpPci routes them.
DefinitionBlock ("dsdt.aml", "DSDT", 1, "PICOVM", "PC", 1)
{
    Scope (\_SB)
    {
        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A03"))
            Name (_UID, 0)
            Name (_CRS, ResourceTemplate ()
            {
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 0, 0, 1)
                IO (Decode16, 0x0CF8, 0x0CF8, 1, 8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x0000, 0x0CF7, 0, 0x0CF8)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x0D00, 0xFFFF, 0, 0xF300)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0, 0x000A0000, 0x000BFFFF, 0, 0x00020000)
                // Below is the frame buffer of the VGA, above the firmware.
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable, ReadWrite,
                    0, 0xE1000000, 0xFEBFFFFF, 0, 0x1DC00000)
            })

            // Slot n has its pins turned by n - 1. PIRQA# and PIRQB# are IRQ 10, the others IRQ 11.
            Name (_PRT, Package ()
            {
                Package () { 0x0001FFFF, 0, 0, 10 }, Package () { 0x0001FFFF, 1, 0, 10 },
                Package () { 0x0001FFFF, 2, 0, 11 }, Package () { 0x0001FFFF, 3, 0, 11 },
                Package () { 0x0002FFFF, 0, 0, 10 }, Package () { 0x0002FFFF, 1, 0, 11 },
                Package () { 0x0002FFFF, 2, 0, 11 }, Package () { 0x0002FFFF, 3, 0, 10 },
                Package () { 0x0003FFFF, 0, 0, 11 }, Package () { 0x0003FFFF, 1, 0, 11 },
                Package () { 0x0003FFFF, 2, 0, 10 }, Package () { 0x0003FFFF, 3, 0, 10 },
                Package () { 0x0004FFFF, 0, 0, 11 }, Package () { 0x0004FFFF, 1, 0, 10 },
                Package () { 0x0004FFFF, 2, 0, 10 }, Package () { 0x0004FFFF, 3, 0, 11 },
                Package () { 0x0005FFFF, 0, 0, 10 }, Package () { 0x0005FFFF, 1, 0, 10 },
                Package () { 0x0005FFFF, 2, 0, 11 }, Package () { 0x0005FFFF, 3, 0, 11 },
                Package () { 0x0006FFFF, 0, 0, 10 }, Package () { 0x0006FFFF, 1, 0, 11 },
                Package () { 0x0006FFFF, 2, 0, 11 }, Package () { 0x0006FFFF, 3, 0, 10 },
                Package () { 0x0007FFFF, 0, 0, 11 }, Package () { 0x0007FFFF, 1, 0, 11 },
                Package () { 0x0007FFFF, 2, 0, 10 }, Package () { 0x0007FFFF, 3, 0, 10 },
                Package () { 0x0008FFFF, 0, 0, 11 }, Package () { 0x0008FFFF, 1, 0, 10 },
                Package () { 0x0008FFFF, 2, 0, 10 }, Package () { 0x0008FFFF, 3, 0, 11 }
            })

            Device (ISA)
            {
                Name (_ADR, 0x00010000)

                Device (KBD)
                {
                    Name (_HID, EisaId ("PNP0303"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x0060, 0x0060, 1, 1)
                        IO (Decode16, 0x0064, 0x0064, 1, 1)
                        IRQNoFlags () {1}
                    })
                }

                Device (MOU)
                {
                    Name (_HID, EisaId ("PNP0F13"))
                    Name (_CRS, ResourceTemplate () { IRQNoFlags () {12} })
                }

                Device (RTC)
                {
                    Name (_HID, EisaId ("PNP0B00"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x0070, 0x0070, 1, 2)
                        IRQNoFlags () {8}
                    })
                }

                Device (FDC0)
                {
                    Name (_HID, EisaId ("PNP0700"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x03F2, 0x03F2, 1, 4)
                        IO (Decode16, 0x03F7, 0x03F7, 1, 1)
                        IRQNoFlags () {6}
                        DMA (Compatibility, NotBusMaster, Transfer8) {2}
                    })
                }

                Device (COM1)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 1)
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x03F8, 0x03F8, 1, 8)
                        IRQNoFlags () {4}
                    })
                }

                Device (COM2)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_UID, 2)
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x02F8, 0x02F8, 1, 8)
                        IRQNoFlags () {3}
                    })
                }
            }
        }
    }

    // Power-off: the value for SLP_TYP in PM1a control.
    Name (\_S5, Package () { 0, 0, 0, 0 })
}
