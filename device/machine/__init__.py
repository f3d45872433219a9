"""The machine itself: power, processor time, the disk's speed, its service manager."""
