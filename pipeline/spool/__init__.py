"""Where clips, typed texts and facts wait for the worker, durably."""
