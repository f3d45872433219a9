"""What every process may know of sync: how things stand with the other machines."""
