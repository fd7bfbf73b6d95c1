; Protected mode with PAE paging, set up from the host: buildPageTables, and enterProtectedMode with PAE tables.
%include "modes.inc"
        bits 32
        mov esi, HIGH_MEMORY + message
        mov edi, HIGH_SCREEN
        print esi, edi
        hlt
message db 'PAE paging', 0
