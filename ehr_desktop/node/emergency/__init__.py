"""Emergency access and standing rules: keys claimed from the workstations that share them."""
