"""How the workstations agree, watched live."""
