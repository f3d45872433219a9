"""Whether selection keeps what the wearer would want back, measured."""
