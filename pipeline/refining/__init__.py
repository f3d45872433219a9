"""Second thoughts: kept moments heard again by a larger model, whose words count if better."""
