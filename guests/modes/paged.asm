; Protected mode with 32-bit paging, set up from the host: buildPageTables, and enterProtectedMode with 32-bit tables.
%include "modes.inc"
        bits 32
        mov esi, HIGH_MEMORY + message
        mov edi, HIGH_SCREEN
        print esi, edi
        hlt
message db '32-bit paging', 0
