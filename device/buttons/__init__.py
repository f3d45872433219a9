"""Everything that the wearer presses: pins, input devices, the keys of a terminal."""
