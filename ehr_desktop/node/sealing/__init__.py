"""From plain records to sealed containers: keys drawn, shared out and used."""
