"""What the machine itself offers: power, processor time, its disk's speed."""
